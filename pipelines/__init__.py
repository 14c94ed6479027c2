"""When things run: definitions, schedules, the supervisor, the command line."""

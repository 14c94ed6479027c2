"""The outside world and the words for it. Imports no other room."""

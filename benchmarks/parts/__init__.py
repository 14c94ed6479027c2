"""What benchmarks run as processes of their own, so that each pays for its own imports alone."""

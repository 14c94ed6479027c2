"""News, from bytes to articles: pure functions, no I/O."""

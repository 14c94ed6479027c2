"""What answers whoever asks, with a bad key too, and as often as it is asked."""

UNGUARDED = frozenset({"/health", "/api/health", "/livez", "/readyz", "/metrics", "/docs"})

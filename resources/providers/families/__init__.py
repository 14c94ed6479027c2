"""What several providers share because their APIs are built alike; no provider is in here."""

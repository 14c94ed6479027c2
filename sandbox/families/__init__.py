"""What several venues share because their APIs are built alike; no venue is in here."""

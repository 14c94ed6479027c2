"""Every provider played on loopback."""

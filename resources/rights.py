"""What a key of the service may do: its scopes, and the tier that its requests are limited by."""

# Each holds those before it.
SCOPES = ("read", "write", "admin")
TIERS = ("free", "pro", "admin")

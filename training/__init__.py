"""How the embedded sentiment model is made: read README.md here. Nothing of it runs in service."""

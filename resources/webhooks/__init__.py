"""Webhooks: who is told of what happens, by signed calls (docs/webhooks.md)."""

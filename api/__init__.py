"""Reads tables, writes requests, streams prices."""

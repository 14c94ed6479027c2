"""Calls to providers: one small class per concern, stacked, and the pools above them."""

from resources.http.client import Answer, Client
from resources.http.pool import Pool
from resources.http.rotation import Member, Strategy, priority, round_robin

__all__ = ["Answer", "Client", "Member", "Pool", "Strategy", "priority", "round_robin"]

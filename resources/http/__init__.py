"""Calls to providers: one small class per concern, stacked, and the pools above them."""

from resources.http.client import Answer, Client
from resources.http.line import AtMost
from resources.http.permits import Permits
from resources.http.pick import Pick
from resources.http.pool import Pool
from resources.http.rotation import STRATEGIES, Member, StrategyName
from resources.http.seating import Membership

__all__ = [
    "STRATEGIES",
    "Answer",
    "AtMost",
    "Client",
    "Member",
    "Membership",
    "Permits",
    "Pick",
    "Pool",
    "StrategyName",
]

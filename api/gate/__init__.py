"""What every request passes before its route, and every answer after it: one small class a concern."""

from api.gate.gate import Gate
from api.gate.visit import Concern, Visit, visit_of

__all__ = ["Concern", "Gate", "Visit", "visit_of"]

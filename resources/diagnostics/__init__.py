"""What is wrong with the platform, and the few things that can be done about it at once.

Checks only look. A fix is one of an enumerated few, offered by the issue that it is for, and done
only when asked for. Nothing here installs anything or runs another program.
"""

from resources.diagnostics.diagnosis import diagnose
from resources.diagnostics.issue import Fix, Issue, Severity
from resources.diagnostics.platform import Platform

__all__ = ["Fix", "Issue", "Platform", "Severity", "diagnose"]

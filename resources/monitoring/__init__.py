"""How providers and feeds are doing: checks, totals, and what to do about failures."""

"""Simulated loudspeakers: they remember what was heard, and when."""

"""Live sound: the stations that are relayed, and people who speak now."""

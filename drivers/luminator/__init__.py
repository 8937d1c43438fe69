"""Luminator bus displays: configured, loaded and shown page by page over RS-485."""

"""Uploaded sound: decoded and rendered in a cage, measured, kept."""

"""Emergencies: alerts as others send and read them (CAP 1.2), and what they mean here. Pure."""

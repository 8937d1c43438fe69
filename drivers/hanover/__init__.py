"""Hanover bus displays: whole pictures as columns over RS-485."""

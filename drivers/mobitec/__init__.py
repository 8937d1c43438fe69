"""Mobitec bus displays: pictures as letters of the pixel font over RS-485."""

"""Pixel controllers that listen to streaming ACN (ANSI E1.31) over UDP."""

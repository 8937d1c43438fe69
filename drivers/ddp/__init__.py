"""Pixel controllers that speak the Distributed Display Protocol over UDP (WLED, FPP, Minleon)."""

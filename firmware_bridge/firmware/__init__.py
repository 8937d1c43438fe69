"""Firmware of boards: signed images, fetched, written in blocks, tried, confirmed or reverted."""

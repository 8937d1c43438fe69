"""Simulated LED boards: each decodes the bytes of its dialect and shows what it understood."""

"""Thin boards: panels that only take whole frames, over a publish port they are given."""

"""Decides and remembers: store, library, planning, delivery, approval, proof."""

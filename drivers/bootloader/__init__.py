"""Signcast's own protocol for writing firmware into boards, beside whatever dialect they speak."""

"""Huidu full-colour cards (HD-A, HD-B, HD-C, HD-WF series) by their SDK 2.0 protocol over TCP."""

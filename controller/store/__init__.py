"""The store: the truth, and the only place that speaks SQL."""

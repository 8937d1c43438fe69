"""The command line: the only place that may put everything together."""

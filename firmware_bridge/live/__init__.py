"""Live sound on the unit: received in a locked process, judged and buffered here."""

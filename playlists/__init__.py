"""What is shown and heard, and when: bytes in, bytes out; no clock, no network, no database."""

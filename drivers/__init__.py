"""One folder per dialect: bytes to messages and back, for both roles; transports; audio outputs."""

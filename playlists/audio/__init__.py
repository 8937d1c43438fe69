"""What is heard: decoding, mixing, loudness, encoding."""

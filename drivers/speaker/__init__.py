"""Audio outputs: where decoded sound leaves the gateway."""

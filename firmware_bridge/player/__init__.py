"""Players: what the arbiter decides, brought to a board or a loudspeaker, on time."""

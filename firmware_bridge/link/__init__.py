"""What travels between controller and gateway: topics, envelopes, messages, and MQTT itself."""

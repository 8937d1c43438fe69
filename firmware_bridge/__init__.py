"""The field: the link over MQTT, the gateway that plays plans, the proof it sends back."""

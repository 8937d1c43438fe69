"""REST: one module per noun, each a thin translation between JSON and the controller."""

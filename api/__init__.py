"""The faces: REST, live events, the operator's console, the command line."""

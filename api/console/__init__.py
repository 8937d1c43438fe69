"""The operator's console: server-rendered pages, Vietnamese first."""

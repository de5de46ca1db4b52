"""The HTTP API: signed calls of other systems."""

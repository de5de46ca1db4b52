"""Doors for pages and the HTTP API."""

"""The process: wiring, and the two ends of the wire."""

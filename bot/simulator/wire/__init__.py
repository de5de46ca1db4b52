"""Callbacks on their way to Clew: payloads, envelopes, delivery, answers."""

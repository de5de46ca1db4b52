"""Steps of everything but the inbox."""

"""Steps of the inbox."""

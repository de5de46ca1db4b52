"""From tree to text: names, values and what reads events."""

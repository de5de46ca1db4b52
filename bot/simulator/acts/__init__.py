"""What people do in their clients: add, say, tap, join, leave."""

"""Several processes as one service: roles, elected duties, and what they share."""

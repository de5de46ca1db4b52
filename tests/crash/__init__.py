"""``make crash``: the service is killed at random under load; nothing is lost or doubled."""

"""Servers and ports that tests need: found on the machine or started and stopped by us."""

"""Rows, transactions and queues on SQLite and PostgreSQL."""

"""One module per business table: the rows as they stand in TOML, and their domain value."""

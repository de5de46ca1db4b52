"""Settings from the environment and business tables from TOML."""

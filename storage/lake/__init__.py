"""Histories as Parquet, for what is computed over everybody. Needs the extra ``lake``."""

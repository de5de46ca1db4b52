"""How the schema came to be: one folder per application, one file per step."""

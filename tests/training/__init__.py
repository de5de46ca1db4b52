"""How the models that ship with Clew were made, and can be made again."""

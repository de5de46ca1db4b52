"""Files that people hand in: tables of leads, lists of ids."""

"""The page where a file is handed in: look, say what its columns mean, take it in."""

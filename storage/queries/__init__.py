"""Read models for pages and chat answers; SQL may be plain here."""

"""What keeps scores right besides events: trials, publications, days, the truth check."""

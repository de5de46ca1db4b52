"""What happens when an update, a page request or a timer comes in."""

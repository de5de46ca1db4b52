"""Follow-up tasks and reminders."""

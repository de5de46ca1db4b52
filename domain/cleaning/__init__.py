"""Values brought to one form, or refused with a reason."""

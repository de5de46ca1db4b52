"""Does an expression fit together: types, windows, options."""

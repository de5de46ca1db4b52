"""Tables, one module per topic."""

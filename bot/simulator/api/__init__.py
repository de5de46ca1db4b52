"""The endpoints that Clew calls, one module per topic of fact sheet section 3."""

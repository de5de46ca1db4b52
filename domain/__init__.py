"""What Clew knows about selling, as pure values and decisions.

Nothing here is async, reads a clock, draws a random number or touches a
database: every function takes values (``now`` among them) and returns a value.
"""

"""Rules of Sensors Analytics 神策 as expressions, and back where they can say it.

Shapes as the vendor's manual of the user-group API gives them (``rules_relation``,
``profile_rule``, ``event_rule``, ``event_sequence_rule``, ``filters_relation``,
``filter``). The manual leaves functions open; those of published rules are known
here, and windows until now are written ``relative_time`` with count and unit.
"""

"""The local stand-in of the platform, with its chat windows.

It speaks the real protocol over real HTTP: Clew meets no other platform in
development, so requests are judged strictly (fact sheet sections 1 to 3 and 6).
:func:`bot.simulator.app.create_simulator` builds the aiohttp application,
:class:`bot.simulator.simulator.Simulator` is the hand that tests and the story use.

``world`` keeps the state and its rules, ``api`` the endpoints Clew calls, ``wire``
the callbacks Clew receives, ``acts`` what people do, ``browser`` the windows.
"""

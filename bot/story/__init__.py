"""The whole job, played headless through the public wire with a driven clock.

Each step acts as a person in the stand-in and then waits for what that person,
or another one, must see. A step that does not see it ends the story.
"""

from bot.story.play import Played, Story
from bot.story.stage import START

__all__ = ["START", "Played", "Story"]

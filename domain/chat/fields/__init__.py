"""Readers of one field each; :mod:`domain.chat.extract` calls them all."""

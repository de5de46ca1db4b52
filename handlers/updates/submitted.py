"""What comes in through doors of our own: forms of other systems."""

from __future__ import annotations

from dataclasses import dataclass

from domain.intake.form import LeadForm
from domain.values import ContactKey
from handlers.updates.base import Update


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(Update):
    """Another system handed in a form through the signed API."""

    form: LeadForm

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the identities that the form names."""
        return tuple(form_key.key for form_key in self.form.keys)

"""Tables of the HTTP API: who may call, and which calls were made."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from storage.models.fields import IdField, KeyField, MomentField


class ApiKeyRow(Model):
    """A key of another system; its secret is sealed, because a signature needs it."""

    id = IdField()
    word = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=64)
    system = fields.CharField(max_length=32)
    #: Separated by blanks.
    scopes = fields.CharField(max_length=160)
    per_minute = fields.IntField()
    sealed = fields.BinaryField()
    created_at = MomentField()
    revoked_at = MomentField(null=True)

    class Meta:
        table = "api_key"


class ApiCallRow(Model):
    """A word that may be used once: a nonce, or an idempotency key with what it stood for."""

    id = IdField()
    dedupe_key = KeyField(unique=True)
    #: Digest of the body; empty for a nonce.
    digest = fields.BinaryField()
    at = MomentField()
    is_nonce = fields.BooleanField()

    class Meta:
        table = "api_call"
        indexes = (("is_nonce", "at"),)

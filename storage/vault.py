"""What is personal is sealed here before it is stored, and opened here after.

Three kinds of keys, all 256 bits:

* **master keys**, numbered, from the settings. The highest number that is not
  on standby seals and blinds, all of them open and are looked under, so rotation
  is: add a key, re-wrap (``clew keys rewrap``), remove the old one. Where several
  processes run, the new key is on standby first: until all of them have it, what
  one seals under it another could not open.
* **purpose keys**, derived from a master key by HKDF-SHA256: queues and other
  things that belong to no person.
* **data keys**, random, one per person, stored wrapped by a master key. When
  a person is erased the wrapped key is emptied; what it sealed is then noise.

Everything is AES-256-GCM with a random 96-bit nonce, good for 2^32 seals per key
(NIST SP 800-38D 8.3): add a master key before a purpose reaches that number.
"""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import BadMasterKeys, Erased, SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
#: Master key number in front of a sealed value, big-endian.
_NUMBER_BYTES = 2
#: Purpose under which data keys are wrapped.
DATA_KEY_PURPOSE = "data-key"
_BLIND_PURPOSE = "blind-index"
_FINGERPRINT_PURPOSE = "fingerprint"
#: Bytes of a block of SHA-256; no key is longer.
_SHA256_BLOCK = 64
CACHED_DATA_KEYS = 20_000


@dataclass(frozen=True, slots=True, repr=False)
class MasterKeys:
    """Numbered master keys, some of them on ``standby``: these only open. Never shown."""

    keys: Mapping[int, bytes]
    standby: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Check numbers and lengths."""
        if not self.keys.keys() - self.standby:
            problem = "there is no master key, or all of them are on standby"
            raise BadMasterKeys(problem)
        for number, key in self.keys.items():
            if not 0 < number < 1 << (8 * _NUMBER_BYTES) or len(key) != KEY_BYTES:
                problem = f"master key {number} is not a number and {KEY_BYTES} bytes"
                raise BadMasterKeys(problem)

    @classmethod
    def parse(cls, text: str) -> MasterKeys:
        """Read ``1:<base64>,2:<base64>`` as the settings hold it; ``~2:…`` is on standby.

        Raises:
            BadMasterKeys: The text is not of that form; the message shows no key.
        """
        keys: dict[int, bytes] = {}
        standby = set()
        for part in filter(None, (p.strip() for p in text.split(","))):
            number, _, encoded = part.removeprefix("~").partition(":")
            try:
                keys[int(number)] = base64.b64decode(encoded, validate=True)
            except (ValueError, binascii.Error):
                problem = "a master key is not written <number>:<base64>"
                raise BadMasterKeys(problem) from None
            if part.startswith("~"):
                standby.add(int(number))
        return cls(keys, frozenset(standby))

    @property
    def sealing(self) -> int:
        """Number of the key that seals and blinds: the highest that is not on standby."""
        return max(self.keys.keys() - self.standby)

    def fingerprint(self, number: int) -> str:
        """Return eight characters that tell this key from others and say nothing about it."""
        return _derive(self.keys[number], _FINGERPRINT_PURPOSE)[:4].hex()


class Vault:
    """Seals, opens and blinds; safe to use from any thread."""

    def __init__(self, keys: MasterKeys) -> None:
        """Take the master keys; purpose keys are derived when first used."""
        self.keys = keys
        self._sealing = keys.sealing
        self._purposes: dict[tuple[int, str], AESGCM] = {}
        # The one that blinds first; a value may stand under any of the others.
        numbers = sorted(keys.keys, key=lambda number: (number != keys.sealing, number))
        self._blinders = {n: _Blinder(_derive(keys.keys[n], _BLIND_PURPOSE)) for n in numbers}
        self._opened: OrderedDict[bytes, AESGCM] = OrderedDict()
        self._lock = threading.Lock()

    # ---------------------------------------------------------- by purpose

    def seal(self, purpose: str, plaintext: bytes, context: bytes = b"") -> bytes:
        """Seal for a purpose; ``context`` (a row's key) must be given again to open."""
        return next(self.seals(purpose, [(plaintext, context)]))

    def seals(self, purpose: str, values: Sequence[tuple[bytes, bytes]]) -> Iterator[bytes]:
        """Seal several values, each with its context, as :meth:`seal` does.

        Asking the system for a nonce takes longer than sealing a message, so all
        of them are asked for at once.
        """
        key, mark = self._purpose_key(self._sealing, purpose), self.sealing_mark
        nonces = os.urandom(NONCE_BYTES * len(values))
        for number, (plaintext, context) in enumerate(values):
            nonce = nonces[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
            yield mark + nonce + key.encrypt(nonce, plaintext, context)

    def open(self, purpose: str, sealed: bytes, context: bytes = b"") -> bytes:
        """Open what :meth:`seal` sealed for the same purpose and context.

        Raises:
            SealBroken: It was changed, belongs elsewhere, or its master key is missing.
        """
        number = key_number(sealed)
        if number not in self.keys.keys:
            problem = f"a value for {purpose!r} was sealed under master key {number}, not given"
            raise SealBroken(problem)
        return _decrypt(self._purpose_key(number, purpose), sealed[_NUMBER_BYTES:], context)

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether the newest master key sealed it; if not, a rotation re-seals it."""
        return key_number(sealed) == self.keys.sealing

    @property
    def sealing_mark(self) -> bytes:
        """The first bytes of everything that the newest master key sealed."""
        return self._sealing.to_bytes(_NUMBER_BYTES)

    def reseal(self, purpose: str, sealed: bytes, context: bytes = b"") -> bytes:
        """Return the same plaintext under the newest master key (key rotation).

        Raises:
            SealBroken: as :meth:`open`.
        """
        return self.seal(purpose, self.open(purpose, sealed, context), context)

    def _purpose_key(self, number: int, purpose: str) -> AESGCM:
        key = self._purposes.get((number, purpose))
        if key is None:
            key = AESGCM(_derive(self.keys.keys[number], purpose))
            self._purposes[(number, purpose)] = key
        return key

    # ----------------------------------------------------------- by person

    def new_data_key(self) -> bytes:
        """Return a new person's data key, wrapped: the only form that is stored."""
        return self.seal(DATA_KEY_PURPOSE, os.urandom(KEY_BYTES))

    def rewrap(self, wrapped: bytes) -> bytes:
        """Return the same data key under the newest master key (key rotation)."""
        return self.reseal(DATA_KEY_PURPOSE, wrapped)

    def seal_for(
        self, person_id: int, wrapped: bytes, plaintext: bytes, context: bytes = b""
    ) -> bytes:
        """Seal with the person's data key, bound to the person and ``context``.

        Raises:
            Erased: The key was destroyed (``wrapped`` is empty).
        """
        nonce = os.urandom(NONCE_BYTES)
        key = self._data_key(person_id, wrapped)
        return nonce + key.encrypt(nonce, plaintext, _bound(person_id, context))

    def open_for(
        self, person_id: int, wrapped: bytes, sealed: bytes, context: bytes = b""
    ) -> bytes:
        """Open what :meth:`seal_for` sealed for the same person and context.

        Raises:
            Erased: The key was destroyed (``wrapped`` is empty).
            SealBroken: It was changed, or belongs to another person or context.
        """
        key = self._data_key(person_id, wrapped)
        return _decrypt(key, sealed, _bound(person_id, context))

    def _data_key(self, person_id: int, wrapped: bytes) -> AESGCM:
        # The wrapped key names the cache entry: an emptied key can never hit it.
        if not wrapped:
            raise Erased(person_id)
        with self._lock:
            if key := self._opened.get(wrapped):
                self._opened.move_to_end(wrapped)
                return key
        key = AESGCM(self.open(DATA_KEY_PURPOSE, wrapped))
        with self._lock:
            self._opened[wrapped] = key
            if len(self._opened) > CACHED_DATA_KEYS:
                self._opened.popitem(last=False)
        return key

    def forget(self, wrapped: bytes) -> None:
        """Drop an unwrapped data key from memory, when its person is erased."""
        with self._lock:
            self._opened.pop(wrapped, None)

    # ------------------------------------------------------- blind indexes

    def blind(self, kind: str, value: str) -> bytes:
        """Return the blind index of a value: equal values meet, nothing else is learned.

        HMAC-SHA256 under a key of its own, over kind and value. For the last four
        digits of a phone use a kind of its own (``phone_tail``): ten thousand
        values are guessable only by who has the key.
        """
        return self._blinders[self._sealing].blind(kind, value)

    def blinds(self, kind: str, value: str) -> dict[int, bytes]:
        """Return every blind index that the value may stand under, by number of its key.

        :meth:`blind` comes first. Who looks a value up has to look under all of
        them: what was written before a rotation stands under the older key until
        it is re-indexed.
        """
        return {number: b.blind(kind, value) for number, b in self._blinders.items()}

    # ------------------------------------------------------- new persons in number

    def newcomers(self) -> Newcomers:
        """Return what makes and uses the data keys of many new persons, in one thread."""
        return Newcomers(self._purpose_key(self._sealing, DATA_KEY_PURPOSE), self.sealing_mark)


class Newcomers:
    """Data keys of new persons, and what is sealed by them while they are at hand.

    What it makes is what :meth:`Vault.new_data_key` and :meth:`Vault.seal_for` make.
    Randomness is asked of the system some kilobytes at a time.
    """

    _AT_ONCE = 1 << 12

    def __init__(self, master: AESGCM, mark: bytes) -> None:
        """Wrap data keys by ``master``; ``mark`` names it."""
        self._master = master
        self._mark = mark
        self._random = b""
        self._used = 0

    def data_key(self) -> tuple[AESGCM, bytes]:
        """Return a fresh data key, ready to seal with, and the same wrapped."""
        drawn = self._bytes(KEY_BYTES + NONCE_BYTES)
        plain, nonce = drawn[:KEY_BYTES], drawn[KEY_BYTES:]
        return AESGCM(plain), self._mark + nonce + self._master.encrypt(nonce, plain, b"")

    def seal(self, key: AESGCM, person_id: int, plaintext: bytes) -> bytes:
        """Seal with the key of a person, bound to them."""
        nonce = self._bytes(NONCE_BYTES)
        return nonce + key.encrypt(nonce, plaintext, _bound(person_id, b""))

    def _bytes(self, count: int) -> bytes:
        if self._used + count > len(self._random):
            self._random, self._used = os.urandom(self._AT_ONCE), 0
        start, self._used = self._used, self._used + count
        return self._random[start : self._used]


class _Blinder:
    """HMAC-SHA256 (RFC 2104) with the two blocks of the key hashed once, at a third of the time."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_SHA256_BLOCK, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def blind(self, kind: str, value: str) -> bytes:
        inner = self._inner.copy()
        inner.update(f"{kind}\0{value}".encode())
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


def key_number(sealed: bytes) -> int:
    """Return the number of the master key under which something was sealed or wrapped."""
    return int.from_bytes(sealed[:_NUMBER_BYTES])


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"clew/1/{purpose}".encode()).derive(master)


def _bound(person_id: int, context: bytes) -> bytes:
    return person_id.to_bytes(8) + context


def _decrypt(key: AESGCM, sealed: bytes, context: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        problem = "a sealed value cannot be opened"
        raise SealBroken(problem) from None

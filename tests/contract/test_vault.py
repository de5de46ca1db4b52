"""What is sealed opens only for whom it was sealed, and never after erasure."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from storage import vault as vault_module
from storage.errors import BadMasterKeys, Erased, SealBroken
from storage.vault import KEY_BYTES, NONCE_BYTES, MasterKeys, Vault, key_number

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
VAULT = Vault(MasterKeys({1: FIRST}))
ROTATED = Vault(MasterKeys({1: FIRST, 2: SECOND}))
WRAPPED = VAULT.new_data_key()


@given(st.binary(max_size=500), st.binary(max_size=20))
def test_opens_what_it_sealed(plaintext: bytes, context: bytes) -> None:
    assert VAULT.open("inbox", VAULT.seal("inbox", plaintext, context), context) == plaintext
    sealed = VAULT.seal_for(7, WRAPPED, plaintext, context)
    assert VAULT.open_for(7, WRAPPED, sealed, context) == plaintext
    assert not plaintext or plaintext not in sealed or len(plaintext) < 4


def test_seals_the_same_text_differently_each_time() -> None:
    assert VAULT.seal("inbox", b"text") != VAULT.seal("inbox", b"text")


@given(st.integers(min_value=0, max_value=45), st.integers(min_value=1, max_value=255))
def test_refuses_a_changed_byte(position: int, change: int) -> None:
    sealed = bytearray(VAULT.seal("inbox", b"a payload of 18 B."))
    sealed[position] ^= change
    with pytest.raises(SealBroken):
        VAULT.open("inbox", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\0\1", b"\0\1short", b"\0\1" + bytes(40)])
def test_refuses_what_is_no_sealed_value(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULT.open("inbox", sealed)


def test_refuses_another_purpose_context_or_person() -> None:
    sealed = VAULT.seal("inbox", b"text", b"row 1")
    with pytest.raises(SealBroken):
        VAULT.open("outbox", sealed, b"row 1")
    with pytest.raises(SealBroken):
        VAULT.open("inbox", sealed, b"row 2")
    with pytest.raises(SealBroken):
        VAULT.open_for(8, WRAPPED, VAULT.seal_for(7, WRAPPED, b"text"))


def test_an_erased_person_cannot_be_opened_even_when_the_key_was_cached() -> None:
    sealed = VAULT.seal_for(7, WRAPPED, b"13812345678")
    with pytest.raises(Erased) as caught:
        VAULT.open_for(7, b"", sealed)
    assert caught.value.person_id == 7
    with pytest.raises(Erased):
        VAULT.seal_for(7, b"", b"more")


def test_forgetting_a_key_drops_it_from_memory() -> None:
    own = Vault(MasterKeys({1: FIRST}))
    wrapped = own.new_data_key()
    own.seal_for(1, wrapped, b"x")
    assert wrapped in own._opened
    own.forget(wrapped)
    assert wrapped not in own._opened


def test_keeps_only_so_many_keys_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_module, "CACHED_DATA_KEYS", 3)
    own = Vault(MasterKeys({1: FIRST}))
    keys = [own.new_data_key() for _ in range(4)]
    for key in [*keys[:3], keys[0], keys[3]]:
        own.seal_for(1, key, b"x")
    assert list(own._opened) == [keys[2], keys[0], keys[3]]


def test_after_rotation_old_seals_open_and_new_ones_use_the_new_key() -> None:
    old = VAULT.seal("inbox", b"text")
    new = ROTATED.seal("inbox", b"text")
    assert ROTATED.open("inbox", old) == ROTATED.open("inbox", new) == b"text"
    assert (ROTATED.is_current(old), ROTATED.is_current(new)) == (False, True)
    with pytest.raises(SealBroken, match="CLEW_MASTER_KEY"):
        VAULT.open("inbox", new)


def test_rewrapping_keeps_what_the_person_key_sealed() -> None:
    sealed = VAULT.seal_for(7, WRAPPED, b"text")
    rewrapped = ROTATED.rewrap(WRAPPED)
    assert ROTATED.is_current(rewrapped)
    only_new = Vault(MasterKeys({2: SECOND}))
    assert only_new.open_for(7, rewrapped, sealed) == b"text"


def test_resealing_keeps_text_and_context() -> None:
    old = VAULT.seal("outbox", b"text", b"row 1")
    new = ROTATED.reseal("outbox", old, b"row 1")
    assert (key_number(old), key_number(new)) == (1, 2)
    assert Vault(MasterKeys({2: SECOND})).open("outbox", new, b"row 1") == b"text"


def test_a_key_on_standby_opens_and_is_looked_under_but_seals_nothing() -> None:
    standing_by = Vault(MasterKeys({1: FIRST, 2: SECOND}, standby=frozenset({2})))
    assert key_number(standing_by.seal("inbox", b"text")) == 1
    assert standing_by.open("inbox", ROTATED.seal("inbox", b"text")) == b"text"
    assert standing_by.blind("phone", "1") == VAULT.blind("phone", "1")
    assert set(standing_by.blinds("phone", "1").values()) == set(
        ROTATED.blinds("phone", "1").values()
    )


def test_a_value_is_looked_for_under_every_key_the_present_one_first() -> None:
    old, new = VAULT.blind("phone", "1"), ROTATED.blind("phone", "1")
    assert old != new
    assert list(ROTATED.blinds("phone", "1").items()) == [(2, new), (1, old)]


def test_a_fingerprint_tells_keys_apart() -> None:
    keys = MasterKeys({1: FIRST, 2: SECOND})
    assert len({keys.fingerprint(1), keys.fingerprint(2)}) == 2
    assert keys.fingerprint(1) == MasterKeys({9: FIRST}).fingerprint(9)
    assert len(keys.fingerprint(1)) == 8


@given(st.text(max_size=80))
def test_a_blind_index_is_an_hmac(value: str) -> None:
    key = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"clew/1/blind-index").derive(FIRST)
    expected = hmac.digest(key, f"phone\0{value}".encode(), sha256)
    assert VAULT.blind("phone", value) == expected


def test_what_is_sealed_for_many_new_persons_opens_as_ever() -> None:
    newcomers = VAULT.newcomers()
    made = [(n, *newcomers.data_key()) for n in range(200)]
    sealed = [(n, wrapped, newcomers.seal(key, n, b"text")) for n, key, wrapped in made]
    assert {VAULT.open_for(n, wrapped, one) for n, wrapped, one in sealed} == {b"text"}
    assert len({one[:NONCE_BYTES] for _, _, one in sealed}) == len(sealed)
    with pytest.raises(SealBroken):
        VAULT.open_for(1, sealed[0][1], sealed[0][2])


def test_blind_indexes_meet_for_equal_values_only() -> None:
    phone = VAULT.blind("phone", "+8613812345678")
    assert (
        len({phone, VAULT.blind("phone", "+8613812345679"), VAULT.blind("wechat", "+86138")}) == 3
    )
    assert VAULT.blind("phone_tail", "5678") != VAULT.blind("phone", "5678")
    assert len(phone) == 32
    other = Vault(MasterKeys({1: SECOND}))
    assert other.blind("phone", "+8613812345678") != phone


def test_reads_numbered_master_keys() -> None:
    text = f"1:{base64.b64encode(FIRST).decode()}, 2:{base64.b64encode(SECOND).decode()}"
    keys = MasterKeys.parse(text)
    assert dict(keys.keys) == {1: FIRST, 2: SECOND}
    assert keys.sealing == 2
    assert repr(FIRST) not in repr(keys)


def test_reads_which_master_keys_are_on_standby() -> None:
    text = f"1:{base64.b64encode(FIRST).decode()}, ~2:{base64.b64encode(SECOND).decode()}"
    keys = MasterKeys.parse(text)
    assert (dict(keys.keys), keys.standby, keys.sealing) == ({1: FIRST, 2: SECOND}, {2}, 1)
    with pytest.raises(BadMasterKeys):
        MasterKeys.parse("~" + text.split(",", maxsplit=1)[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "1:secret",
        "x:" + base64.b64encode(FIRST).decode(),
        "0:" + base64.b64encode(FIRST).decode(),
        "70000:" + base64.b64encode(FIRST).decode(),
        "1:" + base64.b64encode(b"k" * (KEY_BYTES - 1)).decode(),
    ],
)
def test_refuses_bad_master_keys_without_showing_them(text: str) -> None:
    with pytest.raises(BadMasterKeys, match="CLEW_MASTER_KEY") as caught:
        MasterKeys.parse(text)
    assert "secret" not in str(caught.value)

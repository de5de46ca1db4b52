import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from config import parsers

KEY = bytes(range(32))
ENCODED = base64.b64encode(KEY).decode()


@pytest.mark.parametrize(
    ("parse", "raw", "value"),
    [
        (parsers.corp_id, "wwexample00000001", "wwexample00000001"),
        (parsers.agent_id, "1000002", "1000002"),
        (parsers.aes_key, "a" * 43, "a" * 43),
        (parsers.port, "8080", 8080),
        (parsers.web_address, "https://clew.example.com/", "https://clew.example.com"),
        (parsers.web_addresses, "http://a/1.js, http://b/2.js", ("http://a/1.js", "http://b/2.js")),
        (parsers.web_address, "http://127.0.0.1:8080/base/", "http://127.0.0.1:8080/base"),
        (parsers.database_address, "sqlite:///a.db", "sqlite:///a.db"),
        (parsers.database_address, "postgresql://u@h/d", "postgresql://u@h/d"),
        (parsers.redis_address, "", ""),
        (parsers.redis_address, "redis://h:6379/0", "redis://h:6379/0"),
        (parsers.ids, "wkExample01, wkExample02,", ("wkExample01", "wkExample02")),
        (parsers.no_or_code, "", ""),
        (parsers.no_or_code, "math", "math"),
        (parsers.existing_folder, "", None),
    ],
)
def test_takes_what_is_written_well(
    parse: Callable[[str], object], raw: str, value: object
) -> None:
    assert parse(raw) == value


@pytest.mark.parametrize(
    ("parse", "raw"),
    [
        (parsers.corp_id, "example"),
        (parsers.agent_id, "abc"),
        (parsers.aes_key, "a" * 42),
        (parsers.aes_key, "a" * 42 + "="),
        (parsers.token, "with-dash"),
        (parsers.secret, "short"),
        (parsers.port, "0"),
        (parsers.port, "70000"),
        (parsers.port, "http"),
        (parsers.web_address, "clew.example.com"),
        (parsers.web_addresses, ""),
        (parsers.web_addresses, "https://a.example.com/1.js,b.example.com/2.js"),
        (parsers.web_address, "ftp://clew.example.com"),
        (parsers.web_address, "https://clew.example.com/?a=1"),
        (parsers.database_address, "mysql://h/d"),
        (parsers.database_address, "sqlite://"),
        (parsers.redis_address, "h:6379"),
        (parsers.zone, "Asia/Nowhere"),
        (parsers.zone, "Asia"),
        (parsers.ids, "wmExample01"),
        (parsers.no_or_code, "数学"),
        (parsers.existing_folder, "no such folder"),
        (parsers.master_keys, ""),
        (parsers.master_keys, "not base64!"),
        (parsers.master_keys, base64.b64encode(b"short").decode()),
        (parsers.master_keys, f"x:{ENCODED}"),
        (parsers.master_keys, f"0:{ENCODED}"),
        (parsers.master_keys, f"~1:{ENCODED}"),
        (parsers.master_keys, f"1:{ENCODED},1:{ENCODED}"),
    ],
)
def test_refuses_what_is_not(parse: Callable[[str], object], raw: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the code of the problem says what is wrong
        parse(raw)


def test_numbers_master_keys() -> None:
    assert parsers.master_keys(ENCODED) == {1: KEY}
    other = base64.b64encode(KEY[::-1]).decode()
    assert parsers.master_keys(f"1:{ENCODED}, 2:{other}") == {1: KEY, 2: KEY[::-1]}
    assert parsers.master_keys(f"1:{ENCODED}, ~2:{other}") == {1: KEY, 2: KEY[::-1]}


def test_knows_which_master_keys_are_on_standby() -> None:
    assert parsers.standby_keys(f"1:{ENCODED}, ~2:{ENCODED}") == {2}
    assert parsers.standby_keys(ENCODED) == frozenset()


def test_finds_folders(tmp_path: Path) -> None:
    assert parsers.existing_folder(str(tmp_path)) == tmp_path
    assert parsers.folder("var").is_absolute()
    assert parsers.zone("Asia/Shanghai").key == "Asia/Shanghai"

import base64
from pathlib import Path

import pytest

from config.accounts import KfSettings, MpMode
from config.problems import ConfigError
from config.settings import NAMES, Settings, load_settings, load_store_settings
from config.texts import SHIPPED, load_texts

TEXTS = load_texts()
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
AES_KEY = "LeadBotExampleKey0LeadBotExampleKey1LeadBot"
NEEDED = {
    "CLEW_MASTER_KEY": MASTER_KEY,
    "CLEW_PUBLIC_URL": "https://clew.example.com/",
    "CLEW_CORP_ID": "wwexample00000001",
    "CLEW_APP_AGENT_ID": "1000002",
    "CLEW_APP_SECRET": "ExampleAppSecret0000000000000000001",
    "CLEW_APP_TOKEN": "exampleToken01",
    "CLEW_APP_AES_KEY": AES_KEY,
}
MP = {
    "CLEW_MP_ACCOUNT": "gh_example00001",
    "CLEW_MP_APP_ID": "wxexample00000001",
    "CLEW_MP_SECRET": "ExampleMpSecret00000000000000000001",
    "CLEW_MP_TOKEN": "exampleMpToken01",
}


def load(**variables: str) -> Settings:
    return load_settings(TEXTS, NEEDED | variables)


def problems(environ: dict[str, str]) -> dict[str, str]:
    """Return the codes of all problems by place."""
    with pytest.raises(ConfigError) as caught:
        load_settings(TEXTS, environ)
    assert str(caught.value).count("\n") == len(caught.value.problems)
    return {f"{p.place} {p.key}".strip(): p.code for p in caught.value.problems}


def test_what_is_needed_is_enough() -> None:
    settings = load()
    assert settings.public_url == "https://clew.example.com"
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8000)
    assert settings.store.database_url == f"sqlite:///{Path('var').absolute() / 'clew.db'}"
    assert settings.store.master_keys == {1: bytes(range(32))}
    assert settings.corp.contact_secret == ""
    assert (settings.kf, settings.mp, settings.aibots) == ((), (), ())
    assert settings.qyapi_base == "https://qyapi.weixin.qq.com"


def test_all_problems_are_said_together_with_variable_and_remedy() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(TEXTS, {"CLEW_LISTEN_PORT": "eighty", "CLEW_APP_AES_KEY": "short"})
    message = str(caught.value)
    for name in (*NEEDED, "CLEW_LISTEN_PORT"):
        assert name in message
    assert "EncodingAESKey：43 位" in message
    assert "1–65535" in message
    assert "short" not in message


def test_secrets_do_not_show() -> None:
    shown = repr(load(**MP, CLEW_MP_AES_KEY=AES_KEY))
    for secret in (AES_KEY, MASTER_KEY, "ExampleAppSecret", "ExampleMpSecret", "exampleToken01"):
        assert secret not in shown


def test_reads_secrets_from_files(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("FileAppSecret00000000000000000000001\n", encoding="utf-8")
    environ = NEEDED | {"CLEW_APP_SECRET_FILE": str(file)}
    del environ["CLEW_APP_SECRET"]
    assert load_settings(TEXTS, environ).corp.app_secret == "FileAppSecret00000000000000000000001"


def test_files_that_hold_secrets_are_known(tmp_path: Path) -> None:
    toml, secret = tmp_path / "clew.toml", tmp_path / "secret"
    toml.write_text('zone = "Asia/Shanghai"\n', encoding="utf-8")
    secret.write_text(NEEDED["CLEW_APP_SECRET"], encoding="utf-8")
    environ = NEEDED | {"CLEW_CONFIG": str(toml), "CLEW_APP_SECRET_FILE": str(secret)}
    del environ["CLEW_APP_SECRET"]
    assert set(load_settings(TEXTS, environ).store.files) == {toml, secret}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CLEW_APP_SECRET_FILE": "x"}, {"CLEW_APP_SECRET_FILE": "setting_twice"}),
        ({"CLEW_REDIS_URL_FILE": "gone"}, {"CLEW_REDIS_URL_FILE": "setting_file_unreadable"}),
        ({"CLEW_REDIS_ULR": "redis://h"}, {"CLEW_REDIS_ULR": "setting_misspelt"}),
        ({"CLEW_CONFIG": "gone.toml"}, {"gone.toml": "not_readable"}),
        ({"CLEW_KF_SECRET": "ExampleKfSecret"}, {"CLEW_KF_OPEN_KFIDS": "setting_missing"}),
        ({"CLEW_KF_OPEN_KFIDS": "wkExample01"}, {"CLEW_KF_SECRET": "setting_missing"}),
        (
            {"CLEW_KF_OPEN_KFIDS": "wkExample01,wkExample01", "CLEW_KF_SECRET": "ExampleKfSecret"},
            {"kf": "setting_account_twice"},
        ),
        (MP, {"CLEW_MP_AES_KEY": "setting_missing"}),
        (
            MP | {"CLEW_MP_MODE": "secret", "CLEW_MP_AES_KEY": AES_KEY},
            {"CLEW_MP_MODE": "setting_not_valid"},
        ),
        (
            {"CLEW_AIBOT_ID": "bot"},
            {"CLEW_AIBOT_TOKEN": "setting_missing", "CLEW_AIBOT_AES_KEY": "setting_missing"},
        ),
        ({"CLEW_ZONE": "Mars"}, {"CLEW_ZONE": "setting_not_valid"}),
    ],
)
def test_names_the_variable_that_is_wrong(
    variables: dict[str, str], expected: dict[str, str]
) -> None:
    assert problems(NEEDED | variables) == expected


def test_leaves_names_that_are_not_its_own_alone() -> None:
    assert load(CLEW_SHARED="somewhere", OTHER="x").corp.agent_id == "1000002"


def test_plain_official_accounts_need_no_key() -> None:
    [account] = load(**MP, CLEW_MP_MODE="plain").mp
    assert (account.mode, account.aes_key) == (MpMode.PLAIN, "")


def test_the_shipped_example_is_a_full_configuration() -> None:
    environ = {"CLEW_CONFIG": str(SHIPPED / "settings.example.toml")}
    settings = load_settings(TEXTS, environ)
    assert settings.corp.agent_id == "1000002"
    assert settings.kf == (KfSettings("wkExample01", "ExampleKfSecret00000000000000000001"),)
    assert [account.account for account in settings.mp] == ["gh_example00001"]


def test_variables_win_over_the_file() -> None:
    environ = {
        "CLEW_CONFIG": str(SHIPPED / "settings.example.toml"),
        "CLEW_LISTEN_PORT": "9090",
    }
    assert load_settings(TEXTS, environ).listen_port == 9090


def test_every_problem_of_the_file_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "clew.toml"
    file.write_text(
        'listen_prot = 1\nzone = ["x"]\nkf = 1\nflavour = 1\n'
        '[[mp]]\naccount = "gh_example00001"\nmode = "plain"\nextra = 1\n',
        encoding="utf-8",
    )
    assert problems(NEEDED | {"CLEW_CONFIG": str(file)}) == {
        f"{file} listen_prot": "setting_misspelt",
        f"{file} zone": "wrong_type",
        f"{file} kf": "wrong_type",
        f"{file} flavour": "setting_unknown",
        f"{file} mp[0].extra": "setting_unknown",
        f"{file} mp[0].app_id": "setting_missing",
        f"{file} mp[0].secret": "setting_missing",
        f"{file} mp[0].token": "setting_missing",
    }


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "clew.toml"
    file.write_text("a = ", encoding="utf-8")
    assert problems(NEEDED | {"CLEW_CONFIG": str(file)}) == {str(file): "not_toml"}


def test_the_store_alone_needs_only_its_key(tmp_path: Path) -> None:
    store = load_store_settings(
        TEXTS, {"CLEW_MASTER_KEY": MASTER_KEY, "CLEW_DATA_DIR": str(tmp_path)}
    )
    assert store.database_url == f"sqlite:///{tmp_path}/clew.db"
    assert (store.tables_dir, store.zone.key) == (None, "Asia/Shanghai")
    with pytest.raises(ConfigError, match="CLEW_MASTER_KEY"):
        load_store_settings(TEXTS, {})


def test_without_a_mapping_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    assert load_settings(TEXTS).corp.corp_id == "wwexample00000001"


def test_every_setting_has_its_advice() -> None:
    assert {name for name in NAMES if f"settings.advice.{name}" not in TEXTS} == set()

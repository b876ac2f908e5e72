"""Settings: laptop defaults, and every bad value refused by name without repeating it."""

from __future__ import annotations

import re
import stat
import threading
from pathlib import Path

import pytest

from config import BUILT_IN_ROLE, READERS, BadSetting, Settings

KEY = "k0a1b2c3d4e5f6" * 3


def settings(tmp_path: Path, **given: str) -> Settings:
    """Return the settings read from OPORA_* variables named in lower case."""
    return Settings.from_env({"OPORA_INSTANCE": str(tmp_path), **{f"OPORA_{k.upper()}": v for k, v in given.items()}})


def test_a_laptop_needs_no_setting_at_all(tmp_path: Path) -> None:
    got = settings(tmp_path / "instance")
    assert (got.host, got.port, got.threads, got.https, got.proxies, got.log_level) == (
        ("127.0.0.1", 8080, 8, False, 0, "INFO")
    )  # fmt: skip
    assert got.database_url.render_as_string() == f"sqlite:///{tmp_path}/instance/opora.db"
    assert got.keyring == tmp_path / "instance" / "keyring"


def test_every_setting_can_be_given_and_is_described_in_the_source() -> None:
    source = (Path(__file__).parents[1] / "config.py").read_text("utf-8")
    assert list(READERS) and set(READERS) == set(Settings.__dataclass_fields__)
    described = re.findall(r'^    (\w+): .+\n    """', source, re.M)
    assert set(described) == set(READERS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "http"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", "８０"),
        ("threads", "0"),
        ("threads", "65"),
        ("proxies", "6"),
        ("https", "да-да"),
        ("log_level", "LOUD"),
        ("host", "http://127.0.0.1"),
        ("host", "127.0.0.1:8080"),
        ("names", "https://opora.example.ru"),
        ("secret_key", "short"),
        ("admin_password", "12345678901"),
        ("database_url", "not a url, secret=hunter2"),
        ("database_url", "mysql://root:hunter2@db/opora"),
        ("database_url", "postgresql://opora:hunter2@db"),
        ("database_url", "sqlite://"),
        ("database_url", "sqlite:///:memory:"),
        ("database_url", "sqlite:///file:opora.db?mode=ro&uri=true"),
    ],
)
def test_a_bad_value_is_refused_by_name_in_one_line_that_does_not_repeat_it(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadSetting) as refusal:
        settings(tmp_path, **{name: value})
    sentence = str(refusal.value)
    assert sentence.startswith(f"OPORA_{name.upper()}: ")
    assert "\n" not in sentence
    assert "hunter2" not in sentence


def test_a_mistyped_name_is_refused_instead_of_being_ignored(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="OPORA_SECRETKEY: такой настройки нет"):
        settings(tmp_path, secretkey=KEY)


def test_an_empty_value_means_the_default(tmp_path: Path) -> None:
    assert settings(tmp_path, port=" ").port == 8080


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "opora.example.ru"])
def test_a_public_host_without_a_secret_key_does_not_start(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadSetting, match="OPORA_SECRET_KEY"):
        settings(tmp_path, host=host)
    assert settings(tmp_path, host=host, secret_key=KEY).secret_key == KEY


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_itself_needs_no_secret_key(tmp_path: Path, host: str) -> None:
    assert len(settings(tmp_path, host=host).secret_key) == 64


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = settings(tmp_path).secret_key
    assert settings(tmp_path).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_starts_at_the_same_moment_agree_on_one_secret_key(tmp_path: Path) -> None:
    found: list[str] = []
    starts = [threading.Thread(target=lambda: found.append(settings(tmp_path).secret_key)) for _ in range(8)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_damaged_secret_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("torn")
    with pytest.raises(BadSetting, match="OPORA_SECRET_KEY: файл secret_key повреждён"):
        settings(tmp_path)


def test_an_instance_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="OPORA_INSTANCE"):
        settings(tmp_path / "file")


def test_postgresql_is_reached_through_psycopg_whatever_the_address_calls_it(tmp_path: Path) -> None:
    for given in ("postgresql://opora:p%40ss@db/opora", "postgresql+psycopg://opora:p%40ss@db/opora"):
        config = settings(tmp_path, database_url=given).flask_config()
        assert config["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://opora:p%40ss@db/opora"


def test_settings_can_be_printed_without_their_secrets(tmp_path: Path) -> None:
    shown = repr(
        settings(tmp_path, secret_key=KEY, admin_password="p" * 12, database_url="postgresql://opora:hunter2@db/opora")
    )
    assert all(secret not in shown for secret in (KEY, "p" * 12, "hunter2"))


def test_cookies_leave_only_by_https_when_people_come_by_https(tmp_path: Path) -> None:
    plain, secure = settings(tmp_path).flask_config(), settings(tmp_path, https="1").flask_config()
    assert (plain["SESSION_COOKIE_SECURE"], plain["PREFERRED_URL_SCHEME"]) == (False, "http")
    assert (secure["SESSION_COOKIE_SECURE"], secure["PREFERRED_URL_SCHEME"]) == (True, "https")
    assert (secure["SESSION_COOKIE_HTTPONLY"], secure["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")


def test_the_service_answers_to_its_own_names_only(tmp_path: Path) -> None:
    laptop = settings(tmp_path).flask_config()
    assert laptop["TRUSTED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    named = settings(tmp_path, host="0.0.0.0", secret_key=KEY, names="Opora.example.ru").flask_config()
    assert named["TRUSTED_HOSTS"] == ["opora.example.ru"]
    assert named["FAB_SAFE_REDIRECT_HOSTS"] == ["opora.example.ru", "opora.example.ru:*"]
    behind = settings(tmp_path, proxies="1").flask_config()
    assert behind["TRUSTED_HOSTS"] is None


def test_the_role_fab_grants_everything_is_a_built_in_with_nothing_in_it(tmp_path: Path) -> None:
    config = settings(tmp_path).flask_config()
    assert config["AUTH_ROLE_ADMIN"] == BUILT_IN_ROLE
    assert config["FAB_ROLES"] == {BUILT_IN_ROLE: []}
    assert (config["FAB_CREATE_DB"], config["FAB_UPDATE_PERMS"]) == (False, False)


def test_personal_data_stay_out_of_logs_and_cyrillic_json_keys_are_found(tmp_path: Path) -> None:
    options = settings(tmp_path).flask_config()["SQLALCHEMY_ENGINE_OPTIONS"]
    assert options["hide_parameters"] is True
    assert options["json_serializer"]({"район": "Северный"}) == '{"район": "Северный"}'

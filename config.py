"""Settings of one installation, each from the environment with a default that suits a laptop.

A bad value is refused by name in one line, before anything is opened::

    OPORA_PORT: нужно целое число от 1 до 65535.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
BUILT_IN_ROLE = "Встроенная роль"
"""FAB grants its administrator role every permission, so ours is one that nobody holds."""

T = TypeVar("T")


class BadSetting(Exception):
    """A setting cannot be used. The text names it and says what is allowed; it never repeats the value."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name}: {wanted}")
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What may differ between two installations. The variable of a field is ``OPORA_`` and its name in capitals."""

    instance: Path = ROOT / "instance"
    """Folder with the database, keys and files of this installation. Back it up whole."""

    database_url: URL = dataclasses.field(default_factory=lambda: make_url("sqlite:///opora.db"), repr=False)
    """``sqlite:///file`` (beside the instance, if relative) or ``postgresql://user:password@host/name``."""

    secret_key: str = dataclasses.field(default="", repr=False)
    """Signs sessions and forms, 32 characters or more. A laptop makes its own; a public host must be given one."""

    keyring: Path = Path("keyring")
    """File with the keys of sealed values (beside the instance, if relative). Keep a copy apart from the backups."""

    admin_password: str = dataclasses.field(default="", repr=False)
    """First password of the administrator, 12 characters or more; empty: a random one is made and printed once."""

    host: str = "127.0.0.1"
    """Address to listen on. Anything but this machine itself needs OPORA_SECRET_KEY."""

    port: int = 8080
    """Port to listen on, 1 to 65535."""

    names: tuple[str, ...] = ()
    """Names people open the service by, separated by commas: ``opora.example.ru``. Others are answered 400."""

    threads: int = 8
    """Requests served at the same time, 1 to 64."""

    workers: int = 2
    """How many pieces of long work the service does at the same time, 0 to 8. 0: none, `opora work` does them."""

    https: bool = False
    """People reach the service by https (a proxy in front of it holds the certificate): cookies never leave https."""

    proxies: int = 0
    """How many proxies stand in front and add their X-Forwarded-* line, 0 to 5. Wrong number: wrong addresses."""

    idle_minutes: int = 30
    """After how many minutes without a click somebody must sign in again, 5 to 480. What was typed stays."""

    session_hours: int = 12
    """After how many hours everybody signs in again, 1 to 24."""

    totp_roles: tuple[str, ...] = ()
    """Roles that sign in with a code from the phone as well, separated by commas: ``administrator,director``."""

    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""

    backups: Path = Path("backups")
    """Folder of the backups (beside the instance, if relative). Best on another disk."""

    keep_daily: int = 7
    """How many days have a backup kept of each, 1 to 366."""

    keep_weekly: int = 4
    """How many weeks have a backup kept of each, 0 to 520."""

    keep_monthly: int = 12
    """How many months have a backup kept of each, 0 to 600."""

    pg_bin: Path | None = None
    """Folder with pg_dump and pg_restore of the server's version; empty: looked for where systems put them."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings, check them together, and make the instance folder and a laptop's secret key.

        Raises:
            BadSetting: a value cannot be used, a name is unknown, or a public host has no secret key.
        """
        given = {name: value.strip() for name, value in environ.items() if name.startswith("OPORA_") and value.strip()}
        for name in given:
            if name.removeprefix("OPORA_").lower() not in READERS and name not in KNOWN_ELSEWHERE:
                raise BadSetting(name, "такой настройки нет. Список настроек: config.py.")
        values = {field: read("OPORA_" + field.upper(), given["OPORA_" + field.upper()])
                  for field, read in READERS.items() if "OPORA_" + field.upper() in given}  # fmt: skip
        return cls(**values)._settled()

    def _settled(self) -> Settings:
        """Return the settings with paths resolved against the instance and with a secret key."""
        made_here = not self.secret_key
        if made_here and not _is_loopback(self.host):
            raise BadSetting(
                "OPORA_SECRET_KEY",
                "при OPORA_HOST, открытом для сети, задайте свой ключ. "
                "Сделать его: python -c 'import secrets; print(secrets.token_hex(32))'",
            )
        try:
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = _kept_secret(self.instance / "secret_key") if made_here else self.secret_key
        except OSError as error:
            raise BadSetting("OPORA_INSTANCE", f"папка не открывается на запись ({error.strerror}).") from error
        url = self.database_url
        if url.get_backend_name() == "sqlite":
            url = url.set(database=str(self.instance / str(url.database)))
        return dataclasses.replace(
            self,
            secret_key=key,
            database_url=url,
            keyring=self.instance / self.keyring,
            backups=self.instance / self.backups,
        )

    @property
    def answers_to(self) -> tuple[str, ...]:
        """The host names the service answers to; empty: to any, because OPORA_NAMES was not given."""
        only_here = _is_loopback(self.host) and not self.proxies
        return self.names or (("localhost", "127.0.0.1", "[::1]") if only_here else ())

    def flask_config(self) -> dict[str, Any]:
        """Return the configuration of Flask, FAB and the other extensions."""
        return {
            "OPORA": self,
            "SECRET_KEY": self.secret_key,
            # Answering to a foreign name would let a page elsewhere rebind it, and FAB redirect to it.
            "TRUSTED_HOSTS": list(self.answers_to) or None,
            "FAB_SAFE_REDIRECT_HOSTS": [pattern for name in self.answers_to for pattern in (name, f"{name}:*")],
            "PREFERRED_URL_SCHEME": "https" if self.https else "http",
            # One form with its files; its text fields together are held to half a megabyte by Werkzeug.
            "MAX_CONTENT_LENGTH": 32 * 2**20,
            # A browser takes a name with this beginning only over https, for this very host and the whole of it.
            "SESSION_COOKIE_NAME": "__Host-opora" if self.https else "opora_session",
            "SESSION_COOKIE_PATH": "/",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.https,
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=self.session_hours),
            "SESSION_REFRESH_EACH_REQUEST": False,
            # Who is inside is kept on the server; Flask-Login's own marks in the cookie would add nothing.
            "SESSION_PROTECTION": None,
            # A form left open over a meeting still saves: the token lives as long as the session.
            "WTF_CSRF_TIME_LIMIT": None,
            "WTF_CSRF_SSL_STRICT": self.https,
            **self._database_config(),
            **_FAB,
        }

    def _database_config(self) -> dict[str, Any]:
        sqlite = self.database_url.get_backend_name() == "sqlite"
        return {
            "SQLALCHEMY_DATABASE_URI": self.database_url.render_as_string(hide_password=False),
            "SQLALCHEMY_ENGINE_OPTIONS": {
                # Parameters are people's data: they must reach neither a log nor a screen.
                "hide_parameters": True,
                # With escaped Cyrillic keys a JSON path finds nothing on SQLite.
                "json_serializer": _json,
                # Each serving thread may hold one transaction and open a short second one beside it, a worker a third.
                "pool_size": self.threads * 2 + self.workers * 3,
                "max_overflow": 4,
                "pool_pre_ping": not sqlite,
                # The scope makes the statements of each role its own; 500, the default, is one role's day.
                "query_cache_size": 1500,
                "connect_args": {} if sqlite else {"application_name": "opora", "connect_timeout": 10},
            },
        }


_FAB: dict[str, Any] = {
    "APP_NAME": "Опора",
    # Tables belong to migrations, permissions to `opora setup`: a start that writes either races with the next one.
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
    "AUTH_TYPE": 1,
    "AUTH_ROLE_ADMIN": BUILT_IN_ROLE,
    "AUTH_ROLE_PUBLIC": "Гость",
    "FAB_ROLES": {BUILT_IN_ROLE: []},
    "AUTH_USER_REGISTRATION": False,
    "AUTH_RATE_LIMITED": True,
    "AUTH_RATE_LIMIT": "20 per minute",
    "RATELIMIT_ENABLED": True,
    # The second wall, against a flood: tries are counted in the database, by app/door/lockout.py.
    "RATELIMIT_STORAGE_URI": "memory://",
    "FAB_ADD_SECURITY_API": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_API_SHOW_STACKTRACE": False,
    "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
    "BABEL_DEFAULT_LOCALE": "ru",
    "BABEL_DEFAULT_TIMEZONE": "Europe/Moscow",
    "LANGUAGES": {"ru": {"flag": "ru", "name": "Русский"}},
}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _kept_secret(path: Path) -> str:
    """Return the secret in *path*, made once; two processes starting together agree on one."""
    if not path.exists():
        handle, own = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner only
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
        # A link appears whole or not at all: the second process reads the first one's key, never half of it.
        with suppress(FileExistsError):
            os.link(own, path)
        os.unlink(own)
    kept = path.read_text("ascii").strip()
    if len(kept) < 32:
        raise BadSetting("OPORA_SECRET_KEY", f"файл {path.name} повреждён: удалите его и запустите снова.")
    return kept


# ---- reading one value: each takes the variable's name and its text, and returns the value or refuses -------------


def _url(name: str, text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadSetting(name, "нужен адрес вида sqlite:///opora.db или postgresql://имя:пароль@узел/база.") from None
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:" or url.query:
            raise BadSetting(name, "база SQLite должна быть файлом: sqlite:///opora.db.")
        return url
    if url.get_backend_name() != "postgresql":
        raise BadSetting(name, "поддерживаются SQLite и PostgreSQL: sqlite:///… или postgresql://….")
    if not url.database:
        raise BadSetting(name, "в адресе PostgreSQL не хватает имени базы: postgresql://имя:пароль@узел/база.")
    return url.set(drivername="postgresql+psycopg")


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise BadSetting(name, f"нужно целое число от {low} до {high}.")
        return int(text)

    return read


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() not in ("1", "0", "yes", "no", "true", "false"):
        raise BadSetting(name, "нужно 1 (да) или 0 (нет).")
    return text.lower() in ("1", "yes", "true")


def _long_text(shortest: int) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if len(text) < shortest:
            raise BadSetting(name, f"нужно не меньше {shortest} знаков.")
        return text

    return read


def _random_text(name: str, text: str) -> str:
    """Read a key: long, and not one of those that stand in examples and are known to everybody."""
    known = re.search(r"change.?me|thisismysecret|thisismyscret|example|default|замени", text, re.IGNORECASE)
    if len(text) < 32 or len(set(text)) < 10 or known:
        raise BadSetting(
            name,
            "нужно не меньше 32 случайных знаков. Сделать: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    return text


def _path(name: str, text: str) -> Path:
    return Path(text).expanduser()


def _folder(name: str, text: str) -> Path:
    return Path(text).expanduser().resolve()


def _host(name: str, text: str) -> str:
    if any(sign in text for sign in "/ @") or (":" in text and text.count(":") == 1):
        raise BadSetting(name, "нужен только адрес, без порта и http://. Порт задаёт OPORA_PORT.")
    return text


def _names(name: str, text: str) -> tuple[str, ...]:
    return tuple(_host(name, each.strip().lower()) for each in text.split(",") if each.strip())


def _codes(name: str, text: str) -> tuple[str, ...]:
    """Read codes of roles; which roles there are is known to the factory, and it refuses the others."""
    return tuple(each.strip().lower() for each in text.split(",") if each.strip())


def _level(name: str, text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise BadSetting(name, "нужно DEBUG, INFO, WARNING или ERROR.")
    return text.upper()


READERS: dict[str, Callable[[str, str], Any]] = {
    "instance": _folder,
    "database_url": _url,
    "secret_key": _random_text,
    "keyring": _path,
    "admin_password": _long_text(12),
    "host": _host,
    "names": _names,
    "port": _whole(1, 65535),
    "threads": _whole(1, 64),
    "workers": _whole(0, 8),
    "https": _yes_or_no,
    "proxies": _whole(0, 5),
    "idle_minutes": _whole(5, 480),
    "session_hours": _whole(1, 24),
    "totp_roles": _codes,
    "log_level": _level,
    "backups": _path,
    "keep_daily": _whole(1, 366),
    "keep_weekly": _whole(0, 520),
    "keep_monthly": _whole(0, 600),
    "pg_bin": _folder,
}
"""How the text of each setting is read. A setting without a line here cannot be given."""

KNOWN_ELSEWHERE = frozenset({"OPORA_TEST_POSTGRES"})
"""Variables of the project that are no settings of an installation."""

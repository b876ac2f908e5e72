"""The programs of PostgreSQL that copy a database: found, asked for their version, run without showing a password."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL
from sqlalchemy.dialects import registry

from app.backup import BackupRefused

_PLACES = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("C:/Program Files/PostgreSQL", "*/bin"),
    ("/opt/pgpro", "*/bin"),
)
"""Where Debian, Red Hat, the Windows installer and Postgres Pro put the programs of each version."""


@dataclass(frozen=True)
class Tools:
    """A folder with pg_dump and pg_restore of one version."""

    folder: Path
    version: int

    def run(self, name: str, url: URL, *words: str) -> str:
        """Run *name* on the database of *url* and return what it printed.

        Raises:
            BackupRefused: it failed; its own last line is told.
        """
        address, secrets = _address(url)
        told = subprocess.run(
            [_program(self.folder, name) or name, f"--dbname={address}", *words],
            env={**os.environ, **secrets, "PGCLIENTENCODING": "UTF8", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if told.returncode:
            raise BackupRefused(f"{name} не справился: {_last_line(told.stderr)}")
        return told.stdout

    def listed(self, dump: Path) -> str:
        """Return what is wrong with the list of contents of *dump*, one sentence or nothing."""
        told = subprocess.run(
            [_program(self.folder, "pg_restore") or "pg_restore", "--list", str(dump)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return f"pg_restore не читает копию: {_last_line(told.stderr)}" if told.returncode else ""


def tools_for(server: int, given: Path | None = None) -> Tools:
    """Return the programs that suit a server of the major version *server*, the nearest version first.

    pg_dump copies from servers of its own version and older ones, never from newer ones.

    Raises:
        BackupRefused: there are none, or only older ones.
    """
    found = sorted((tools for tools in _all(given) if tools), key=lambda tools: tools.version)
    for tools in found:
        if tools.version >= server:
            return tools
    where = f"в папке {given}" if given else "на этом компьютере"
    here = f"есть pg_dump версии {found[-1].version}, он не подходит" if found else "нет pg_dump и pg_restore"
    raise BackupRefused(
        f"Сервер PostgreSQL версии {server}, а {where} {here}. Поставьте программы этой версии "
        f"(в Debian: apt install postgresql-client-{server}) или назовите их папку: OPORA_PG_BIN."
    )


def _all(given: Path | None) -> Iterator[Tools | None]:
    if given is not None:
        yield _tools(given)
        return
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield _tools(Path(folder))
    for root, pattern in _PLACES:
        for place in Path(root).glob(pattern):
            yield _tools(place)


def _tools(folder: Path) -> Tools | None:
    """Return the programs in *folder*, None when it does not hold both."""
    dump, restore = _program(folder, "pg_dump"), _program(folder, "pg_restore")
    if dump is None or restore is None:
        return None
    told = subprocess.run([dump, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    number = re.search(r"\s(\d+)", told.stdout)
    return Tools(folder, int(number[1])) if number else None


def _program(folder: Path, name: str) -> str | None:
    return shutil.which(name, path=str(folder))


def _address(url: URL) -> tuple[str, dict[str, str]]:
    """Return the address for the command line and, apart from it, what other people of the machine must not read."""
    dialect = registry.load("postgresql.psycopg")()
    _, words = dialect.create_connect_args(url)
    password = words.pop("password", None)
    words.pop("context", None)
    address = make_conninfo("", **{name: str(value) for name, value in words.items()})
    return address, {"PGPASSWORD": str(password)} if password else {}


def _last_line(told: str) -> str:
    lines = [line for line in told.strip().splitlines() if line]
    return (lines[-1] if lines else "причина не названа").removesuffix(".") + "."

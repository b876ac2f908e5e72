"""A PostgreSQL database as a backup sees it: pg_dump of one moment, a second database beside the living one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.backup import BackupRefused
from app.backup.contents import Contents, contents, engine_on
from app.backup.swapping import SCRATCH, Rename, Swap, beside, quoted
from app.backup.tools import Tools, tools_for
from config import Settings

_LONGEST = 63
"""Bytes of a name in PostgreSQL; what is longer is cut without a word."""


class PostgresStore:
    """The database of an installation that lives on a server."""

    backend = "postgresql"
    member = "database.dump"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = settings.database_url
        self.name = str(settings.database_url.database)

    def ready(self) -> None:
        """Check that the programs of the server's version are here.

        Raises:
            BackupRefused: they are not.
        """
        self._tools()

    def server(self) -> str:
        """Return the major version of the server."""
        with engine_on(self.settings) as engine, engine.connect() as connection:
            return str(int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000)

    def dump(self, path: Path) -> Contents:
        """Write one moment of the database to *path* and return what it holds; people go on working meanwhile."""
        tools = self._tools()
        with engine_on(self.settings) as engine:
            seeing = engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with seeing as connection:
                # pg_dump sees exactly the rows that are counted here.
                snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
                tools.run("pg_dump", self.url, "--format=custom", f"--snapshot={snapshot}", f"--file={path}",
                          "--no-owner", "--no-privileges", "--compress=0")  # fmt: skip
                return contents(connection)

    def stored_now(self) -> frozenset[str]:
        """Return the names attached files are stored as in the living database."""
        with engine_on(self.settings) as engine, engine.connect() as connection:
            return contents(connection).stored

    def may_load(self) -> str:
        """Return why the role may make no database of its own, and who can change that; nothing when it may."""
        with engine_on(self.settings) as engine, engine.connect() as connection:
            role, may = connection.execute(
                text("SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            ).one()
            if not may:
                return (
                    f"роли {role} нельзя создавать базы. Выполните от имени администратора PostgreSQL: "
                    f"ALTER ROLE {quoted(connection, role)} CREATEDB;"
                )
            owner, mine = connection.execute(
                text(
                    "SELECT pg_get_userbyid(datdba), pg_has_role(datdba, 'MEMBER') FROM pg_database "
                    "WHERE datname = current_database()"
                )
            ).one()
            if not mine:
                return (
                    f"базой {self.name} владеет {owner}. Выполните от имени администратора PostgreSQL: "
                    f"ALTER DATABASE {quoted(connection, self.name)} OWNER TO {quoted(connection, role)};"
                )
        return ""

    def load(self, dump: Path, purpose: str) -> Settings:
        """Fill a second database from *dump* and return the settings that open it.

        Raises:
            BackupRefused: pg_restore could not.
        """
        tools = self._tools()
        made = dataclasses.replace(self.settings, database_url=self.url.set(database=self._beside_name(purpose)))
        self.drop(made)
        with beside(self.url, isolation_level="AUTOCOMMIT") as connection:
            name = quoted(connection, str(made.database_url.database))
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 {self._like_mine(connection)}")
            connection.exec_driver_sql(f"COMMENT ON DATABASE {name} IS '{SCRATCH}'")
        try:
            tools.run("pg_restore", made.database_url, "--no-owner", "--no-privileges", "--exit-on-error",
                      "--single-transaction", str(dump))  # fmt: skip
        except BackupRefused:
            self.drop(made)
            raise
        return made

    def listed(self, dump: Path) -> str:
        """Return what is wrong with the list of contents of *dump*, one sentence or nothing."""
        return self._tools().listed(dump)

    def drop(self, loaded: Settings) -> None:
        """Drop a loaded database, if it is one of those made here and still nobody's."""
        name = str(loaded.database_url.database)
        with beside(self.url, isolation_level="AUTOCOMMIT") as connection:
            mark = connection.execute(
                text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"),
                {"name": name},
            ).one_or_none()
            if mark is None:
                return
            if mark[0] != SCRATCH:
                raise BackupRefused(f"На сервере уже есть база {name}. Переименуйте её и повторите.")
            connection.exec_driver_sql(f"DROP DATABASE {quoted(connection, name)}")

    def swap(self, loaded: Settings, aside: Path, stamp: str) -> Swap:
        """Return how the loaded database takes the place of the living one."""
        kept = self._beside_name(f"before_{stamp}")
        return Swap([], Rename(self.name, str(loaded.database_url.database), kept))

    def _beside_name(self, purpose: str) -> str:
        room = _LONGEST - len(purpose) - 1
        return f"{self.name.encode()[:room].decode(errors='ignore')}_{purpose}"

    def _tools(self) -> Tools:
        return tools_for(int(self.server()), self.settings.pg_bin)

    def _like_mine(self, connection: Connection) -> str:
        """Return the words that give a new database the letters and the order of the living one."""
        # The columns have changed their names between versions of the server.
        mine: dict[str, Any] = connection.execute(
            text("SELECT to_jsonb(d) FROM pg_database d WHERE datname = :name"), {"name": self.name}
        ).scalar_one()
        locale = mine.get("datlocale") or mine.get("daticulocale")
        said = {"LC_COLLATE": mine["datcollate"], "LC_CTYPE": mine["datctype"]}
        provider = {"c": "libc", "i": "icu", "b": "builtin"}.get(mine.get("datlocprovider", "c"), "libc")
        if locale:
            said["ICU_LOCALE" if provider == "icu" else "BUILTIN_LOCALE"] = locale
        words = [f"{name} '{value}'" for name, value in said.items()]
        if "datlocprovider" in mine:
            words.append(f"LOCALE_PROVIDER {provider}")
        return "ENCODING 'UTF8' " + " ".join(words)

"""docs/operations.md tells no fairy tales: its commands are run in the order they stand, or it is said why not."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import URL, create_engine, text

import app.models  # noqa: F401 -- FAB looks at every relation when it is imported
from app.cli import main
from app.profiles.loading import text_of
from config import KNOWN_ELSEWHERE, READERS, ROOT
from tests.backup.installation import PG_BIN
from tests.databases import settings_of

GUIDE = (ROOT / "docs" / "operations.md").read_text("utf-8")
DEPLOY = ROOT / "deploy"
OPORA = [sys.executable, "-c", "from app.cli import main; main()"]

NOT_RUN = {
    "useradd ": "needs root and would make an account on this machine",
    "install ": "needs root and would write into the system's folders",
    "python3 -m venv": "makes the very environment the tests run in",
    "/opt/opora/.venv/bin/python -m pip": "the tests run where this has been done already",
    "systemctl ": "there is no systemd where tests run",
    "alias ": "there is no systemd where tests run",
    "nginx -t": "there is no nginx where tests run",
    "git -C": "would change this very checkout",
    "curl ": "the same address is asked by the tests of app/health.py",
}
"""Commands of the guide that no test runs, by their beginning, with the reason."""

WINDOWS = ("py ", ".venv\\Scripts\\", "[Environment]::", "schtasks ", "icacls ")
"""Commands for Windows are read, not run: there is no Windows where tests run."""


def lines(kind: str) -> list[str]:
    """Return the lines of every fenced block of one kind, in order."""
    blocks = re.findall(rf"^```{kind}\n(.*?)^```", GUIDE, re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_every_command_is_run_or_says_why_not() -> None:
    unknown = [line for line in lines("sh") if not line.startswith(("opora ", *NOT_RUN))]
    assert unknown == []
    unused = [start for start in NOT_RUN if not any(line.startswith(start) for line in lines("sh"))]
    assert unused == []
    assert [line for line in lines("powershell") if not line.startswith(WINDOWS)] == []


def test_the_commands_of_the_guide_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPORA_INSTANCE", str(tmp_path / "opora"))
    monkeypatch.setenv("OPORA_BACKUPS", str(tmp_path / "srv"))
    monkeypatch.setenv("OPORA_ADMIN_PASSWORD", "пароль-администратора")
    settings_of(tmp_path / "opora")
    (tmp_path / "наш.yaml").write_text(text_of("rostov").replace("amount: 3,", "amount: 5,"), "utf-8")
    run = 0
    for line in lines("sh"):
        if not line.startswith("opora "):
            continue
        result = CliRunner().invoke(main, shlex.split(_here(line, tmp_path))[1:])
        assert (result.exit_code, result.stderr) == (0, ""), f"{line}: {result.stderr}{result.exception!r}"
        run += 1
    assert run == 15
    assert (tmp_path / "keys" / "keyring").exists()
    assert list((tmp_path / "usb").glob("*.zip"))


def _here(line: str, folder: Path) -> str:
    """Return the command with this test's folders and the newest archive in place of the guide's."""
    archives = sorted((folder / "srv").glob("*.zip"), key=lambda path: path.stat().st_mtime)
    line = re.sub(r"/\S+/opora-\d{4}-\d\d-\d\d_\d{6}\.zip", str(archives[-1]) if archives else "none", line)
    return (
        line.replace("/mnt/keys", str(folder / "keys"))
        .replace("/mnt/usb", str(folder / "usb"))
        .replace("/etc/opora/", f"{folder}/")
    )


def test_the_database_made_as_the_guide_says_is_one_the_service_accepts_and_can_copy(
    durable_server: URL, tmp_path: Path
) -> None:
    engine = create_engine(durable_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for line in lines("sql"):
            connection.execute(text(line))
        try:
            url = durable_server.set(username="opora", password="ПАРОЛЬ", database="opora")
            env = {
                **os.environ,
                "OPORA_INSTANCE": str(tmp_path),
                "OPORA_DATABASE_URL": url.render_as_string(hide_password=False),
                "OPORA_ADMIN_PASSWORD": "пароль-администратора",
                "OPORA_PG_BIN": str(PG_BIN),
            }
            for words in (["setup"], ["backup", "--daily"], ["upgrade"]):
                # Each in a process of its own, as people do: an upgrade wants nobody else to be connected.
                told = subprocess.run(
                    [*OPORA, *words], env=env, cwd=ROOT, text=True, capture_output=True, timeout=120, check=False
                )
                assert (told.returncode, told.stderr) == (0, ""), words
        finally:
            names = connection.execute(text("SELECT datname FROM pg_database WHERE datname ~ '^opora(_before_.*)?$'"))
            for name in names.scalars().all():
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            connection.execute(text("DROP ROLE opora"))
    engine.dispose()


# ---- what is only read --------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    """Yield every mention of a command of ours: in the text, for Windows, in the files of deploy."""
    yield from re.findall(r"`opora ([^`]+)`", GUIDE)
    yield from re.findall(r"opora(?:\.exe)? ([a-z][^\"\n]*)", "\n".join(lines("powershell")))
    for path in DEPLOY.iterdir():
        yield from re.findall(r"^ExecStart=\S+/opora (.+)$", path.read_text("utf-8"), re.M)


@pytest.mark.parametrize("words", sorted(set(_commands())))
def test_every_command_named_anywhere_exists_with_its_options(words: str) -> None:
    name, *rest = words.split()
    command = main.get_command(click.Context(main), name)
    assert command is not None, name
    if isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    known = {option for one in command.params for option in one.opts}
    assert {word for word in rest if word.startswith("--")} <= known


@pytest.mark.parametrize("path", [ROOT / "docs" / "operations.md", *sorted(DEPLOY.iterdir())], ids=lambda p: p.name)
def test_every_setting_named_exists(path: Path) -> None:
    named = set(re.findall(r"OPORA_[A-Z_]+", path.read_text("utf-8")))
    assert named <= {f"OPORA_{name.upper()}" for name in READERS} | KNOWN_ELSEWHERE


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda p: p.name)
def test_the_guide_names_every_sample_file(path: Path) -> None:
    assert path.name in GUIDE


def test_the_sample_units_can_be_read_and_fit_each_other() -> None:
    units = {}
    for name in ("opora.service", "opora-backup.service", "opora-backup.timer"):
        units[name] = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
        units[name].optionxform = str  # type: ignore[assignment, method-assign]  # systemd minds capitals
        units[name].read_string((DEPLOY / name).read_text("utf-8"))
    service, backup = units["opora.service"]["Service"], units["opora-backup.service"]["Service"]
    for key in ("User", "Group", "EnvironmentFile", "WorkingDirectory"):
        assert service[key] == backup[key]
    assert backup["Type"] == "oneshot"
    assert units["opora-backup.timer"]["Install"]["WantedBy"] == "timers.target"
    assert service["EnvironmentFile"] == "/etc/opora.env"


def test_the_sample_settings_are_accepted_together(tmp_path: Path) -> None:
    from config import Settings

    rows = [row for row in (DEPLOY / "opora.env").read_text("utf-8").splitlines() if row and not row.startswith("#")]
    given = dict(row.split("=", 1) for row in rows)
    settings = Settings.from_env({**given, "OPORA_INSTANCE": str(tmp_path)})
    assert (settings.https, settings.proxies, settings.names) == (True, 1, ("opora.example.ru",))
    assert str(settings.backups) == "/srv/opora-backups"


def test_no_sample_proxy_writes_down_what_people_search_for() -> None:
    nginx, caddy = ((DEPLOY / name).read_text("utf-8") for name in ("nginx.conf", "Caddyfile"))
    told = [line for line in nginx.splitlines() if line.strip().startswith(("log_format", "access_log", "error_log"))]
    assert len(told) == 3
    # These hold the query, in which a surname stands.
    assert not re.search(r"\$(?:request|request_uri|args|query_string|http_referer)\b", " ".join(told))
    assert "access_log /var/log/nginx/opora.log opora;" in nginx
    assert "error_log  /var/log/nginx/opora-error.log crit;" in nginx
    assert not re.search(r"^\s*log\b", caddy, re.MULTILINE)


def test_the_sample_unit_lets_the_service_reach_its_own_machine_only() -> None:
    unit = (DEPLOY / "opora.service").read_text("utf-8")
    assert "IPAddressDeny=any\nIPAddressAllow=localhost\n" in unit


def test_both_sample_proxies_lead_to_the_port_the_service_listens_on(tmp_path: Path) -> None:
    from config import Settings

    port = Settings.from_env({"OPORA_INSTANCE": str(tmp_path)}).port
    for name in ("nginx.conf", "Caddyfile"):
        sample = (DEPLOY / name).read_text("utf-8")
        assert f"127.0.0.1:{port}" in sample
        assert sample.count("{") == sample.count("}")

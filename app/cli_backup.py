"""Commands of the administrator: copy an installation, look at its copies, bring one back, upgrade."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from app import sealing
from app.backup import BackupRefused
from app.backup.daily import run_daily
from app.backup.making import keep_keys, make, verify
from app.backup.restoring import Prepare, restore, upgrade
from app.backup.shelf import megabytes, shelf
from app.backup.swapping import healed
from config import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


def attach(main: click.Group, prepare: Prepare) -> None:
    """Give *main* the commands; *prepare* does what an installation needs beside its tables."""

    @main.command("backup")
    @click.option("--to", "folder", metavar="ПАПКА", type=FOLDER, help="Куда; без ключа в папку OPORA_BACKUPS.")
    @click.option("--keys-to", "keys", metavar="ПАПКА", type=FOLDER, help="Скопировать ключи в эту папку.")
    @click.option("--daily", is_flag=True, help="Ежедневная: не чаще раза в день, лишние старые копии удаляются.")
    def backup(folder: Path | None, keys: Path | None, daily: bool) -> None:
        """Сделать резервную копию, не останавливая сервис, и проверить её.

        В копию входят база, приложенные файлы, свои порядки работы центра и отметка журнала. Ключей в ней нет.
        """
        settings = _settings()
        with _told("Копия не сделана"):
            if keys is not None:
                for path in keep_keys(settings, keys):
                    click.echo(f"Ключи: {path}")
            if daily:
                if folder is not None:
                    raise BackupRefused(
                        "Ежедневные копии лежат в своей папке: задайте её через OPORA_BACKUPS, без --to."
                    )
                said = run_daily(settings, dt.datetime.now().astimezone().date())
                if "не прошла" in said:
                    raise BackupRefused(said)
                click.echo(said)
                return
            made = make(settings, folder)
        if not made.verdict.ok:
            raise BackupRefused(f"Копия {made.path} записана, но не прошла проверку. {made.verdict.said}")
        click.echo(f"Копия: {made.path}, {megabytes(made.path.stat().st_size)}. {made.verdict.said}")
        if keys is None:
            click.echo("Ключей в копии нет. Храните их отдельно: opora backup --keys-to ПАПКА")

    @main.command("backups")
    @click.option("--check", metavar="ФАЙЛ", type=FILE, help="Проверить эту копию восстановлением на пробу.")
    def backups(check: Path | None) -> None:
        """Показать резервные копии или проверить одну."""
        settings = _settings()
        if check is not None:
            with _told("Проверка не состоялась"):
                verdict = verify(settings, check)
            if not verdict.ok:
                raise BackupRefused(verdict.said)
            click.echo(verdict.said)
            return
        found = shelf(settings)
        for copy in found.copies:
            state = "не проверена" if copy.verdict is None else "проверена" if copy.good else "не прошла проверку"
            click.echo(f"{copy.made:%d.%m.%Y %H:%M}  {megabytes(copy.size):>8}  {state}  {copy.path}")
        for warning in found.warnings:
            click.echo(warning)

    @main.command("restore")
    @click.argument("path", metavar="ФАЙЛ", type=FILE)
    @click.option("--keys-from", "keys", metavar="ПАПКА", type=FOLDER, help="Где лежат ключи этой копии.")
    def restore_(path: Path, keys: Path | None) -> None:
        """Вернуть состояние из копии ФАЙЛ. Сервис должен быть остановлен; прежнее состояние сохраняется рядом."""
        settings = _settings(load_keys=False)
        with _told("Восстановление не удалось, всё осталось как было"):
            done = restore(settings, path, prepare, keys_from=keys)
        moment = dt.datetime.fromisoformat(done.manifest.made_at).astimezone()
        click.echo(f"Восстановлено состояние на {moment:%d.%m.%Y %H:%M}. Прежнее состояние: {done.kept}.")
        if done.manifest.lost or done.manifest.removed:
            number = len(done.manifest.lost) + len(done.manifest.removed)
            click.echo(f"Файлов, которых не было в копии: {number}. Их карточки на месте.")

    @main.command("upgrade")
    def upgrade_() -> None:
        """Обновить базу под новую программу: копия, новые таблицы, проверка; при неудаче всё остаётся как было."""
        settings = _settings()
        with _told("Обновление не удалось, всё осталось как было"):
            made, done = upgrade(settings, prepare)
        click.echo(f"Обновлено до {done.revision}. Копия до обновления: {made.path}. Прежняя база: {done.kept}.")


def _settings(*, load_keys: bool = True) -> Settings:
    """Return the settings of an installation nobody has left half-replaced.

    Raises:
        BackupRefused: it has no keys.
    """
    settings = healed(Settings.from_env())
    if load_keys:
        if not settings.keyring.exists():
            raise BackupRefused(f"Файла ключей {settings.keyring} нет. Верните его из копии ключей и повторите.")
        sealing.load_keyring(settings.keyring)
    return settings


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell a failing disk or database in one line that begins with *what* became of the matter."""
    try:
        yield
    except OSError as failure:
        where = f" ({failure.filename})" if failure.filename else ""
        raise BackupRefused(f"{what}: {failure.strerror}{where}.") from failure
    except DBAPIError as failure:
        raise BackupRefused(f"{what}: база ответила отказом ({type(failure.orig).__name__}).") from failure

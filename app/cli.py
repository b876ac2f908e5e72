"""The command line ``opora``: prepare an installation, serve it, and do what is not done in a browser.

A refusal is one line without a traceback, and the exit code is 1.
"""

from __future__ import annotations

import copy
import datetime as dt
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import waitress
from flask import Flask
from flask.cli import FlaskGroup
from flask_migrate.cli import db as migrations
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import (
    cli_accounts,
    cli_backup,
    cli_calendar,
    cli_files,
    cli_keys,
    cli_profiles,
    create_app,
    journal,
    setup,
)
from app.acting import SYSTEM, acting
from app.backup import BackupRefused
from app.backup.locks import serving
from app.backup.swapping import healed
from app.base import RuleBroken
from app.database import UnfitDatabase, alone, bare_app, require_newest, upgrade
from app.extensions import db
from app.importers import IMPORTERS
from app.jobs.running import Jobs
from app.journal import chain
from app.logs import find_incident, start_logs
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff
from app.profiles.loading import delivered
from app.ready import get_ready
from app.register.intake.command import commands
from app.setup import FIRST_LOGIN
from config import BadSetting, Settings
from reports.command import export_report

DAY = click.DateTime(["%d.%m.%Y", "%Y-%m-%d"])


class Refusal(click.ClickException):
    """A command that was not done: its message is shown as it is."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


class Commands(FlaskGroup):
    """Flask's group of commands, whose refusals are told in one line.

    Flask starts the app to list the commands and before it runs one. Ours run before there is a database to start on,
    so they are known without the app and open it themselves (:func:`opened`); Flask-Migrate's ask the group for it.
    """

    command = click.Group.command
    group = click.Group.group
    list_commands = click.Group.list_commands
    parse_args = click.Group.parse_args

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            add_default_commands=False,
            add_version_option=False,
            load_dotenv=False,
            set_debug_flag=False,
            create_app=lambda: bare_app(healed(Settings.from_env())),
            **settings,
        )
        # The options of `flask` that choose an app, a file of settings and the debugger have no meaning here.
        self.params.clear()

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command of ours: what installed packages add to `flask`, like FAB's `fab`, is not offered."""
        return click.Group.get_command(self, ctx, name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (BadSetting, UnfitDatabase, RuleBroken, BackupRefused) as refusal:
            raise Refusal(str(refusal)) from refusal
        except OperationalError as failure:
            if failure.statement is not None:
                raise
            raise Refusal(f"База не отвечает: {_shown_address()}. Проверьте OPORA_DATABASE_URL.") from failure


def _shown_address() -> str:
    return Settings.from_env().database_url.render_as_string(hide_password=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": None})
def main() -> None:
    """Опора: учёт сопровождения семей с детьми.

    Настройки берутся из переменных OPORA_…, их список с пояснениями в config.py.
    """


@contextmanager
def opened() -> Iterator[tuple[Flask, Session]]:
    """Give the whole application and its session, the system acting."""
    settings = healed(Settings.from_env())
    with serving(settings):
        require_newest(settings)
        app = create_app()
        with app.app_context(), acting(SYSTEM):
            yield app, db.session()


# ---- an installation ----------------------------------------------------------------------------------------------


@main.command("setup")
@click.option(
    "--profile",
    type=click.Choice(delivered()),
    help="Порядок работы, по которому работает центр. Уже выбранный не меняется: для этого есть opora profile load.",
)
def setup_(profile: str | None) -> None:
    """Подготовить базу: таблицы, роли, первый администратор. Можно повторять."""
    settings = healed(Settings.from_env())
    with serving(settings), alone(settings):
        upgrade(settings)
        done = setup.run(create_app(), profile)
    if done.grants:
        click.echo(f"Новых прав у ролей: {done.grants}.")
    if done.units:
        click.echo(f"Порядок работы {profile}: {', '.join(done.units)}.")
    elif profile is not None:
        click.echo("Порядок работы уже выбран. Сменить его: opora profile load")
    if done.password and not settings.admin_password:
        click.echo(f"Администратор: имя {FIRST_LOGIN}, пароль {done.password}")
        click.echo("Пароль показан один раз. Войдите и смените его.")
    click.echo("База готова.")


@main.command()
def run() -> None:
    """Открыть сервис для людей. Остановить: Ctrl+C."""
    settings = healed(Settings.from_env())
    with serving(settings):
        _serve(settings)


def _serve(settings: Settings) -> None:
    require_newest(settings)
    start_logs(settings.instance, settings.log_level)
    app = create_app()
    trusted: dict[str, Any] = {}
    if settings.proxies:
        headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
        trusted = {"trusted_proxy": "*", "trusted_proxy_count": settings.proxies, "trusted_proxy_headers": headers}
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
            # A little above Flask's own limit, so that a file too large is refused by a page, not by a cut line.
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"] * 2,
            **trusted,
        )
    except OSError as failure:
        raise Refusal(
            f"Адрес {settings.host}:{settings.port} занят или недоступен. Закройте другую программу "
            "или задайте другой порт: OPORA_PORT=8081 opora run"
        ) from failure
    # systemd stops a service with SIGTERM, a person with Ctrl+C: either way requests under way are finished.
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, _stop)
    click.echo(f"Опора открыта: http://{settings.host}:{settings.port}  Остановить: Ctrl+C.")
    get_ready(app)
    workers: Jobs = app.extensions["opora_jobs"]
    if settings.workers:
        workers.begin(settings.workers)
    try:
        server.run()
    finally:
        workers.stop()
    click.echo("Опора остановлена.")


@main.command()
@click.option("--at-once", type=click.IntRange(1, 8), default=2, metavar="ЧИСЛО", help="Сколько заданий сразу.")
def work(at_once: int) -> None:
    """Выполнять долгие задания отдельной программой, рядом с opora run при OPORA_WORKERS=0."""
    settings = healed(Settings.from_env())
    with serving(settings):
        require_newest(settings)
        start_logs(settings.instance, settings.log_level, "work")
        workers: Jobs = create_app(settings).extensions["opora_jobs"]
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, _stop)
        workers.begin(at_once)
        click.echo("Задания выполняются. Остановить: Ctrl+C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            workers.stop()
    click.echo("Задания остановлены, начатое продолжит следующий запуск.")


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@main.command()
@click.argument("number", metavar="НОМЕР")
def incident(number: str) -> None:
    """Показать, что известно о сбое, по НОМЕРУ со страницы: opora incident 18-0214."""
    found = list(find_incident(Settings.from_env().instance, number))
    if not found:
        raise Refusal(f"В журналах программы нет сбоя с номером {number}. Они лежат в папке logs.")
    for entry in found:
        click.echo(f"{entry['at']}  {entry['method']} {entry['route']}")
        for cause in entry["failure"]:
            click.echo("\n  ".join([cause["kind"], *cause["lines"]]))


@main.command()
def demo() -> None:
    """Заполнить базу придуманными семьями и показать, кем войти."""
    with opened() as (_, session):
        # FAB looks at every relation when it is imported, so all tables must have been declared before.
        from app.demo import fill

        logins = fill(session)
        session.commit()
    for login in logins:
        click.echo(login)


def _prepare(settings: Settings) -> None:
    """Do on the installation of *settings* what setup does once its tables are there."""
    app = create_app(settings)
    setup.run(app)
    with app.app_context():
        db.engine.dispose()


cli_backup.attach(main, _prepare)


# ---- people and data ----------------------------------------------------------------------------------------------


@main.group()
def staff() -> None:
    """Сотрудники."""


@staff.command("add")
@click.argument("full_name", metavar="ФИО")
@click.option("--position", "position", required=True, metavar="ДОЛЖНОСТЬ", help="Должность, как в приказе.")
@click.option("--unit", "unit_id", type=int, metavar="НОМЕР", help="Номер учреждения, если их несколько.")
def staff_add(full_name: str, position: str, unit_id: int | None) -> None:
    """Принять сотрудника: opora staff add "Фамилия Имя Отчество" --position куратор."""
    with opened() as (_, session):
        person = add_staff(session, _unit(session, unit_id).id, full_name, position, by=SYSTEM)
        session.commit()
        click.echo(f"Принят сотрудник: {person.name}, {person.position}.")


def _unit(session: Session, unit_id: int | None) -> ServiceUnit:
    """Return the unit asked for, or the only one there is.

    Raises:
        Refusal: there is no such unit, or several to choose from.
    """
    units = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).all()
    chosen = [unit for unit in units if unit_id in (None, unit.id)]
    if len(chosen) == 1:
        return chosen[0]
    if not units:
        raise Refusal("Учреждения ещё нет. Сначала выполните: opora setup")
    listed = "; ".join(f"{unit.id} – {unit.short_name}" for unit in units)
    raise Refusal(f"Укажите учреждение ключом --unit: {listed}.")


@main.command("export")
@click.argument("code", metavar="КОД")
@click.option("--out", required=True, metavar="ФАЙЛ", type=click.Path(path_type=Path, dir_okay=False), help="Куда.")
@click.option("--on", "on", type=DAY, metavar="ДЕНЬ", help="На какой день, например 01.04.2026; без него на сегодня.")
@click.option("--from", "date_from", type=DAY, metavar="ДЕНЬ", help="Начало периода.")
@click.option("--to", "date_to", type=DAY, metavar="ДЕНЬ", help="Конец периода.")
@click.option("--unit", "unit_id", type=int, metavar="НОМЕР", help="Номер учреждения, если их несколько.")
def export_(code: str, out: Path, unit_id: int | None, **days: dt.datetime | None) -> None:
    """Выгрузить реестр в Excel: opora export R01 --out R01.xlsx --on 01.04.2026.

    Сведений о здоровье и профилактическом учёте в файле нет.
    """
    with opened() as (_, session):
        asked = {name: moment.date() if moment else None for name, moment in days.items()}
        rows = export_report(session, _unit(session, unit_id), code, out, **asked)
    click.echo(f"Выгружено строк: {rows}. Файл: {out}")


main.add_command(commands(opened, _unit, IMPORTERS))
main.add_command(cli_files.commands(opened))
main.add_command(cli_keys.commands(opened))
main.add_command(cli_calendar.commands(opened))
main.add_command(cli_accounts.commands(opened))
main.add_command(cli_profiles.commands(opened, _unit))


@main.group("journal")
def journal_() -> None:
    """Журнал действий."""


@journal_.command()
def seal() -> None:
    """Запечатать новые строки журнала."""
    with opened() as (app, session):
        journal.carry(session.get_bind())
        done = chain.seal(session, _anchor(app))
        session.commit()
    click.echo(f"Запечатано строк: {done}.")


@journal_.command()
def verify() -> None:
    """Проверить, что журнал не изменён и не обрезан."""
    with opened() as (app, session):
        journal.carry(session.get_bind())
        verdict = chain.verify(session, _anchor(app))
    if verdict.broken:
        raise Refusal(verdict.broken)
    click.echo(f"Журнал цел: строк {verdict.rows}, запечатано {verdict.sealed}.")


def _anchor(app: Flask) -> Path:
    """Return the file outside the database where the head of the chain is also kept."""
    settings: Settings = app.config["OPORA"]
    return settings.instance / chain.ANCHOR


# ---- tables -------------------------------------------------------------------------------------------------------

_MIGRATIONS = {
    "upgrade": "Обновить таблицы до последней миграции.",
    "downgrade": "Вернуть таблицы на одну миграцию назад.",
    "migrate": "Записать изменения моделей новой миграцией.",
    "check": "Сказать, разошлись ли модели и миграции.",
    "current": "Показать, на какой миграции стоит база.",
    "history": "Показать все миграции.",
    "stamp": "Отметить миграцию выполненной, не выполняя её.",
}


tables = click.Group(
    "db", callback=migrations.callback, params=migrations.params, help="Таблицы базы: миграции Alembic."
)
for _name, _help in _MIGRATIONS.items():
    _command = copy.copy(migrations.commands[_name])
    _command.help = _help
    tables.add_command(_command, _name)
main.add_command(tables)

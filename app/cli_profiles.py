"""The commands of ``opora profile``: check a centre's own order of work, compare two, put one in force."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.base import RuleBroken
from app.cases.stages import put_in_force
from app.meetings.bodies import ensure_bodies
from app.organisation.models import ServiceUnit
from app.profiles.difference import differences, in_columns
from app.profiles.loading import delivered, load, text_in, text_of
from app.profiles.order import OrderOfWork
from app.profiles.rules import order_of, store
from app.words import counted

Opened = Callable[[], AbstractContextManager[tuple[Any, Session]]]


def commands(opened: Opened, unit_of: Callable[[Session, int | None], ServiceUnit]) -> click.Group:
    """Return the group ``profile``; *opened* gives the application and its session, *unit_of* the unit asked for."""
    group = click.Group("profile", help="Порядок работы центра: проверить файл, сравнить два, ввести в действие.")

    @group.command("check")
    @click.argument("file", metavar="ФАЙЛ")
    def check(file: str) -> None:
        """Проверить файл порядка работы: opora profile check наш.yaml."""
        order = _order(file)
        click.echo(
            f"Порядок работы «{order.label}» в порядке: {counted(len(order.stages), 'этап', 'этапа', 'этапов')}, "
            f"{counted(len(order.roles), 'роль', 'роли', 'ролей')}, "
            f"{counted(len(order.deadlines), 'срок', 'срока', 'сроков')}."
        )

    @group.command("diff")
    @click.argument("left", metavar="ФАЙЛ")
    @click.argument("right", metavar="ФАЙЛ")
    def diff(left: str, right: str) -> None:
        """Показать рядом, чем отличаются два порядка: opora profile diff rostov наш.yaml."""
        found = differences(_order(left), _order(right))
        if not found:
            click.echo("Порядки не отличаются.")
        for line in in_columns(found, (left, right)) if found else ():
            click.echo(line)

    @group.command("load")
    @click.argument("file", metavar="ФАЙЛ")
    @click.option("--unit", "unit_id", type=int, metavar="НОМЕР", help="Номер учреждения, если их несколько.")
    @click.option("--map", "pairs", multiple=True, metavar="СТАРЫЙ=НОВЫЙ", help="Какой этап теперь вместо прежнего.")
    def load_(file: str, unit_id: int | None, pairs: tuple[str, ...]) -> None:
        """Ввести порядок работы в действие: opora profile load наш.yaml --map s3=s4."""
        mapping = dict(_pair(one) for one in pairs)
        text = _text(file)
        with opened() as (_, session):
            unit = unit_of(session, unit_id)
            version = store(session, text, by=SYSTEM, name=file)
            moved = put_in_force(unit, version, by=SYSTEM, mapping=mapping)
            ensure_bodies(unit, order_of(version), by=SYSTEM)
            session.commit()
            told = f" Дел на другом этапе: {moved}." if moved else ""
            click.echo(f"{unit} работает по порядку {version}.{told}")

    return group


def _text(file: str) -> str:
    """Return the text of a file, or of the delivered order of work of that name."""
    return text_of(file) if file in delivered() and not Path(file).exists() else text_in(Path(file))


def _order(file: str) -> OrderOfWork:
    return load(_text(file), file)


def _pair(typed: str) -> tuple[str, str]:
    old, sign, new = typed.partition("=")
    if not (old and sign and new):
        raise RuleBroken(f"«{typed}»: напишите этапы так: --map старый=новый.")
    return old, new

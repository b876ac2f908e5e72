"""``opora import WHAT FILE``: load a workbook from the command line, by any importer or into any register.

A register is named by its key, or, where an importer bears the same name, by ``register.<key>``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import g
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.base import RuleBroken
from app.profiles.rules import words_of
from app.register.intake.form_sheet import PREFIX
from app.register.intake.importer import Importer, Importers
from app.register.intake.memory import recalled
from app.register.intake.of_register import of_key
from app.register.intake.plan import Plan, Verdict
from app.register.registry import registers
from app.register.sheet import open_workbook


def import_file(
    session: Session,
    importer: Importer,
    by: Actor,
    file: Path,
    *,
    commit: bool = False,
    good_rows: bool = False,
    as_json: bool = False,
) -> bool:
    """Show what loading *file* as *by* would do and, with *commit*, load it; return whether all went well.

    Without *good_rows* one problem leaves the base as it is.

    Raises:
        RuleBroken: the file holds no table that can be read.
    """
    with acting(by):
        book = open_workbook(file)
        # Reading takes most of the time, and people go on saving meanwhile: this transaction takes no write lock.
        session.commit()
        with acting(by, writing=False):
            plan = importer.plan(session, book, recalled(session, importer.sheet, book, by=by), by=by)
            session.commit()
        for sheet, columns in plan.missing.items():
            raise RuleBroken(f"Лист «{sheet}»: не найдены столбцы «{'», «'.join(columns)}». Назовите их в заголовке.")
        wanted = commit and (good_rows or not plan.problems)
        if wanted:
            importer.load(session, plan, by=by, good_rows=good_rows)
            session.commit()
    if as_json:
        click.echo(json.dumps({**importer.report(plan), "committed": wanted}, ensure_ascii=False))
    else:
        click.echo(_as_text(importer, plan, commit, wanted))
    return wanted or not commit


def _as_text(importer: Importer, plan: Plan, commit: bool, done: bool) -> str:
    lines = [f"{problem.sheet}: {problem.message}" for problem in plan.problems]
    lines += [f"Лист «{name}» не прочитан: {why}." for name, why in plan.unread]
    there = plan.counts[Verdict.UNCHANGED]
    lines.append(importer.told(plan) + (f" Уже есть: {importer.counted(there)}." if there else ""))
    lines += importer.cautions(plan)
    if done:
        lines.append("Загружено.")
    elif not commit:
        lines.append("Ничего не записано: это проверка. Чтобы загрузить, добавьте --commit.")
    else:
        lines.append("Ничего не записано: исправьте таблицу или загрузите только готовые строки ключом --good-rows.")
    return "\n".join(lines)


def commands(
    opened: Callable[[], AbstractContextManager[tuple[Any, Session]]],
    unit_of: Callable[[Session, int | None], Any],
    importers: Importers,
) -> click.Group:
    """Return the group ``import``; *opened* gives the application and its session, *unit_of* the unit asked for."""
    told = "Загрузить данные из Excel. Кроме названного ниже, подойдёт ключ любого реестра: people, partners…"
    group = _Imports("import", help=told)
    group.unnamed = lambda key: _command(
        key, f"Проверить или загрузить таблицу реестра {key}.", lambda by: _of_register(key, by), opened, unit_of
    )
    for importer in importers.every:
        told = f"Проверить или загрузить книгу Excel: {importer.label}."
        group.add_command(_command(importer.key, told, partial(_always, importer), opened, unit_of))
    return group


class _Imports(click.Group):
    """The importers by name, and any other word as the key of a register, which only the application knows."""

    unnamed: Callable[[str], click.Command]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return super().get_command(ctx, name) or self.unnamed(name)


class _Everything(frozenset[tuple[str, str]]):
    """The rights of whoever may start the command: the machine and its base are his."""

    def __contains__(self, pair: object) -> bool:
        return True


def _always(importer: Importer, by: Actor) -> Importer:
    return importer


def _of_register(key: str, by: Actor) -> Importer:
    """Return the import of the register *key* through its form.

    Raises:
        RuleBroken: there is no such register, or it has no form.
    """
    with acting(by):
        g.rights = (by.roles, _Everything())
        made = of_key(key if key.startswith(PREFIX) else f"{PREFIX}{key}")
        if made is None:
            known = ", ".join(sorted(one for one in registers().by_key if of_key(f"{PREFIX}{one}") is not None))
            raise RuleBroken(f"Реестра «{key}» нет, или в него не загружают. Есть: {known}.")
    return made


def _command(
    name: str,
    told: str,
    importer_for: Callable[[Actor], Importer],
    opened: Callable[[], AbstractContextManager[tuple[Any, Session]]],
    unit_of: Callable[[Session, int | None], Any],
) -> click.Command:
    @click.command(name, help=told)
    @click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--commit", is_flag=True, help="Записать в базу; без этого ключа только проверка.")
    @click.option("--good-rows", is_flag=True, help="Загрузить готовое, даже если другое нужно исправить.")
    @click.option("--json", "as_json", is_flag=True, help="Вывести итог как JSON.")
    @click.option("--unit", "unit_id", type=int, metavar="НОМЕР", help="Номер учреждения, если их несколько.")
    @click.pass_context
    def command(
        ctx: click.Context, file: Path, commit: bool, good_rows: bool, as_json: bool, unit_id: int | None
    ) -> None:
        with opened() as (_, session):
            unit = unit_of(session, unit_id)
            words = words_of(unit.profile)
            by = Actor(user_id=None, name="Система", unit_id=unit.id, zone=unit.zone, sees_unit=True, words=words)
            done = import_file(session, importer_for(by), by, file, commit=commit, good_rows=good_rows, as_json=as_json)
        if not done:
            ctx.exit(1)

    return command

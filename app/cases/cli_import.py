"""``opora import families FILE``: load a bank of families from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.base import RuleBroken
from app.cases.intake_load import load
from app.cases.intake_plan import Plan, Verdict, preview
from app.organisation.models import ServiceUnit
from app.register.sheet import open_workbook
from app.words import counted


def import_families(
    session: Session,
    unit: ServiceUnit,
    file: Path,
    *,
    commit: bool = False,
    good_rows: bool = False,
    as_json: bool = False,
) -> bool:
    """Show what loading *file* into *unit* would do and, with *commit*, load it; return whether all went well.

    Without *good_rows* one problem leaves the base as it is.

    Raises:
        RuleBroken: the file is no bank of families that can be read.
    """
    by = Actor(user_id=None, name="Система", unit_id=unit.id, zone=unit.zone)
    with acting(by):
        plan = preview(session, open_workbook(file), by=by)
        for sheet, columns in plan.missing.items():
            raise RuleBroken(f"Лист «{sheet}»: не найдены столбцы «{'», «'.join(columns)}». Назовите их в заголовке.")
        wanted = commit and (good_rows or not plan.problems)
        if wanted:
            load(session, plan, by=by, good_rows=good_rows)
            session.commit()
    click.echo(as_report(plan, wanted) if as_json else _as_text(plan, commit, wanted))
    return wanted or not commit


def as_report(plan: Plan, committed: bool) -> str:
    """Return the plan as JSON: how many clean families and children are new, and every problem."""
    return json.dumps(
        {
            "families": plan.new_families,
            "children": plan.new_children,
            "problems": [
                {
                    "sheet": problem.sheet,
                    "row": problem.row,
                    "column": problem.column,
                    "kind": problem.kind,
                    "message": problem.message,
                }
                for problem in plan.problems
            ],
            "unchanged": plan.counts[Verdict.UNCHANGED],
            "removed": sum(family.removal is not None for family in plan.to_load),
            "unread": [{"sheet": name, "why": why} for name, why in plan.unread],
            "committed": committed,
        },
        ensure_ascii=False,
    )


def _as_text(plan: Plan, commit: bool, done: bool) -> str:
    lines = [f"{problem.sheet}: {problem.message}" for problem in plan.problems]
    lines += [f"Лист «{name}» не прочитан: {why}." for name, why in plan.unread]
    families = counted(plan.new_families, "семья", "семьи", "семей")
    children = counted(plan.new_children, "ребёнок", "ребёнка", "детей")
    there = plan.counts[Verdict.UNCHANGED]
    lines.append(f"Новых: {families}, {children}." + (f" Уже есть: {there}." if there else ""))
    if done:
        lines.append("Загружено.")
    elif not commit:
        lines.append("Ничего не записано: это проверка. Чтобы загрузить, добавьте --commit.")
    else:
        lines.append("Ничего не записано: исправьте таблицу или загрузите только готовые строки ключом --good-rows.")
    return "\n".join(lines)


def commands(
    opened: Callable[[], AbstractContextManager[tuple[Any, Session]]],
    unit_of: Callable[[Session, int | None], ServiceUnit],
) -> click.Group:
    """Return the group ``import``; *opened* gives the application and its session, *unit_of* the unit asked for."""
    group = click.Group("import", help="Загрузить данные из Excel.")

    @group.command("families")
    @click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--commit", is_flag=True, help="Записать в базу; без этого ключа только проверка.")
    @click.option("--good-rows", is_flag=True, help="Загрузить готовые семьи, даже если другие нужно исправить.")
    @click.option("--json", "as_json", is_flag=True, help="Вывести итог как JSON.")
    @click.option("--unit", "unit_id", type=int, metavar="НОМЕР", help="Номер учреждения, если их несколько.")
    @click.pass_context
    def families(
        ctx: click.Context, file: Path, commit: bool, good_rows: bool, as_json: bool, unit_id: int | None
    ) -> None:
        """Проверить или загрузить банк данных семей с детьми из книги Excel."""
        with opened() as (_, session):
            unit = unit_of(session, unit_id)
            done = import_families(session, unit, file, commit=commit, good_rows=good_rows, as_json=as_json)
        if not done:
            ctx.exit(1)

    return group

"""The level of accompaniment and the category of a family, each with its history (S003-3.5-b, S004-1-d).

::

    set_level ─► level from a day ── set_level another ─► that day is the last
    set_category ─► the same

What levels and categories there are, and for how long a level may last, says the order of work of the centre. The
words of a period stay those of the day it began, whatever the order of work calls them later.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import CategoryPeriod, FamilyCase, LevelPeriod
from app.cases.refusing import refuse_ended, refuse_future
from app.cases.stages import order_in_force
from app.people.rules import trimmed
from app.profiles.order import Level, Listed, OrderOfWork
from app.words import counted

NO_ORDER = "Порядок работы центра не выбран: уровней и категорий в нём пока нет. Попросите администратора."


def set_level(
    case: FamilyCase,
    code: str,
    *,
    by: Actor,
    reason: str,
    planned_end: dt.date | None = None,
    on: dt.date | None = None,
) -> LevelPeriod:
    """Set the level of accompaniment from *on* and until when it is planned; the level before ends that day.

    Without *planned_end* the day planned before stands.

    Raises:
        RuleBroken: it falls to others or comes later, there is no such level, no reason or no end is given, the level
            may not last so long, or a day cannot be.
    """
    on = on or today()
    order = _order_of(case)
    gate.need(case, "level.set", by=by)
    level = _found(order.levels, code, "level_code", "Уровня")
    _need_reason(reason, "Напишите, почему выбран этот уровень.")
    _need_day(case, on, case.levels)
    until = planned_end or case.planned_end
    _need_term(level, on, until)
    running = _running(case.levels)
    if running is not None and running.code == code and until == case.planned_end:
        raise RuleBroken(
            f"Уровень «{level.label}» уже установлен. Выберите другой или измените срок.", field="level_code"
        )
    if running is not None and running.code == code:
        period = running
    else:
        period = LevelPeriod(
            case=case, code=code, label=level.label, date_from=on, reason=trimmed(reason), **_closing(case, running, on)
        )
        session_of(case).add(period)
    case.level, case.planned_end = level.label, until
    told = f"Дело № {case.number}: уровень «{level.label}», закончить к {until:%d.%m.%Y}. {trimmed(reason)}"
    journal.record(session_of(case), by, "level.set", case, told)
    return period


def set_category(
    case: FamilyCase, code: str, *, by: Actor, reason: str = "", on: dt.date | None = None
) -> CategoryPeriod:
    """Put the family into a category from *on*; the category before ends that day.

    Raises:
        RuleBroken: it falls to others, there is no such category, the family is in it already, a change has no reason,
            or the day cannot be.
    """
    on = on or today()
    order = _order_of(case)
    gate.need(case, "category.set", by=by)
    category = _found(order.categories, code, "category_code", "Категории")
    _need_day(case, on, case.categories)
    running = _running(case.categories)
    if running is not None and running.code == code:
        raise RuleBroken(f"Семья уже в категории «{category.label}». Выберите другую.", field="category_code")
    if running is not None:
        _need_reason(reason, "Напишите, почему категория меняется.")
    period = CategoryPeriod(
        case=case, code=code, label=category.label, date_from=on, reason=trimmed(reason), **_closing(case, running, on)
    )
    session_of(case).add(period)
    case.category = category.label
    told = f"Дело № {case.number}: категория «{category.label}». {trimmed(reason) or ''}"
    journal.record(session_of(case), by, "category.set", case, told.strip())
    return period


def longest(level: Level, on: dt.date) -> dt.date:
    """Return the last day on which a level set on *on* may be planned to end."""
    months = on.month - 1 + level.max_months
    year, month = on.year + months // 12, months % 12 + 1
    return dt.date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


# ---- what both check ---------------------------------------------------------------------------------


def _order_of(case: FamilyCase) -> OrderOfWork:
    refuse_ended(case)
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None:
        raise RuleBroken(NO_ORDER)
    return order


def _found(listed: Sequence[Any], code: str, field: str, what: str) -> Any:
    known: dict[str, Listed | Level] = {one.code: one for one in listed}
    if code not in known:
        there = ", ".join(one.label for one in listed)
        raise RuleBroken(
            f"{what} «{code}» в порядке работы нет. {f'Есть: {there}.' if there else ''}".strip(), field=field
        )
    return known[code]


def _need_reason(reason: str, sentence: str) -> None:
    if not trimmed(reason):
        raise RuleBroken(sentence, field="why")


def _need_day(case: FamilyCase, on: dt.date, periods: Sequence[LevelPeriod | CategoryPeriod]) -> None:
    refuse_future(on)
    since = max([case.opened_at, *(one.date_from for one in periods)])
    if on < since:
        raise RuleBroken(f"Укажите день не раньше {since:%d.%m.%Y}.")


def _need_term(level: Level, on: dt.date, until: dt.date | None) -> None:
    if until is None:
        raise RuleBroken("Укажите, до какого дня сопровождать семью.", field="planned_end")
    if until <= on:
        raise RuleBroken("Срок сопровождения заканчивается позже, чем начинается уровень.", field="planned_end")
    last = longest(level, on)
    if until > last:
        months = counted(level.max_months, "месяца", "месяцев", "месяцев")
        raise RuleBroken(
            f"Уровень «{level.label}» длится не дольше {months}. Укажите срок не позже {last:%d.%m.%Y}.",
            field="planned_end",
        )


def _running(periods: Sequence[Any]) -> Any:
    return next((one for one in periods if one.date_to is None), None)


def _closing(case: FamilyCase, running: LevelPeriod | CategoryPeriod | None, on: dt.date) -> dict[str, Any]:
    """End the *running* period and return what every period is made with."""
    if running is not None:
        running.date_to = on
        # The index allows one open period, so the old one is closed in the table before the new comes.
        session_of(case).flush()
    return {"service_unit_id": case.service_unit_id}

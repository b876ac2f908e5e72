"""Load a planned journal of services: all of it or, on request, its clean rows; in one transaction.

The rows are written by Core in bulk, with the keys, stamps and journal rows the ORM would have made. What
:func:`app.services.rules.record_service` would check, the plan has checked.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.base import RuleBroken
from app.journal.marks import is_as_at
from app.papers.numbers import take_numbers
from app.register.intake.importer import CHANGED_MEANWHILE, Progress, unheard
from app.services.intake_plan import ServicesPlan, judge
from app.services.models import Service, ServiceRecord
from app.words import counted

SERVICES_GIVEN = ("услуга", "услуги", "услуг")


def load(
    session: Session,
    plan: ServicesPlan,
    *,
    by: Actor,
    good_rows: bool = False,
    seen: str | None = None,
    progress: Progress = unheard,
) -> int:
    """Load the services of *plan* and return how many; *good_rows* leaves out bad rows, else one refuses all.

    *seen* is the stamp of the plan a person was shown. If the base has changed since, the plan is judged
    again.

    Raises:
        RuleBroken: there are problems, or the file or the base is no longer what the person saw.
    """
    # Two loads of one unit at once would each find the base without the other's services, so the second one waits
    # here, at a counter of their own, until the first is done.
    take_numbers(session, by.unit, "services_import", 0, 0)
    progress(0, len(plan.to_write), "Записываем услуги")
    if (
        plan.unit_id != by.unit_id
        or seen not in (None, plan.stamp)
        or not (is_as_at(session, plan.mark) or _is_judged_so(session, plan, by))
    ):
        raise RuleBroken(CHANGED_MEANWHILE)
    bad = len(plan.left_out)
    if bad and not good_rows:
        raise RuleBroken(
            f"В таблице есть что исправить: {counted(bad, 'строка', 'строки', 'строк')}. "
            "Исправьте её в Excel или загрузите только готовые строки."
        )
    written = _write(session, plan, by, progress)
    said = f"Загружено из таблицы «{plan.reading.book.name}»: {counted(written, *SERVICES_GIVEN)}."
    journal.record(session, by, "import.services", None, said)
    session.expire_all()
    return written


def _is_judged_so(session: Session, plan: ServicesPlan, by: Actor) -> bool:
    return judge(session, plan.reading, plan.answers, by=by).stamp == plan.stamp


def _write(session: Session, plan: ServicesPlan, by: Actor, progress: Progress) -> int:
    """Add the services the directory lacks, as far as a loaded row needs them, and the services given."""
    needed = {given.service for given in plan.to_write}
    new = {name: one for name, one in plan.new_services.items() if name in needed}
    added = journal.insert_created(session, by, Service, (asdict(one) for one in new.values()))
    service_ids = {**plan.listed, **dict(zip(new, added, strict=True))}
    total = len(plan.to_write)

    def rows() -> Any:
        for at, given in enumerate(plan.to_write):
            if at % journal.PAGE == 0:
                progress(at, total, "Записываем услуги")
            row = asdict(given)
            row["service_id"] = service_ids[row.pop("service")]
            yield row

    return len(journal.insert_created(session, by, ServiceRecord, rows()))

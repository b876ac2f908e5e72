"""The import of a journal of services."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Session

from app.acting import Actor
from app.register.intake.importer import VIEWS, Done, Importer, Progress, View, problems_as_json, unheard
from app.register.intake.plan import Answers, Mappings, Plan, Verdict
from app.register.pages import Badge
from app.register.sheet import Book
from app.services.intake_load import load
from app.services.intake_plan import ServicesPlan, preview
from app.services.sheets import SERVICES
from app.words import counted


def _plan(plan: Plan) -> ServicesPlan:
    """Return *plan* as this importer has made it.

    Raises:
        TypeError: another importer has made it.
    """
    if not isinstance(plan, ServicesPlan):
        raise TypeError(f"{type(plan).__name__} is no plan of services")
    return plan


class ServicesJournal(Importer):
    """A journal of services given: to whom, what, by whom, how much; what the directory lacks is added to it."""

    key = "services"
    label = "Журнал услуг"
    words = ("услуга", "услуги", "услуг")
    accusative = ("услугу", "услуги", "услуг")
    sheet = SERVICES
    permission = ("records", "add")
    fills, instead = "records", True
    needs_unit = False
    promise = "Услуги запишутся все сразу или не запишется ни одна."
    same = "Услугу получил этот человек"
    other = "Услугу получил другой человек"
    views: ClassVar = {
        **VIEWS,
        Verdict.NEW: View(Badge("новая услуга", "ok", "plus-circle"), "Новые"),
        Verdict.UNCHANGED: View(Badge("уже есть", "", "check-circle"), "Уже есть"),
    }

    def plan(
        self,
        session: Session,
        book: Book,
        mapping: Mappings | None = None,
        answers: Answers | None = None,
        *,
        by: Actor,
    ) -> ServicesPlan:
        """Read a journal and judge it; see :func:`app.services.intake_plan.preview`."""
        return preview(session, book, mapping, answers, by=by)

    def load(
        self,
        session: Session,
        plan: Plan,
        *,
        by: Actor,
        good_rows: bool = False,
        seen: str | None = None,
        progress: Progress = unheard,
    ) -> Done:
        """Load a journal; see :func:`app.services.intake_load.load`."""
        written = load(session, _plan(plan), by=by, good_rows=good_rows, seen=seen, progress=progress)
        left_out = len(plan.left_out)
        left = f" Не загружено: {self.counted(left_out)}." if left_out else ""
        return Done(f"Загружено: {self.counted(written)}.{left}", {"services": written}, "/records/", left_out)

    def told(self, plan: Plan) -> str:
        """Return how many services are new, and how many names the directory would gain."""
        journal = _plan(plan)
        new = len(journal.new_services)
        more = f" В перечень добавится: {counted(new, 'услуга', 'услуги', 'услуг')}." if new else ""
        return f"Новых: {self.counted(len(journal.to_write))}.{more}"

    def report(self, plan: Plan) -> dict[str, Any]:
        """Return how many clean services are new, and every problem."""
        return {
            "services": len(_plan(plan).to_write),
            "problems": problems_as_json(plan),
            "unchanged": plan.counts[Verdict.UNCHANGED],
            "unread": [{"sheet": name, "why": why} for name, why in plan.unread],
        }

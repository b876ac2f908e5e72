"""The import of a bank of families."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.intake_load import LoadResult, load
from app.cases.intake_plan import FamiliesPlan, preview
from app.cases.intake_values import tells_of_health
from app.cases.sheets import FAMILIES
from app.register.intake.importer import VIEWS, Done, Importer, Progress, View, problems_as_json, unheard
from app.register.intake.plan import Answers, Mappings, Plan, Verdict
from app.register.pages import Badge
from app.register.sheet import Book
from app.words import counted


def _plan(plan: Plan) -> FamiliesPlan:
    """Return *plan* as this importer has made it.

    Raises:
        TypeError: another importer has made it.
    """
    if not isinstance(plan, FamiliesPlan):
        raise TypeError(f"{type(plan).__name__} is no plan of families")
    return plan


class FamilyBank(Importer):
    """A bank of families: representatives, children, cases with their curators."""

    key = "families"
    label = "Семьи с детьми"
    words = ("семья", "семьи", "семей")
    accusative = ("семью", "семьи", "семей")
    sheet = FAMILIES
    permission = ("families", "add")
    fills = "families"
    promise = "Семьи запишутся все сразу или не запишется ни одна."
    further = "ещё ребёнок"
    same = "Это тот же человек, дополнить его семью"
    other = "Это другой человек"
    views: ClassVar = {
        **VIEWS,
        Verdict.NEW: View(Badge("новая семья", "ok", "plus-circle"), "Новые"),
        Verdict.CHANGED: View(Badge("добавятся дети", "info", "person-plus"), "Добавятся дети"),
        Verdict.DUPLICATE: View(Badge("повтор", "warn", "files"), "Повторы и похожие"),
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
    ) -> FamiliesPlan:
        """Read a bank and judge it; see :func:`app.cases.intake_plan.preview`."""
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
        """Load a bank; see :func:`app.cases.intake_load.load`."""
        done = load(session, _plan(plan), by=by, good_rows=good_rows, seen=seen, progress=progress)
        return Done(
            _sentence(done), {"families": done.families, "children": done.children}, "/families/", done.left_out
        )

    def cautions(self, plan: Plan) -> tuple[str, ...]:
        """Say that data on health are taken in closed, where the table holds any (S000-6c, 152-ФЗ, article 10)."""
        bank = _plan(plan)
        ill = sum(tells_of_health(child.line) for family in bank.loaded_families for child in family.children)
        if not ill:
            return ()
        noted = any(family.group.head.value("note") for family in bank.loaded_families)
        open_text = " Примечание видят все, кому открыта семья: о здоровье в нём не пишите." if noted else ""
        return (
            f"В таблице есть сведения о здоровье: {_children(ill)}. Они запишутся закрытыми: их не увидит никто, "
            f"пока не внесено согласие на сведения о здоровье ребёнка.{open_text}",
        )

    def told(self, plan: Plan) -> str:
        """Return how many families and children are new."""
        bank = _plan(plan)
        gone = sum(family.removal is not None for family in bank.loaded_families)
        taken_off = f" Снято с учёта: {gone}." if gone else ""
        return f"Новых: {self.counted(bank.new_families)}, {_children(bank.new_children)}.{taken_off}"

    def report(self, plan: Plan) -> dict[str, Any]:
        """Return how many clean families and children are new, and every problem."""
        bank = _plan(plan)
        return {
            "families": bank.new_families,
            "children": bank.new_children,
            "problems": problems_as_json(bank),
            "unchanged": bank.counts[Verdict.UNCHANGED],
            "removed": sum(family.removal is not None for family in bank.loaded_families),
            "unread": [{"sheet": name, "why": why} for name, why in bank.unread],
        }


def _children(number: int) -> str:
    return counted(number, "ребёнок", "ребёнка", "детей")


def _sentence(done: LoadResult) -> str:
    families = counted(done.families, "семья", "семьи", "семей")
    left = f" Не загружено: {counted(done.left_out, 'семья', 'семьи', 'семей')}." if done.left_out else ""
    return f"Загружено: {families}, {_children(done.children)}.{left}"

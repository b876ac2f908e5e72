"""What the tests of loading banks share: a centre with the curators, a few rows, counts of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.intake_plan import FamiliesPlan, preview
from app.cases.models import CuratorAssignment, FamilyCase
from app.organisation.models import Territory
from app.people.models import ChildProfile, DisabilityStatus, Family, FamilyMember, Person
from app.register.sheet import open_workbook
from tests.cases.banks import CURATORS, Page
from tests.make import centre, make_staff

TABLES = (Person, Family, FamilyMember, ChildProfile, DisabilityStatus, FamilyCase, CuratorAssignment, Territory)


@contextmanager
def staffed() -> Iterator[tuple[Session, Actor]]:
    """Give a centre with the curators of the invented bank."""
    with centre() as (session, by):
        hire(session, by, CURATORS)
        yield session, by


def hire(session: Session, by: Actor, names: tuple[str, ...] | list[str]) -> None:
    """Take people on staff by full name."""
    for name in names:
        last, first, middle = name.split()
        make_staff(session, by, last_name=last, first_name=first, middle_name=middle)


def planned(session: Session, by: Actor, path: Path, **more: Any) -> FamiliesPlan:
    """Read a workbook and judge it."""
    return preview(session, open_workbook(path), by=by, **more)


def counts(session: Session) -> dict[str, int]:
    """Return how many rows each table has."""
    return {model.__tablename__: session.scalar(select(func.count()).select_from(model)) for model in TABLES}


NOTHING = dict.fromkeys((model.__tablename__ for model in TABLES), 0)

HEADER = ["Родитель", "Дата рождения родителя", "СНИЛС родителя", "Адрес", "Ребёнок", "Дата рождения ребёнка",
          "СНИЛС ребёнка", "Категория ребёнка", "Дата постановки на учёт", "Куратор"]  # fmt: skip
GOOD = ["Тестова Анна Петровна", "12.03.1986", "112-233-445 95", "д. Тестово", "Тестов Иван Олегович", "05.06.2015",
        None, "инв.", "15.01.2024", CURATORS[0]]  # fmt: skip
OTHER = ["Пробина Ольга Юрьевна", "29.02.1992", None, "с. Пробное", "Пробин Глеб Андреевич", "30.12.2020",
         None, "ОВЗ", "03.11.2023", CURATORS[1]]  # fmt: skip


def rows(*lines: list[Any]) -> Callable[[Page], None]:
    """Return a layout of these rows under :data:`HEADER`."""

    def layout(page: Page) -> None:
        for at, line in enumerate((HEADER, *lines)):
            page.row(at, line)

    return layout


def changed(line: list[Any], **cells: Any) -> list[Any]:
    """Return a row with some cells (by letter) changed."""
    return [cells.get(letter, value) for letter, value in zip("ABCDEFGHIJ", line, strict=True)]

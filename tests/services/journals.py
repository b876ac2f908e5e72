"""Journals of services as different centres keep them: one set of services laid out in several ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.cases.importer import FamilyBank
from app.cases.intake_load import load as load_families
from app.people.models import Consent, ConsentKind, Person
from app.register.sheet import open_workbook
from app.services.intake_plan import ServicesPlan, preview
from tests.cases.banks import CURATORS, LAYOUTS, Page, initials, write_bank
from tests.cases.intake import staffed

ANNA, IVAN, OLGA, SERGEY = (
    "Тестова Анна Петровна",
    "Тестов Иван Олегович",
    "Пробина Ольга Юрьевна",
    "Опытов Сергей Викторович",
)
INNA, VERA = CURATORS
TALK, LESSON, VISIT = "Консультация психолога", "Коррекционное занятие", "Патронаж семьи"
HEADER = ["№", "Дата", "Ф.И.О. получателя", "Наименование услуги", "Направление", "Кол-во", "Исполнитель", "Примечание"]
GIVEN = [
    (dt.date(2026, 1, 12), ANNA, TALK, "социально-психологические", 1, INNA, "на дому"),
    (dt.date(2026, 1, 12), IVAN, LESSON, "социально-педагогические", 2, VERA, None),
    (dt.date(2026, 1, 13), SERGEY, VISIT, "социально-бытовые", 1, INNA, "по телефону"),
    (dt.date(2026, 2, 3), OLGA, TALK, "социально-психологические", 1.5, VERA, "мама просила перезвонить вечером"),
]
"""Four services of two months, as every layout tells them."""

Layout = tuple[tuple[str, Callable[[Page], None]], ...]


@contextmanager
def served(tmp_path: Path) -> Iterator[tuple[Session, Actor]]:
    """Give a centre with the families of the invented bank and their curators."""
    with staffed() as (session, by):
        bank_loaded(session, by, tmp_path)
        yield session, by


def bank_loaded(session: Session, by: Actor, tmp_path: Path) -> None:
    """Load the families of the invented bank; everybody has agreed that data on health are kept."""
    book = open_workbook(write_bank(tmp_path / "bank.xlsx", LAYOUTS["deep"]))
    load_families(session, FamilyBank().plan(session, book, by=by), by=by)
    session.add_all(
        Consent(person=person, given_by=person, kind=ConsentKind.SPECIAL, special_categories=True, signed_at=today(),
                service_unit_id=by.unit_id)
        for person in session.scalars(select(Person))
    )  # fmt: skip
    session.flush()


def write(path: Path, layout: Layout) -> Path:
    """Write a workbook of several sheets."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, draw in layout:
            page = Page(book, name)
            draw(page)
            page.done()
    return path


def rows(*lines: Sequence[Any], header: Sequence[Any] = HEADER, above: Sequence[str] = ()) -> Callable[[Page], None]:
    """Return a sheet of *lines* under *header*, with lines *above* it."""

    def draw(page: Page) -> None:
        for at, line in enumerate([*([text] for text in above), header, *lines]):
            page.row(at, list(line))

    return draw


def line(number: int = 1, **changed: Any) -> list[Any]:
    """Return the first service of :data:`GIVEN` as a row under :data:`HEADER`, some cells changed by letter."""
    day, who, what, direction, amount, by_whom, note = GIVEN[0]
    values = [number, day, who, what, direction, amount, by_whom, note]
    return [changed.get(letter, value) for letter, value in zip("ABCDEFGH", values, strict=True)]


def _printed(month: int) -> Callable[[Page], None]:
    """As the printed journal: a title, days as dates and as text, names spoiled by hand, a total."""
    spoil = (str.upper, lambda name: f"  {name.replace(' ', '  ')}", lambda name: name.replace("о", "o"), str)
    lines = [
        [at, given[0] if at % 2 else f"{given[0]:%d.%m.%Y}", spoil[at % 4](given[1]), *given[2:5], initials(given[5]),
         given[6]]
        for at, given in enumerate(GIVEN, 1) if given[0].month == month
    ]  # fmt: skip
    total = [None, None, "ИТОГО", None, None, sum(given[5] for given in lines)]
    title = f"Журнал учёта оказанных услуг за {('январь', 'февраль')[month - 1]} 2026 г."
    return rows(*lines, total, above=[title, ""])


def _by_day(month: int) -> Callable[[Page], None]:
    """Other words and order: the year above, the month on the tab, a day once for its rows, the name in three cells."""

    def draw(page: Page) -> None:
        page.row(0, ["Отделение помощи семье, 2026 год"])
        page.row(2, ["Кто оказал", "Число", "Фамилия", "Имя", "Отчество", "Что сделано", "Вид социальной услуги",
                     "Объём", "Комментарий"])  # fmt: skip
        before = None
        for at, given in enumerate(each for each in GIVEN if each[0].month == month):
            last, first, middle = given[5].split()
            day = given[0].day if given[0] != before else None
            before = given[0]
            who = f"{first[0]}.{middle[0]}. {last}"
            page.row(at + 3, [who, day, *given[1].split(), given[2], given[3], given[4], given[6]])

    return draw


def _joined(page: Page) -> None:
    """One sheet for all months, the day merged over its rows, a column of places, no running number."""
    page.row(0, ["Дата оказания", "Получатель услуги", "Услуга", "Направление", "Количество", "Место", "Специалист",
                 "Примечание"])  # fmt: skip
    top = 1
    for at, given in enumerate(GIVEN, 1):
        place, note = (given[6], None) if at != 4 else (None, given[6])
        first = at == 1 or given[0] != GIVEN[at - 2][0]
        page.row(at, [given[0] if first else None, *given[1:5], place, given[5], note])
        top = at if first else top
        if at == len(GIVEN) or GIVEN[at][0] != given[0]:
            page.join(top, 0, at, 0)


JOURNALS: dict[str, Layout] = {
    "printed": (("Январь", _printed(1)), ("Февраль", _printed(2))),
    "by day": (("январь", _by_day(1)), ("февраль", _by_day(2))),
    "joined": (("Журнал", _joined),),
}
"""Every layout tells of the services of :data:`GIVEN`."""


def planned(session: Session, by: Actor, path: Path, **more: Any) -> ServicesPlan:
    """Read a workbook and judge it."""
    return preview(session, open_workbook(path), by=by, **more)


def one_sheet(session: Session, by: Actor, tmp_path: Path, *lines: Sequence[Any], **more: Any) -> ServicesPlan:
    """Judge rows under :data:`HEADER` on one sheet."""
    return planned(session, by, write(tmp_path / "journal.xlsx", (("Январь", rows(*lines)),)), **more)

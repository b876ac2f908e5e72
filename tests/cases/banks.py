"""Banks of families as different centres keep them: one set of families laid out in many ways.

Every layout holds the same people, so that each is read into the same families.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

CURATORS = ("Кураторова Инна Павловна", "Заботина Вера Львовна")


@dataclass(frozen=True)
class Child:
    """A child of the bank."""

    name: str
    born: dt.date
    disabled: bool = False
    ovz: bool = False


@dataclass(frozen=True)
class Household:
    """A family of the bank."""

    parent: str
    born: dt.date
    snils: str | None
    registered: dt.date
    curator: str
    place: str
    address: str
    phone: str
    children: tuple[Child, ...]


def day(text: str) -> dt.date:
    """Return a day written as 31.12.2024."""
    return dt.datetime.strptime(text, "%d.%m.%Y").date()


BANK = (
    Household("Тестова Анна Петровна", day("12.03.1986"), "11223344595", day("15.01.2024"), CURATORS[0],
              "Тестовское сельское поселение", "д. Тестово, ул. Полевая, д. 3", "+79100000001",
              (Child("Тестов Иван Олегович", day("05.06.2015"), disabled=True),
               Child("Тестова Мария Олеговна", day("17.09.2018"), ovz=True))),
    Household("Пробина Ольга Юрьевна", day("29.02.1992"), None, day("03.11.2023"), CURATORS[1],
              "Тестовское сельское поселение", "с. Пробное, ул. Садовая, д. 14, кв. 2", "+79100000002",
              (Child("Пробин Глеб Андреевич", day("30.12.2020"), disabled=True, ovz=True),)),
    Household("Примерова-Образцова Вера Ильинична", day("01.10.1979"), "08765430300", day("28.02.2025"), CURATORS[0],
              "Опытное сельское поселение", "п. Опытный, пер. Школьный, д. 1", "+79100000003",
              (Child("Примеров Пётр Семёнович", day("09.05.2009")),
               Child("Примерова Алёна Семёновна", day("11.11.2012"), ovz=True),
               Child("Примеров Лев Семёнович", day("23.07.2022")))),
    Household("Опытов Сергей Викторович", day("14.07.1975"), None, day("19.06.2022"), CURATORS[1],
              "Опытное сельское поселение", "п. Опытный, ул. Мира, д. 40", "+79100000004",
              (Child("Опытова Дарья Сергеевна", day("02.02.2014"), disabled=True),)),
)  # fmt: skip


class Page:
    """Writes one sheet cell by cell and joins cells as people do."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self.sheet = book.add_worksheet(name)
        self.day = book.add_format({"num_format": "dd.mm.yyyy"})
        self.plain = book.add_format()
        self.cells: dict[tuple[int, int], Any] = {}
        self.joined: list[tuple[int, int, int, int]] = []

    def row(self, row: int, values: list[Any], start: int = 0) -> None:
        """Set the cells of a row, counted from 0."""
        for at, value in enumerate(values):
            if value is not None:
                self.cells[row, start + at] = value

    def join(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge a range."""
        if (top, left) != (bottom, right):
            self.joined.append((top, left, bottom, right))

    def done(self) -> None:
        """Write everything."""
        for box in self.joined:
            self.sheet.merge_range(*box, "", self.plain)
        for (row, column), value in self.cells.items():
            if isinstance(value, dt.date):
                self.sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), self.day)
            else:
                self.sheet.write(row, column, value)


def category(child: Child) -> str | None:
    """Return the category as tables write it."""
    return ", ".join(filter(None, ("инв." if child.disabled else "", "ОВЗ" if child.ovz else ""))) or None


def plain_snils(digits: str | None) -> str | None:
    """Return «112-233-445 95»."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}" if digits else None


def initials(name: str) -> str:
    """Return «Кураторова И.П.»."""
    last, first, middle = name.split()
    return f"{last} {first[0]}.{middle[0]}."


def flat(page: Page) -> None:
    """One row a child, the representative written again in each, no merged cells, other words and order."""
    page.row(0, ["Реестр семей, состоящих на сопровождении"])
    page.row(
        2,
        [
            "Куратор семьи",
            "Несовершеннолетний",
            "Д/р ребёнка",
            "Инвалидность (да/нет)",
            "ОВЗ (да/нет)",
            "Законный представитель",
            "Д/р представителя",
            "Номер СНИЛС представителя",
            "Место жительства",
            "Поселение",
            "Конт. телефон",
            "Взята на учёт",
        ],
    )
    at = 3
    for home in BANK:
        for child in home.children:
            page.row(
                at,
                [
                    initials(home.curator),
                    child.name,
                    child.born,
                    "да" if child.disabled else "нет",
                    "+" if child.ovz else "-",
                    home.parent,
                    home.born,
                    plain_snils(home.snils) or "нет",
                    home.address,
                    home.place,
                    home.phone,
                    home.registered,
                ],
            )
            at += 1


def deep(page: Page) -> None:
    """Two storeys far down and to the right, merged over the children, children first; sections by settlement."""
    top, left = 17, 2
    page.row(3, ["СОГЛАСОВАНО", None, None, None, None, None, None, None, "УТВЕРЖДАЮ"], left)
    page.row(5, ["Начальник отдела ____________ И. И. Проверкина"], left)
    page.row(14, ["БАНК ДАННЫХ О СЕМЬЯХ"], left)
    page.join(14, left, 14, left + 10)
    page.row(
        top,
        [
            "№",
            "Дети",
            None,
            None,
            None,
            "Мать (отец, опекун)",
            None,
            None,
            "Адрес",
            "Телефон",
            "Дата постановки",
            "Специалист по соц. работе",
        ],
        left,
    )
    page.join(top, left + 1, top, left + 4)
    page.join(top, left + 5, top, left + 7)
    page.row(
        top + 1,
        [
            "Фамилия, имя, отчество",
            "Число, месяц, год рождения",
            "Статус",
            "Школа/сад",
            "Фамилия, имя, отчество",
            "Дата рождения",
            "СНИЛС",
        ],
        left + 1,
    )
    for column in (0, 8, 9, 10, 11):
        page.join(top, left + column, top + 1, left + column)
    page.row(top + 2, list(range(1, 13)), left)
    at, place = top + 3, None
    for number, home in enumerate(BANK, 1):
        if home.place != place:
            place = home.place
            page.row(at, [place], left)
            page.join(at, left, at, left + 11)
            at += 1
        first = at
        page.row(at, [number], left)
        page.row(
            at,
            [
                home.parent.upper(),
                f"{home.born:%d.%m.%Y} г.",
                home.snils,
                home.address,
                home.phone,
                home.registered,
                initials(home.curator),
            ],
            left + 5,
        )
        for child in home.children:
            page.row(at, [child.name, f"{child.born:%Y-%m-%d}", category(child), "СОШ № 1"], left + 1)
            at += 1
        for column in (0, 5, 6, 7, 8, 9, 10, 11):
            page.join(first, left + column, at - 1, left + column)
    page.row(at, ["ИТОГО семей:", None, None, None, len(BANK)], left)
    page.row(at + 2, ["Исполнитель", None, "Заботина В.Л."], left)


def apart(page: Page) -> None:
    """Names in three columns, head on a row of its own with children under it, two-digit years."""
    page.row(
        0,
        [
            "№ п/п",
            "Фамилия",
            "Имя",
            "Отчество",
            "Дата рождения",
            "СНИЛС",
            "Адрес регистрации",
            "Нас. пункт, поселение",
            "Телефон",
            "Поставлены на учет",
            "Ответственный",
            "Фамилия ребенка",
            "Имя ребенка",
            "Отчество ребенка",
            "Дата рождения ребенка",
            "Категория ребенка",
        ],
    )
    at = 1
    for number, home in enumerate(BANK, 1):
        page.row(
            at,
            [
                number,
                *home.parent.split(),
                f"{home.born:%d.%m.%y}",
                home.snils and int(home.snils),
                home.address,
                home.place,
                home.phone,
                f"{home.registered:%d/%m/%Y}",
                home.curator,
            ],
        )
        at += 1
        for child in home.children:
            page.row(at, [*child.name.split(), f"{child.born:%d.%m.%y}", category(child)], 11)
            at += 1


def packed(page: Page) -> None:
    """A family a row: the children listed in one cell with their dates, the mother with hers in another."""
    page.row(
        1,
        [
            "п/п",
            "Заявитель, дата рождения",
            "Дети (Ф.И.О., дата рождения)",
            "Категория детей",
            "Адрес проживания",
            "Территория",
            "Тел.",
            "СНИЛС заявителя",
            "Дата принятия на учёт",
            "Кто ведёт семью",
        ],
    )
    for number, home in enumerate(BANK, 1):
        children = "\n".join(
            f"{at}) {child.name}, {child.born:%d.%m.%Y} г.р." for at, child in enumerate(home.children, 1)
        )
        kinds = "\n".join(category(child) or "нет" for child in home.children)
        page.row(
            number + 1,
            [
                number,
                f"{home.parent}, {home.born:%d.%m.%Y} г.р.",
                children,
                kinds,
                home.address,
                home.place,
                home.phone,
                plain_snils(home.snils) or "-",
                home.registered,
                home.curator,
            ],
        )


def loose(page: Page) -> None:
    """The same as :func:`deep` by somebody who never merges cells."""
    page.join = lambda *_box: None
    deep(page)


def nameless(page: Page) -> None:
    """Headers nobody foresaw: the values must speak."""
    page.row(
        4,
        [
            "Порядок",
            "Основной взрослый",
            "Когда появился на свет",
            "Страховая карточка",
            "Дом",
            "Куда звонить",
            "Дитя",
            "Когда появилось на свет",
            "Особенности",
            "С нами с",
            "Наш человек",
            "Куст",
        ],
    )
    at = 5
    for number, home in enumerate(BANK, 1):
        first = at
        page.row(at, [number, home.parent, home.born, plain_snils(home.snils), home.address, home.phone])
        page.row(at, [home.registered, home.curator, home.place], 9)
        for child in home.children:
            page.row(at, [child.name, child.born, category(child)], 6)
            at += 1
        for column in (0, 1, 2, 3, 4, 5, 9, 10, 11):
            page.join(first, column, at - 1, column)


LAYOUTS: dict[str, Callable[[Page], None]] = {
    "flat": flat,
    "deep": deep,
    "apart": apart,
    "packed": packed,
    "loose": loose,
}


def write_bank(path: Path, layout: Callable[[Page], None], *, name: str = "Лист1") -> Path:
    """Write the bank to *path* in a layout."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = Page(book, name)
        layout(page)
        page.done()
    return path

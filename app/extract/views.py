"""The extract as a page to print and as Excel: from the card of a person, or by who asks for it in writing.

Whoever answers for personal data sees no family, so no list leads him to a person: he types the name and the birthday,
or the СНИЛС, as they stand in the written request, and only who is meant exactly is found. Every extract is a look.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from typing import Any

from flask import render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import journal
from app.acting import Actor, actor, for_whole_unit, now, today
from app.extensions import db
from app.extract.collecting import Section, found
from app.journal.looks import EXPORT, HEALTH, look, values_of
from app.people.models import Person
from app.register import looking, workbook
from app.register.access import PK, RIGHTS, access, may
from app.register.field import local
from app.register.kinds import NotRead, read_date
from app.register.pages import Act, FieldView
from app.register.registry import registers
from app.words import fold

TITLE = "Выписка сведений о человеке"
NOBODY = "Такого человека нет. Проверьте имя и дату рождения по заявлению или укажите СНИЛС."
SEVERAL = "Таких людей несколько. Укажите СНИЛС."
TOO_LITTLE = "Укажите СНИЛС или фамилию, имя, отчество и дату рождения."
COLUMNS = (
    workbook.Column("Раздел", width=30),
    workbook.Column("Строка", width=44),
    workbook.Column("Что", width=30),
    workbook.Column("Значение", width=60),
)


class Extract(BaseView):
    """All that is held about a person, for who answers his request within ten working days."""

    route_base = "/extract"
    default_view = "ask"
    class_permission_name = "extract"

    def __init__(self) -> None:
        super().__init__()
        self.base_permissions += RIGHTS.values()

    @expose("/")
    @access("show")
    def ask(self) -> str:
        """Ask whom the request is about."""
        return _asked({}, {})

    @expose("/", methods=["POST"])
    @access("show")
    def answer(self) -> str | Response:
        """Find exactly who was typed, anywhere in the unit; nothing of it stands in the address."""
        raw = {name: request.form.get(name, "").strip() for name in ("name", "birth_date", "snils")}
        session, by = db.session(), actor()
        book = "book" in request.form and may(self, "export")
        with for_whole_unit():
            person, errors = _person(session, raw)
            if person is None:
                return _asked(raw, errors)
            # A form holds the write lock of SQLite, so its look is a row of its own transaction.
            verb, said = (EXPORT, f"Выгружено в Excel: {TITLE}.") if book else (HEALTH, f"Раздел «{TITLE}».")
            shown = values_of({Person.__tablename__: [person.id]}) if book else ()
            journal.record(session, by, verb, person, said, values=shown)
            session.commit()
            sections = found(session, person, _without(self))
            if book:
                return _file(person, sections, by)
            return _page(self, person, sections, by, tuple((name, text) for name, text in raw.items() if text))

    @expose(f"/{PK}")
    @access("show")
    def show(self, pk: int) -> str:
        """The extract of a person whose card one sees."""
        session, by = db.session(), actor()
        person = registers().of(Person).record_or_404(pk)
        looking.opened(person)
        looking.block(TITLE)
        looking.special_shown(registers().of(Person).spec)
        return _page(self, person, found(session, person, _without(self)), by, ())

    @expose(f"/{PK}/file.xlsx")
    @access("export")
    def file(self, pk: int) -> Response:
        """The same as Excel."""
        session, by = db.session(), actor()
        person = registers().of(Person).record_or_404(pk)
        sections = found(session, person, _without(self))
        shown = {Person.__tablename__: [person.id]}
        look(session, by, EXPORT, person, sentence=f"Выгружено в Excel: {TITLE}.", shown=shown)
        return _file(person, sections, by)


def _without(view: Extract) -> frozenset[Any]:
    return frozenset(one for one, right in RIGHTS.items() if not may(view, right.removeprefix("can_")))


def _asked(raw: dict[str, str], errors: dict[str, str]) -> str:
    def line(name: str, label: str, kind: str, **more: Any) -> FieldView:
        return FieldView(name, label, kind, value=raw.get(name, ""), error=errors.get(name, ""), **more)

    page = {
        "title": TITLE,
        "line": "Человек вправе узнать, что о нём записано (ст. 14 152-ФЗ). Ответ дают за десять рабочих дней.",
        "url": url_for("Extract.answer"),
        "error": errors.get("", ""),
        "fields": (
            line("name", "Фамилия, имя, отчество", "line", span=6, max_length=250),
            line("birth_date", "Дата рождения", "date", span=3),
            line("snils", "СНИЛС", "snils", span=3, max_length=20, hint="Вместо имени и даты"),
        ),
    }
    return render_template("extract_ask.html", page=page)


def _person(session: Session, raw: dict[str, str]) -> tuple[Person | None, dict[str, str]]:
    """Return who is meant, or why nobody is, by control («» stands for all of them)."""
    wanted = select(Person).limit(2)
    digits = re.sub(r"\D", "", raw["snils"])
    if digits:
        wanted = wanted.where(Person.snils == digits)
    elif raw["name"] and raw["birth_date"]:
        try:
            born = read_date(raw["birth_date"])
        except NotRead as refusal:
            return None, {"birth_date": str(refusal)}
        wanted = wanted.where(Person.name_key == fold(raw["name"])[:250], Person.birth_date == born)
    else:
        return None, {"": TOO_LITTLE}
    people = session.scalars(wanted).all()
    if len(people) == 1:
        return people[0], {}
    return None, {"": SEVERAL if people else NOBODY}


def _page(view: Extract, person: Person, sections: list[Section], by: Actor, typed: tuple[tuple[str, str], ...]) -> str:
    book = Act("book", "Выгрузить в Excel", url_for("Extract.file", pk=person.id), icon="file-earmark-spreadsheet")
    page = {
        "title": TITLE,
        "person": str(person),
        "born": f"{person.birth_date:%d.%m.%Y}",
        "unit": by.unit_name,
        "made": f"{local(now()):%d.%m.%Y, %H:%M}, {by.name}",
        "sections": sections,
        "typed": typed,
        "url": url_for("Extract.answer"),
        "book": book if may(view, "export") else None,
    }
    return render_template("extract.html", page=page)


def _file(person: Person, sections: list[Section], by: Actor) -> Response:
    heading = workbook.Heading(f"{TITLE}: {person}", workbook.on_date(today()), by.unit_name, COLUMNS, 1)
    lines = (
        (section.title, item.title, label, text)
        for section in sections
        for item in section.items
        for label, text in item.facts or (("", ""),)
    )
    with ExitStack() as held:
        whole = held.enter_context(tempfile.TemporaryFile())
        workbook.write(whole, heading, lines)
        whole.seek(0)
        response = send_file(whole, mimetype=workbook.MIME)
        response.call_on_close(held.pop_all().close)
    name = workbook.file_name("ST14", "vypiska", today())
    response.headers["Content-Disposition"] = workbook.content_disposition(name, TITLE, today())
    return response

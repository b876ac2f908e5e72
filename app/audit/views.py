"""The screen of R24: who looked at whom, who came in, who changed rights; with filters and the Excel file.

The director, the administrator and whoever answers for personal data may read it (domain.md 3.10 «Audit log»). That
somebody looked at a family is no reason to learn its name: a record is shown by kind and number, and by its title
only to who may open its card; sentences that name people are left out in the same way.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, acting, actor, today
from app.extensions import db
from app.journal import finding
from app.journal.finding import Wanted
from app.journal.looks import EXPORT, look
from app.journal.models import JournalRow
from app.journal.words import CHANGES, KINDS, VERBS
from app.organisation.models import Account, StaffMember
from app.register import looking, workbook
from app.register.access import PK, access, may
from app.register.field import local
from app.register.kinds import NotRead, read_date
from app.register.locks import gate
from app.register.pages import FieldView
from app.register.personal import is_personal
from app.register.registry import registers
from app.words import counted
from reports.looks import HEADING, names_nobody, object_words, result_words

_KINDS = (*KINDS, CHANGES)
LOOKED_AT = "Кто смотрел"


class Audit(BaseView):
    """R24 on the screen."""

    route_base = "/audit"
    default_view = "list"
    class_permission_name = "audit"

    @expose("/")
    @access("list")
    def list(self) -> str:
        """A page of the journal, newest first."""
        session, by = db.session(), actor()
        wanted, fields = _asked(session, by)
        rows, older = finding.page(session, wanted, by, _number("before"))
        told: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "before"}
        page = SimpleNamespace(
            title=HEADING.title,
            line="Строки только добавляются: их нельзя исправить или убрать, подделка видна при проверке.",
            fields=fields,
            rows=_drawn(session, rows),
            url=url_for("Audit.list"),
            older_url=url_for("Audit.list", **told, before=older) if older else "",
            export_url=url_for("Audit.export", **told) if may(self, "export") and rows else "",
        )
        return render_template("audit.html", page=page)

    @expose(f"/of/<string:key>/{PK}")
    @access("list")
    def of_record(self, key: str, pk: int) -> str:
        """Who looked at one record, for who may read the journal and open the record too."""
        register = registers().by_key.get(key)
        if register is None or not is_personal(register.model) or not may(register, "show"):
            abort(404)
        record, session = register.record_or_404(pk), db.session()
        looking.opened(record)
        looking.block(LOOKED_AT)
        rows, older = finding.looks_at(session, register.model.__tablename__, pk, _number("before"))
        here = url_for("Audit.of_record", key=key, pk=pk)
        page = SimpleNamespace(
            title=LOOKED_AT,
            line=f"{register.spec.one}: {register.heading(record)}",
            crumbs=(*register.crumbs(), (register.heading(record), register.url("show", pk=pk))),
            fields=(),
            rows=_drawn(session, rows),
            url=here,
            older_url=f"{here}?before={older}" if older else "",
            export_url="",
        )
        return render_template("audit.html", page=page)

    @expose("/R24.xlsx")
    @access("export")
    def export(self) -> Response:
        """Everything found as Excel."""
        session, by = db.session(), actor()
        wanted, _ = _asked(session, by)
        with ExitStack() as held:
            whole = held.enter_context(tempfile.TemporaryFile())
            with acting(by, writing=False), Session(session.get_bind()) as own:
                columns = tuple(workbook.Column(f.title, f.kind, f.width, f.total) for f in HEADING.fields)
                heading = workbook.Heading(
                    HEADING.title, workbook.on_date(today()), by.unit_name, columns, HEADING.hold
                )
                lines = ([f.value(row) for f in HEADING.fields] for row in finding.each(own, wanted, by))
                number = workbook.write(whole, heading, lines)
            said = f"Выгружено в Excel: R24 «{HEADING.title}», {counted(number, 'строка', 'строки', 'строк')}."
            look(session, by, EXPORT, sentence=said)
            whole.seek(0)
            response = send_file(whole, mimetype=workbook.MIME)
            response.call_on_close(held.pop_all().close)
        response.headers["Content-Disposition"] = workbook.content_disposition(
            HEADING.file_name(today()), HEADING.title, today()
        )
        return response


def _number(name: str) -> int | None:
    """Return a number of the address; garbage is 400."""
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        abort(400)
    return int(text) if text else None


def _asked(session: Session, by: Actor) -> tuple[Wanted, tuple[FieldView, ...]]:
    """Return what the address asks for and the controls that ask; a date that cannot be read is told and left out."""
    errors: dict[str, str] = {}
    since, until = _day("since", errors), _day("until", errors)
    kind, table = request.args.get("kind", ""), request.args.get("table", "")
    people = _people(session)
    tables = tuple(
        sorted(((r.model.__tablename__, r.spec.many) for r in registers().by_key.values()), key=lambda pair: pair[1])
    )
    if (kind and kind not in _KINDS) or (table and table not in dict(tables)):
        abort(400)
    zone = ZoneInfo(by.zone)
    wanted = Wanted(
        user_id=_number("user"),
        kind=kind,
        table=table,
        record_id=_number("record") if table else None,
        since=dt.datetime.combine(since, dt.time(), zone) if since else None,
        until=dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), zone) if until else None,
    )
    raw = request.args.get
    fields = (
        FieldView("user", "Кто", "choice", value=raw("user", ""), choices=(("", "все"), *people), span=2),
        FieldView("kind", "Что", "choice", value=kind, choices=(("", "всё"), *((k, k) for k in _KINDS)), span=2),
        FieldView("table", "Где", "choice", value=table, choices=(("", "везде"), *tables), span=2),
        FieldView("record", "Номер карточки", "number", value=raw("record", ""), span=2, hint="Из её адреса"),
        FieldView("since", "С какого дня", "date", value=raw("since", ""), error=errors.get("since", ""), span=2),
        FieldView("until", "По какой день", "date", value=raw("until", ""), error=errors.get("until", ""), span=2),
    )
    return wanted, tuple(replace(one, required=True) for one in fields)  # No «необязательно» beside each filter.


def _day(name: str, errors: dict[str, str]) -> dt.date | None:
    text = request.args.get(name, "").strip()
    try:
        return read_date(text) if text else None
    except NotRead as refusal:
        errors[name] = str(refusal)
        return None


def _people(session: Session) -> tuple[tuple[str, str], ...]:
    known = select(Account.user_id, StaffMember).join(StaffMember, StaffMember.id == Account.staff_id)
    return tuple((str(user), str(staff)) for user, staff in session.execute(known.order_by(StaffMember.name_key)))


def _drawn(session: Session, rows: Any) -> list[dict[str, str]]:
    titles = _titles(session, rows)
    drawn = []
    for row in rows:
        title, url = titles.get((row.table_name, row.record_id), ("", ""))
        at = local(row.at)
        drawn.append(
            {
                "when": f"{at:%d.%m.%Y, %H:%M:%S}",
                "who": row.actor,
                "address": row.address,
                "what": VERBS.get(row.verb, row.verb),
                "object": title or object_words(row),
                "url": url,
                "text": row.sentence if title or names_nobody(row) else "",
                "refused": result_words(row) if result_words(row) != "выполнено" else "",
            }
        )
    return drawn


def _titles(session: Session, rows: list[JournalRow]) -> dict[tuple[str, int | None], tuple[str, str]]:
    """Return the titles and addresses of the records whose cards this person may open, one query a register."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.record_id is not None:
            wanted.setdefault(row.table_name, set()).add(row.record_id)
    made: dict[tuple[str, int | None], tuple[str, str]] = {}
    for register in registers().by_key.values():
        ids = wanted.get(register.model.__tablename__)
        if not ids or not may(register, "show"):
            continue
        known = select(register.model).where(register.model.id.in_(ids), *gate(register.model))
        for record in session.scalars(known).unique():
            made[(register.model.__tablename__, record.id)] = (str(record), register.url("show", pk=record.id))
    return made

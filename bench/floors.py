"""What the same pages cost with nothing in between: the two floors every page is measured against.

* **raw**: hand-written SQL on the driver, one small template, a bare WSGI function. Nobody signs in, nothing is
  checked, nothing can be configured. The physical limit of this machine.
* **signed in**: the same SQL inside our application: the session, the one query of rights, our layout around the
  same table. The limit of anything built on this stack.

Each operation is a function ``work(run, place, request)`` that returns rows; ``run(sql, **values)`` sends one
statement and returns what it found.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, redirect, render_template, request
from jinja2 import Environment
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as RawResponse

from app.extensions import db
from app.security import rights
from app.words import fold
from bench.fill import TODAY
from bench.place import Place

Run = Callable[..., list[Any]]
Work = Callable[[Run, Place, Any], list[Any]]

_OPEN = "status NOT IN ('closed', 'refused')"
LIST_ROWS = f"""
SELECT f.id, f.name, c.number, f.address,
  (SELECT count(*) FROM family_member m JOIN person p ON p.id = m.person_id
    WHERE m.family_id = f.id AND m.date_to IS NULL AND p.birth_date > :grown),
  c.status, s.name
FROM family f
LEFT JOIN family_case c ON c.family_id = f.id AND c.{_OPEN}
LEFT JOIN staff_member s ON s.id = c.curator_id
WHERE f.id IN (%s) ORDER BY f.name_key %s, f.id %s"""
_SEEN = """
SELECT family_id FROM family_case WHERE curator_id = :staff
UNION SELECT c.family_id FROM curator_assignment a JOIN family_case c ON c.id = a.case_id
  WHERE a.staff_id = :staff AND c.status IN ('closed', 'refused')
  AND NOT EXISTS (SELECT 1 FROM curator_assignment n WHERE n.case_id = a.case_id AND n.id > a.id)
  AND NOT EXISTS (SELECT 1 FROM family_case o WHERE o.family_id = c.family_id AND o.curator_id <> :staff)
UNION SELECT id FROM family WHERE area_id IN (SELECT id FROM service_area WHERE curator_id = :staff)
UNION SELECT id FROM family f WHERE created_by_id = :login AND NOT EXISTS (
  SELECT 1 FROM family_case c JOIN curator_assignment a ON a.case_id = c.id
  WHERE c.family_id = f.id AND a.staff_id <> :staff)
UNION SELECT c.family_id FROM case_team_member t JOIN family_case c ON c.id = t.case_id
  WHERE t.staff_id = :staff AND t.date_to IS NULL
UNION SELECT c.family_id FROM meeting m JOIN agenda_item i ON i.meeting_id = m.id JOIN family_case c ON c.id = i.case_id
  WHERE i.is_open AND m.body_id IN (SELECT body_id FROM body_member WHERE staff_id = :staff AND date_to IS NULL)
UNION SELECT c.family_id FROM programme_version v JOIN programme p ON p.id = v.programme_id
  JOIN family_case c ON c.id = p.case_id
  WHERE v.body_id IN (SELECT body_id FROM body_member WHERE staff_id = :staff AND date_to IS NULL)
  AND v.status = 'submitted'
UNION SELECT c.family_id FROM measure m JOIN programme_version v ON v.id = m.version_id
  JOIN measure_lineage l ON l.id = m.lineage_id JOIN family_case c ON c.id = l.case_id
  WHERE m.executor_id = :staff AND v.status IN ('approved', 'in_force')"""
"""The families a curator sees, by hand: the same nine ways as in :mod:`app.cases.scope` and its neighbours."""
_LED = f"service_unit_id = :unit AND id IN ({_SEEN})"
_TABLE = """<table>{% for row in rows %}<tr>{% for cell in row %}<td>{% if loop.first %}
<a href="/families/show/{{ cell }}">{{ cell }}</a>{% else %}{{ "" if cell is none else cell }}{% endif %}</td>
{% endfor %}</tr>{% endfor %}</table>"""
_FORM = """<form method="post">{% for row in rows %}<label>{{ row }}<input name="{{ row }}"></label>{% endfor %}
<button>Сохранить</button></form>"""
_FIELDS = ["family_id", "person_id", "role", "is_legal_representative", "lives_together", "date_from"]


def _page(run: Run, ids: list[Any], down: str = "") -> list[Any]:
    numbers = ", ".join(str(int(row[0])) for row in ids) or "NULL"
    return run(LIST_ROWS % (numbers, down, down), grown=TODAY.replace(year=TODAY.year - 18))


def listing(run: Run, place: Place, asked: Any) -> list[Any]:
    """A page of the list: ids through the index, a bounded count, the rows of these ids."""
    skip = 25 * (int(asked.args.get("page", "1")) - 1)
    run(
        "SELECT count(*) FROM (SELECT 1 FROM family WHERE service_unit_id = :unit LIMIT 1001) AS few",
        unit=place.unit_id,
    )
    ids = run(
        "SELECT id FROM family WHERE service_unit_id = :unit ORDER BY name_key, id LIMIT 25 OFFSET :skip",
        unit=place.unit_id,
        skip=skip,
    )
    return _page(run, ids)


def led(run: Run, place: Place, _asked: Any) -> list[Any]:
    """The list of the families one curator leads: all he is shown."""
    some = {"unit": place.unit_id, "staff": place.curator_id, "login": place.curator_login}
    run(f"SELECT count(*) FROM (SELECT 1 FROM family WHERE {_LED} LIMIT 1001) AS few", **some)
    return _page(run, run(f"SELECT id FROM family WHERE {_LED} ORDER BY name_key, id LIMIT 25", **some))


def filtered(run: Run, place: Place, _asked: Any) -> list[Any]:
    """The list of one curator's active families, from the last letter to the first."""
    chosen = f"""FROM family f JOIN family_case c ON c.family_id = f.id AND c.{_OPEN}
      WHERE f.service_unit_id = :unit AND c.status = 'active' AND c.curator_id = :staff"""
    some = {"unit": place.unit_id, "staff": place.curator_id}
    run(f"SELECT count(*) FROM (SELECT 1 {chosen} LIMIT 1001) AS few", **some)
    ids = run(f"SELECT f.id {chosen} ORDER BY f.name_key DESC, f.id DESC LIMIT 25", **some)
    return _page(run, ids, "DESC")


def _word(place: Place, word: str) -> tuple[str, dict[str, Any]]:
    """Return the select of ids in whose row *word* is found through the search index; {0} is the table."""
    if place.is_sqlite:
        return "SELECT rowid FROM {0}_search WHERE {0}_search MATCH :word", {"word": f'"{word}"'}
    return "SELECT id FROM {0} WHERE search_key LIKE :word", {"word": f"%{word}%"}


def searched(run: Run, place: Place, asked: Any, among: str = "service_unit_id = :unit", **who: Any) -> list[Any]:
    """The list narrowed to a part of a surname."""
    one, word = _word(place, fold(asked.args["q"]))
    members = f"SELECT family_id FROM family_member WHERE person_id IN ({one.format('person')})"
    condition = f"(id IN ({one.format('family')}) OR id IN ({members}))"
    chosen, some = f"FROM family WHERE {among} AND {condition}", {"unit": place.unit_id, **who, **word}
    run(f"SELECT count(*) FROM (SELECT 1 {chosen} LIMIT 1001) AS few", **some)
    return _page(run, run(f"SELECT id {chosen} ORDER BY name_key, id LIMIT 25", **some))


def searched_led(run: Run, place: Place, asked: Any) -> list[Any]:
    """The same among the families one curator leads."""
    return searched(run, place, asked, _LED, staff=place.curator_id, login=place.curator_login)


def card(run: Run, place: Place, asked: Any) -> list[Any]:
    """A family with its members, its cases and its latest history."""
    family = int(asked.args["id"])
    rows = run("SELECT * FROM family WHERE id = :id AND service_unit_id = :unit", id=family, unit=place.unit_id)
    rows += run(
        "SELECT p.id, p.name, p.birth_date, m.role, m.is_legal_representative FROM family_member m "
        "JOIN person p ON p.id = m.person_id WHERE m.family_id = :id AND m.date_to IS NULL ORDER BY m.id",
        id=family,
    )
    rows += run(
        "SELECT c.*, s.name FROM family_case c LEFT JOIN staff_member s ON s.id = c.curator_id "
        "WHERE c.family_id = :id ORDER BY c.id",
        id=family,
    )
    return rows + run(
        "SELECT id, at, actor, verb, sentence FROM journal WHERE table_name = 'family' AND record_id = :id "
        "ORDER BY id DESC LIMIT 10",
        id=family,
    )


def form(_run: Run, _place: Place, _asked: Any) -> list[Any]:
    """A form with a family chooser: its fields, without one statement."""
    return list(_FIELDS)


def look_up(run: Run, place: Place, asked: Any) -> list[Any]:
    """Ten families whose name begins as typed: a range of the index."""
    start = fold(asked.args["q"])
    return run(
        "SELECT id, name, address FROM family "
        "WHERE service_unit_id = :unit AND name_key >= :start AND name_key < :stop ORDER BY name_key, id LIMIT 10",
        unit=place.unit_id, start=start, stop=start + "\U0010ffff",
    )  # fmt: skip


def _journal(run: Run, place: Place, verb: str, family: int) -> None:
    run(
        "INSERT INTO journal (at, actor, unit_id, address, verb, table_name, record_id, sentence, digest) "
        "VALUES (:at, 'Замер', :unit, '', :verb, 'family', :id, '', :digest)",
        at=_moment(place), unit=place.unit_id, verb=verb, id=family, digest=b"0" * 32,
    )  # fmt: skip


def _moment(place: Place) -> Any:
    now = dt.datetime.now(dt.UTC)
    return now.strftime("%Y-%m-%d %H:%M:%S.%f") if place.is_sqlite else now


def save(run: Run, place: Place, asked: Any) -> list[Any]:
    """A new person, looked for among those already known, with a line of the journal."""
    name = f"{asked.form['last_name']} {asked.form['first_name']}"
    day, month, year = (int(part) for part in asked.form["birth_date"].split("."))
    born = dt.date(year, month, day).isoformat() if place.is_sqlite else dt.date(year, month, day)
    here = {"unit": place.unit_id, "key": fold(name)}
    run("SELECT id FROM person WHERE service_unit_id = :unit AND name_key = :key", **here)
    made = run(
        "INSERT INTO person (last_name, first_name, name, sex, birth_date, service_unit_id, version, name_key, "
        "search_key, created_at) VALUES (:last, :first, :name, 'female', :born, :unit, 1, :key, :words, :at) "
        "RETURNING id",
        last=asked.form["last_name"], first=asked.form["first_name"], name=name, born=born, words=fold(name),
        at=_moment(place), **here,
    )  # fmt: skip
    _journal(run, place, "create", made[0][0])
    return []


def edit(run: Run, place: Place, asked: Any) -> list[Any]:
    """A changed address with its line and its values in the journal."""
    family = int(asked.form["id"])
    here = {"id": family, "unit": place.unit_id}
    old = run("SELECT address, version FROM family WHERE id = :id AND service_unit_id = :unit", **here)
    run(
        "UPDATE family SET address = :address, version = version + 1, changed_at = :at "
        "WHERE id = :id AND version = :version",
        address=asked.form["address"], id=family, version=old[0][1], at=_moment(place),
    )  # fmt: skip
    _journal(run, place, "change", family)
    last = run("SELECT max(id) FROM journal")
    run(
        "INSERT INTO journal_value (journal_id, field, old, new) VALUES (:journal, 'address', :old, :new)",
        journal=last[0][0], old=old[0][0], new=asked.form["address"],
    )  # fmt: skip
    return []


WORKS: dict[str, Work] = {
    "list": listing, "led": led, "filtered": filtered, "searched": searched, "searched_led": searched_led,
    "card": card, "form": form, "look_up": look_up, "save": save, "edit": edit,
}  # fmt: skip


def plain(value: Any) -> Any:
    """Return *value* as JSON can hold it."""
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


# ---- raw ----------------------------------------------------------------------------------------------------------


class Raw:
    """The bare WSGI application. ``statements`` counts what the last request sent."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.statements = 0
        templates = Environment(autoescape=True)
        self.table, self.form = templates.from_string(_TABLE), templates.from_string(_FORM)

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        asked = Request(environ)
        name = asked.path.rpartition("/")[2]
        self.statements = 0
        pooled = self.place.engine.raw_connection()
        driver: Any = pooled.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            driver.execute("BEGIN IMMEDIATE" if asked.method == "POST" else "BEGIN")

        def run(sql: str, **values: Any) -> list[Any]:
            self.statements += 1
            if not self.place.is_sqlite:
                sql = re.sub(r":(\w+)", r"%(\1)s", sql.replace("%", "%%"))
            cursor = driver.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

        try:
            rows = WORKS[name](run, self.place, asked)
            driver.commit()
        finally:
            pooled.close()
        if asked.method == "POST":
            return RawResponse("", 302, {"Location": "/"})(environ, start_response)
        if name == "look_up":
            body = json.dumps([[plain(cell) for cell in row] for row in rows], ensure_ascii=False)
            return RawResponse(body, mimetype="application/json")(environ, start_response)
        body = (self.form if name == "form" else self.table).render(rows=rows)
        return RawResponse(body, mimetype="text/html")(environ, start_response)


# ---- signed in ----------------------------------------------------------------------------------------------------

_AROUND = '{{% extends "layout.html" %}}{{% block title %}}Замер{{% endblock %}}{{% block content %}}{}{{% endblock %}}'


def add_signed_in(place: Place) -> None:
    """Give the application of *place* the routes ``/floor/<operation>``: its own session, rights and layout."""

    # Read once, as the templates of the product are.
    drawn = {name: place.app.jinja_env.from_string(_AROUND.format(name)) for name in (_TABLE, _FORM)}

    def answer(name: str) -> Any:
        if ("can_list", "families") not in rights()[1]:
            return Response(status=403)
        session: Session = db.session()

        def run(sql: str, **values: Any) -> list[Any]:
            found = session.connection().execute(text(sql), values)
            return list(found.all()) if found.returns_rows else []

        rows = WORKS[name](run, place, request)
        if request.method == "POST":
            session.commit()
            return redirect("/")
        if name == "look_up":
            return Response(json.dumps([[plain(cell) for cell in row] for row in rows]), mimetype="application/json")
        return render_template(drawn[_FORM if name == "form" else _TABLE], rows=rows)

    place.app.add_url_rule("/floor/<name>", "floor", answer, methods=["GET", "POST"])

"""A small world for the access tests: one row of every table on each side, put together from the tables themselves.

A side is a set of rows that hang together: OWN is what the visitors work with, COLLEAGUE belongs to other people of the
same unit, FOREIGN to another unit, DELETED stood in the visitors' unit and is gone. A new table is in the world without
a line here; what a column needs beyond its type stands in :data:`SPECIAL`.
"""

from __future__ import annotations

import datetime as dt
import enum
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Boolean, Date, Enum, LargeBinary, Numeric, String, inspect, make_url, select
from sqlalchemy.orm import Session

from app import create_app
from app.acting import SYSTEM, Actor, acting, now
from app.base import Codes, Model, MomentType, SealedType, SnilsType
from app.cases.models import CaseStatus, CaseTeamMember, FamilyCase
from app.door.models import UserSession
from app.extensions import db
from app.jobs.models import Job
from app.meetings.models import BodyMember
from app.models import TABLES
from app.organisation.models import Account, Department, PartnerOrganisation, ServiceArea, ServiceUnit, StaffMember
from app.organisation.rules import deactivate_account, make_account
from app.people.models import ConsentKind, FamilyRole
from app.programmes.models import VersionStatus
from app.register import files
from app.register.file_kinds import BY_CODE
from app.register.models import BulkStep, Draft, SavedView
from app.roles import CURATOR, PSYCHOLOGIST, ROLES
from tests.databases import settings_of
from tests.visiting import EASY, PASSWORD, Browser, begun, signed_in

ANYBODY, NOBODY, CLOSED = "Без входа", "Без роли", "Закрытый вход"
"""Visitors beside the delivered roles: nobody signed in, an account without a role, an account that was closed."""

VISITORS = (ANYBODY, NOBODY, *ROLES)
"""The columns of the table, in its order."""

DAY = dt.date(2026, 2, 18)


class Side(enum.StrEnum):
    """Whose row an address names."""

    OWN = "own"
    COLLEAGUE = "colleague"
    FOREIGN = "foreign"
    MISSING = "missing"
    DELETED = "deleted"


FILLED = (Side.OWN, Side.COLLEAGUE, Side.FOREIGN)
MISSING = 2147480000
"""An id no row has; it fits the addresses, so the question reaches the row scope."""

LEFT_OUT = {
    "journal": "written by the work itself",
    "journal_value": "written by the work itself",
    "journal_seal": "written by the work itself",
    "number_sequence": "a counter",
    "profile_version": "a whole order of work, stored for good; a word put anywhere in it would be none",
    "form_receipt": "a form is saved once",
    "delivered_grant": "written by setup",
    "scheduled_run": "daily work is done once",
    "import_mapping": "holds names of columns",
    "list_memory": "holds names of columns",
    "attachment": "made with its content, for each row of a register",
    "account": "made by its rule, with a login",
    "user_session": "one's own, begun by whoever comes",
    "failed_entry": "written at the door",
    "second_step": "one's own, of the door",
    "recovery_code": "one's own, of the door",
    "draft": "one's own, made for each visitor",
    "saved_view": "one's own, made for each visitor",
    "bulk_step": "one's own, made for each visitor",
    "job": "one's own, made for each visitor",
}
"""Tables the filler leaves alone, with the reason."""

SPECIAL: dict[tuple[str, str], Any] = {
    ("service_unit", "zone"): "Europe/Moscow",
    ("person", "birth_date"): lambda number: dt.date(dt.date.today().year - 9, 3, 1),
    # Without it data on health are closed, and what a role sees of them would be asked of nobody.
    ("consent", "kind"): ConsentKind.SPECIAL,
    ("consent", "special_categories"): True,
    ("family_case", "status"): CaseStatus.ACTIVE,
    ("family_member", "role"): FamilyRole.CHILD,
    ("programme_version", "status"): VersionStatus.IN_FORCE,
    ("meeting", "secretary_id"): None,
    ("decision", "corrects_id"): None,
    ("calendar_day", "date"): partial(dt.date, 2001, 1),
    ("assessment_score", "scale"): "success",
    ("assessment_score", "criterion"): "learning",
    ("family_passport", "snapshot"): '{"facts": [], "tables": []}',
    ("family_passport", "health"): '{"family": "", "people": []}',
    ("family_passport", "prevention"): "[]",
    # A task is for one of the staff or for a department.
    ("internal_task", "to_department_id"): None,
    ("visit", "done_at"): dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC),
    ("home_course", "outcome"): None,
    ("home_procedure", "planned"): 10,
    ("home_procedure", "done"): 1,
    ("assessment_score", "value"): 2,
    ("efficiency_review", "need_satisfaction"): 50,
    ("quality_answer", "score"): 3,
    ("quality_answer", "waiver"): None,
    ("survey_answer", "mark"): 3,
    ("closure_conclusion", "measures_done"): 50,
    ("work_plan_item", "progress"): 10,
    ("dispatch_item", "letter_no"): None,
}
"""Values a column needs to be believable, or what makes one of the number of the side; the others follow from their
type."""

Texts = Callable[[Side, str, str, int], str]
"""What stands in a text column: (side, table, column, longest) → text."""

CANARY = "Zzcanary"
"""A word that stands in every text of another unit, and nowhere else."""

NOBODYS = ("service_unit", "territory", "calendar_day")
"""Tables whose rows are read in every unit."""


def plain_texts(side: Side, table: str, column: str, longest: int) -> str:
    """Return a text as people write it; those of another unit are told by their word."""
    text = CANARY if side == Side.FOREIGN and table not in NOBODYS else "Проверочный текст"
    return text[:longest]


@dataclass
class World:
    """The application with its rows and the browsers of its visitors; :meth:`restore` puts the database back."""

    app: Flask
    path: Path
    kept: Path
    ids: dict[Side, dict[str, int]] = field(default_factory=dict)
    files: dict[Side, dict[str, int]] = field(default_factory=dict)
    steps: dict[str, dict[str, int]] = field(default_factory=dict)
    own: dict[str, dict[str, int]] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    cookies: dict[str, dict[Any, Any]] = field(default_factory=dict)
    contents: dict[Path, bytes] = field(default_factory=dict)
    watching: sqlite3.Connection = field(init=False)
    putting: sqlite3.Connection = field(init=False)
    source: sqlite3.Connection = field(init=False)
    seen: int = 0

    def watch(self) -> None:
        """Begin to notice writes; the connections stay open, and with them what SQLite has prepared."""
        self.watching = sqlite3.connect(self.path, cached_statements=500)
        self.watching.execute("ATTACH ? AS kept", (str(self.kept),))
        self.putting, self.source = sqlite3.connect(self.path), sqlite3.connect(self.kept)
        self.putting.execute("PRAGMA synchronous = OFF")
        self.seen = self._version()

    def _version(self) -> int:
        return int(self.watching.execute("PRAGMA data_version").fetchone()[0])

    def written(self) -> bool:
        """Whether anything was committed since the last question; cheaper than comparing the rows."""
        before, self.seen = self.seen, self._version()
        return self.seen != before

    def changed(self, but: Collection[str] = ()) -> frozenset[str]:
        """Return the tables, *but* some nobody asks about, that are not as they were when the world was made."""
        every = self.watching.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        return frozenset(name for (name,) in every if name not in but and self._differs(name))

    def _differs(self, table: str) -> bool:
        # As many rows as there were, and each of them was there: the same rows.
        asked = (
            f'SELECT (SELECT count(*) FROM main."{table}") <> (SELECT count(*) FROM kept."{table}") '
            f'OR EXISTS (SELECT * FROM main."{table}" EXCEPT SELECT * FROM kept."{table}")'
        )
        return bool(self.watching.execute(asked).fetchone()[0])

    def difference(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Return what stands in *columns* of *table* on one side only: now, or when the world was made."""
        now, before = (f'SELECT {columns} FROM {where}."{table}"' for where in ("main", "kept"))
        asked = f"SELECT * FROM ({now} EXCEPT {before}) UNION ALL SELECT * FROM ({before} EXCEPT {now})"
        return self.watching.execute(asked).fetchall()

    def restore(self) -> None:
        """Put the database back as it was when the world was made; sessions of the visitors stay valid."""
        self.source.backup(self.putting)
        self.written()
        for path, content in self.contents.items():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def close(self) -> None:
        """Leave the files of the world to whoever removes its folder."""
        for connection in (self.watching, self.putting, self.source):
            connection.close()
        with self.app.app_context():
            db.engine.dispose()


@contextmanager
def world(folder: Path, ready: Path, texts: Texts, **settings: Any) -> Iterator[World]:
    """Give a world in *folder*, begun from the file *ready* of an installation after setup.

    *texts* fill its columns, *settings* go to the application over those of every test.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = World(create_app(
        settings_of(folder, make_url(f"sqlite:///{folder / 'opora.db'}")), **{**EASY, **settings}
    ), folder / "opora.db", folder / "kept.db")  # fmt: skip
    shutil.copy(ready, made.path)
    made.app.test_client_class = Browser
    with made.app.app_context():
        engine = db.engine
        with acting(SYSTEM), Session(engine) as session:
            _populate(made, session, texts)
            session.commit()
        engine.dispose()
    with closing(sqlite3.connect(made.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(made.path, made.kept)
    made.contents = {path: path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()}
    made.cookies = {visitor: dict(browser._cookies) for visitor, browser in made.browsers.items()}
    made.watch()
    yield made
    made.close()


# ---- rows ----------------------------------------------------------------------------------------------------------


def _populate(made: World, session: Session, texts: Texts) -> None:
    unit = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    rows: dict[Side, dict[str, Any]] = {}
    for side in (*FILLED, Side.DELETED):
        rows[side] = _fill(session, side, texts, unit if side != Side.FOREIGN else None)
        made.ids[side] = {table: row.id for table, row in rows[side].items()}
        by = Actor(user_id=None, name="Проверка", unit_id=made.ids[side]["service_unit"], sees_all=True)
        with acting(by):
            staff, login = rows[side]["staff_member"], f"side{side}"
            account = make_account(session, staff, login, PASSWORD, [PSYCHOLOGIST], by=SYSTEM, must_change=False)
            made.ids[side]["account"] = account.id
            rows[side]["account"] = account
            # The unit is one row on three sides, and a card takes the same content once.
            made.files[side] = {
                table: _file(session, row, by, texts, side)
                for table, row in rows[side].items()
                if side in (Side.OWN, Side.FOREIGN) or table != "service_unit"
            }
        made.files[side].setdefault("service_unit", made.files[Side.OWN]["service_unit"])
    with acting(Actor(user_id=None, name="Проверка", unit_id=unit.id, sees_all=True)):
        _visitors(made, session, rows[Side.OWN], texts)
        _belongings(made, session, rows, texts)
        _delete(session, rows[Side.DELETED], made.files[Side.DELETED])
        for side in (*FILLED, Side.DELETED):
            made.ids[side]["user_session"] = _session(session, rows[side]["account"])
        session.flush()
        made.ids[Side.MISSING] = dict.fromkeys(made.ids[Side.OWN], MISSING)
        made.files[Side.MISSING] = dict.fromkeys(made.files[Side.OWN], MISSING)


def models() -> list[type[Model]]:
    """Return the tables the filler fills, each after those it refers to."""
    every: dict[str, Any] = {model.__tablename__: model for _, group in TABLES for model in group}
    order = [table.name for table in ServiceUnit.metadata.sorted_tables]
    return [every[name] for name in order if name in every and name not in LEFT_OUT]


def _fill(session: Session, side: Side, texts: Texts, unit: ServiceUnit | None) -> dict[str, Model]:
    rows: dict[str, Model] = {}
    for model in models():
        if model is ServiceUnit and unit is not None:
            for name, value in _values(model, side, texts, rows, None).items():
                if side == Side.OWN:
                    setattr(unit, name, value)
            rows[model.__tablename__] = unit
            continue
        holder: Any = rows.get("service_unit")
        row = model(**_values(model, side, texts, rows, holder.id if holder else None))
        session.add(row)
        session.flush()
        rows[model.__tablename__] = row
    return rows


def _values(
    model: type[Model], side: Side, texts: Texts, rows: dict[str, Model], unit_id: int | None
) -> dict[str, Any]:
    """Return a value for every column people or rules fill; dates that would end something stay empty."""
    found: dict[str, Any] = {}
    table = model.__tablename__
    number = list(Side).index(side) + 1
    for attribute in inspect(model).column_attrs:
        column, name = attribute.columns[0], attribute.key
        if (table, name) in SPECIAL:
            special = SPECIAL[table, name]
            found[name] = special(number) if callable(special) else special
        elif name == "service_unit_id":
            found[name] = unit_id
        elif column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table.name
            if target in rows and target != table:
                found[name] = rows[target].id
        elif name in ("id", "version") or column.info.get("composed") or not column.info.get("label"):
            continue  # Keys and stamps come by themselves.
        elif name in ("created_at", "created_by_id", "changed_at", "changed_by_id"):
            continue
        elif isinstance(column.type, SnilsType):
            found[name] = snils(number)
        elif isinstance(column.type, Codes):
            found[name] = [next(iter(column.type.choices))]
        elif isinstance(column.type, Enum):
            if column.default is None:
                found[name] = next(iter(column.type.enum_class or ()))
        elif isinstance(column.type, (String, SealedType, LargeBinary)):
            longest = (getattr(column.type, "length", None) or 1000) - 2
            found[name] = f"{texts(side, table, name, longest)} {number}"[: longest + 2]
        elif not column.nullable and isinstance(column.type, Date):
            found[name] = DAY
        elif not column.nullable and isinstance(column.type, MomentType):
            found[name] = dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC)
        elif isinstance(column.type, Boolean):
            continue
        elif not column.nullable or isinstance(column.type, Numeric):
            found[name] = number
    return found


def snils(number: int) -> str:
    """Return a СНИЛС with its right control number; 1 to 9 give nine different ones."""
    digits = f"11223344{number}"
    control = sum(int(sign) * (9 - place) for place, sign in enumerate(digits)) % 101
    return f"{digits}{control % 100:02}"


def _file(session: Session, row: Model, by: Actor, texts: Texts, side: Side) -> int:
    """Attach a text of its own to *row* and return the id of the file."""
    content = f"%PDF-1.4 {row.__tablename__} {side}".encode()
    name = texts(side, "attachment", "title", 100).replace("/", "∕")
    with files.folder().put(content) as stored:
        return files.attach(row, stored, BY_CODE["pdf"], f"{name}.pdf", by=by).id


def _delete(session: Session, rows: dict[str, Model], attached: dict[str, int]) -> None:
    """Remove a whole side, the last rows first."""
    for table in reversed([*rows]):
        row = rows[table]
        if isinstance(row, ServiceUnit):
            continue
        for one in files.files_of(session, row):
            session.delete(one)
        session.flush()
        session.expire(row)
        session.delete(row)
        session.flush()


def _session(session: Session, account: Any) -> int:
    """Let *account* have signed in somewhere and return the id of that session."""
    begun(account)
    return session.scalars(select(UserSession.id).where(UserSession.user_id == account.user_id)).one()


# ---- people --------------------------------------------------------------------------------------------------------


def _visitors(made: World, session: Session, rows: dict[str, Any], texts: Texts) -> None:
    """Let one person of every role work with the OWN rows: in the team, at the meeting, in the department."""
    case: FamilyCase = rows["family_case"]
    department: Department = rows["department"]
    partner: PartnerOrganisation = rows["partner_organisation"]
    made.browsers[ANYBODY] = _client(made.app)
    for number, role in enumerate((NOBODY, CLOSED, *ROLES)):
        staff = StaffMember(
            last_name=f"Гостев{number}", first_name="Иван", middle_name="Иванович", position="специалист",
            active_from=dt.date(2020, 1, 1), service_unit_id=case.service_unit_id, department_id=department.id,
            partner_id=partner.id,
        )  # fmt: skip
        session.add(staff)
        session.flush()
        roles = [role] if role in ROLES else [PSYCHOLOGIST]
        account = make_account(session, staff, f"visitor{number}", PASSWORD, roles, by=SYSTEM, must_change=False)
        made.browsers[role] = signed_in(made.app, account)
        if role == NOBODY:
            account.user.roles = []
        if role == CLOSED:
            deactivate_account(account, by=SYSTEM)
            continue
        if role == CURATOR:
            case.curator_id = staff.id
            rows["curator_assignment"].staff_id = staff.id
        elif role in ROLES:
            session.add(CaseTeamMember(**{
                **_values(CaseTeamMember, Side.OWN, texts, rows, case.service_unit_id), "staff_id": staff.id
            }))  # fmt: skip
            session.add(BodyMember(**{
                **_values(BodyMember, Side.OWN, texts, rows, case.service_unit_id), "staff_id": staff.id
            }))  # fmt: skip
        session.flush()
    area: ServiceArea = rows["service_area"]
    area.curator_id = case.curator_id
    session.flush()


def _client(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


def _belongings(made: World, session: Session, rows: dict[Side, dict[str, Model]], texts: Texts) -> None:
    """Give every visitor a draft, a kept view, a piece of long work and a step that can be undone in each register."""
    keys = sorted(made.app.extensions["opora_registers"].by_key)
    unit = rows[Side.OWN]["service_unit"].id
    for role, browser in made.browsers.items():
        if role == ANYBODY:
            continue
        account = session.scalars(select(Account).where(Account.user_id == browser.user_id)).one()
        owner = account.user_id
        form = "families:add"
        title = partial(texts, Side.OWN, longest=90)
        draft = Draft(
            user_id=owner, form=form, url="/families/add", title=title("draft", "title"), body="{}", saved_at=now()
        )
        job = Job(service_unit_id=unit, code="none", title=title("job", "title"), user_id=owner, asked="{}")
        view = SavedView(
            service_unit_id=unit, user_id=owner, register="families", name=title("saved_view", "name"), query=""
        )
        session.add_all([draft, job, view])
        steps = [
            BulkStep(service_unit_id=unit, user_id=owner, register=key, title=title("bulk_step", "title"),
                     records=0, made="[]", at=now())
            for key in keys
        ]  # fmt: skip
        session.add_all(steps)
        session.flush()
        entered = session.scalars(select(UserSession.id).where(UserSession.user_id == owner)).first()
        made.own[role] = {"draft": draft.id, "job": job.id, "user_session": entered or MISSING}
        made.steps[role] = {step.register: step.id for step in steps}

"""The journals R02 and R03: a row is entered, and it may be annulled; nothing ever takes it out (S003-3.3, S004-1-e).

::

    take_row ─► row with the next number of the year ── annul ─► struck out, its number is not given again

In R02 stand messages and applications (see ``intake_journal_counts``), in R03 the cases a centre accompanies.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.cases.numbers import next_number
from app.cases.stages import order_in_force
from app.days.calendar import day_of
from app.intake.models import ApplicationStatus, JournalCode, JournalEntry
from app.people.rules import trimmed
from app.terms import say

UNDECIDED = (ApplicationStatus.REGISTERED, ApplicationStatus.IN_REVIEW)
"""States of an application whose row may still be annulled: nobody has answered it."""


def take_row(
    session: Session, unit_id: int, code: JournalCode, at: dt.datetime, by: Actor, **links: Any
) -> JournalEntry:
    """Enter the next row of the journal *code* at the moment *at*; *links* say what it stands for.

    The caller flushes.
    """
    on = day_of(at, by.zone)
    number, written = next_number(session, unit_id, code.value, on)
    entry = JournalEntry(
        journal=code, year=on.year, number=number, text_no=written, at=at, service_unit_id=unit_id, **links
    )
    session.add(entry)
    return entry


def moment_of(on: dt.date, by: Actor) -> dt.datetime:
    """Return the moment a row of the day *on* is entered at: now, or noon of a day that has passed."""
    return now() if on == today() else dt.datetime.combine(on, dt.time(12), ZoneInfo(by.zone))


def enter_register(case: FamilyCase, *, by: Actor, on: dt.date | None = None) -> JournalEntry:
    """Enter the family into the journal of families in need of accompaniment (S004-1-e): once for each case.

    Raises:
        RuleBroken: the order of work does not open it now, it stands there already, or the day cannot be.
    """
    on = on or today()
    session = session_of(case)
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")
    gate.need(case, "register.enter", by=by)
    standing = row_of_case(case)
    if standing is not None:
        raise RuleBroken(f"Семья уже в журнале, № {standing.text_no} от {day_of(standing.at, by.zone):%d.%m.%Y}.")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="registered_at")
    if on < case.opened_at:
        raise RuleBroken(f"Дело заведено {case.opened_at:%d.%m.%Y}. Укажите день не раньше.", field="registered_at")
    entry = take_row(
        session, case.service_unit_id, JournalCode.FAMILIES, moment_of(on, by), by, case=case, family=case.family
    )
    case.journal_no = entry.text_no
    session.flush()
    happened(case, "register_entered", on=on)
    told = say("Дело № {number}: {family_journal}, № {row}.", number=case.number, row=entry.text_no)
    journal.record(session, by, "register.enter", case, told)
    return entry


def row_of_case(case: FamilyCase) -> JournalEntry | None:
    """Return the row of R03 the case stands in; an annulled one does not count."""
    return session_of(case).scalar(
        select(JournalEntry).where(
            JournalEntry.case_id == case.id,
            JournalEntry.journal == JournalCode.FAMILIES,
            JournalEntry.annulled_at.is_(None),
        )
    )


def annul(entry: JournalEntry, *, by: Actor, reason: str) -> None:
    """Strike a row out: it stays with its number and the reason (S003-3.3, A6).

    An application that stood in the row is not registered any more; a case is not in the journal of families.

    Raises:
        RuleBroken: no reason is given, the row is struck out, or its application has been decided on.
    """
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему строка аннулирована: причина останется в журнале.", field="annul_reason")
    if entry.annulled_at is not None:
        raise RuleBroken(f"Строка № {entry.text_no} уже аннулирована: {entry.annul_reason}")
    application, case = entry.application, entry.case
    if application is not None and application.status not in UNDECIDED:
        raise RuleBroken(f"Заявление № {entry.text_no} уже {application.status.label}. Строку не аннулировать.")
    entry.annulled_at, entry.annul_reason = now(), trimmed(reason)
    if application is not None:
        application.status, application.number, application.registered_on = ApplicationStatus.RECEIVED, None, None
        _unregister(application.case, "application_registered")
    if case is not None:
        case.journal_no = None
        _unregister(case, "register_entered")
    journal.record(
        session_of(entry), by, "register.annul", entry, f"{entry}: строка аннулирована. {entry.annul_reason}"
    )


def _unregister(case: FamilyCase | None, event: str) -> None:
    """Take back the day of registration where it came from *event*, which did not come to pass after all."""
    if case is None:
        return
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is not None and order.source["registered_at_event"] == event:
        case.registered_at = None

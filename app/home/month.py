"""What the month asks for: visits of these days, requests nobody answered, tasks, reports (S000-11a, S001-3.1-d).

A section stands on the page only when it has something to say. Each is one query.
"""

from __future__ import annotations

import datetime as dt

from flask import url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, today
from app.cases.models import ENDED, FamilyCase
from app.home.parts import SHOWN, Day, act, line, link, listed, screen_of, section, until
from app.progress.control import HANDED_IN
from app.progress.models import ProgressReport, ReportStatus
from app.referrals.models import InternalTask, Referral, ReferralStatus, TaskStatus
from app.register.access import may
from app.register.field import local
from app.visits.models import Visit
from app.visits.norm import first_day, last_day
from app.words import IN_MONTHS

DAYS_AHEAD = dt.timedelta(days=2)
"""How far ahead visits are told of."""


def add_own(day: Day, session: Session, by: Actor) -> None:
    """Add what the month asks of the acting person himself."""
    day.work += [part for part in (own_visits(session, by), own_tasks(session, by), own_reports(session, by))
                 if part["rows"]]  # fmt: skip


def add_unanswered(day: Day, session: Session, which: ColumnElement[bool]) -> None:
    """Add the requests about these cases that nobody has answered in time."""
    part = unanswered(session, which)
    if part["rows"]:
        day.work.append(part)


def add_reports_to_accept(day: Day, session: Session) -> None:
    """Add the reports that wait for the head, with the way to the control of the month."""
    part = reports_to_accept(session)
    if part["rows"]:
        day.work.append(part)


def own_visits(session: Session, by: Actor) -> dict[str, object]:
    """Return the visits the person planned for these days, and those he has not recorded."""
    found = session.scalars(
        select(Visit)
        .where(
            Visit.staff_id == by.staff_id,
            Visit.done_at.is_(None),
            Visit.annulled_at.is_(None),
            Visit.day <= today() + DAYS_AHEAD,
        )
        .options(joinedload(Visit.case).joinedload(FamilyCase.family))
        .order_by(Visit.day, Visit.planned_at)
        .limit(SHOWN + 1)
    ).all()
    rows = [
        line(
            f"Семья {visit.case.family}",
            visit.case.family.address,
            url=link("visits", visit.id),
            button=act("Записать визит", "visits", "add", "add", case_id=visit.case_id, planned_id=visit.id),
            when=f"{local(visit.planned_at):%H:%M}" if visit.planned_at else "",
            small="сегодня" if visit.day == today() else f"{visit.day:%d.%m}",
            tone="bad" if visit.day < today() else "",
        )
        for visit in found
    ]
    more = ("Все визиты", listed("visits", staff_id=f"any:{by.staff_id}")) if len(found) > SHOWN else None
    return section("Мои визиты", rows, more=more)


def own_tasks(session: Session, by: Actor) -> dict[str, object]:
    """Return the tasks given to the person or his department."""
    mine = [InternalTask.to_staff_id == by.staff_id]
    if by.department_id is not None:
        mine.append(InternalTask.to_department_id == by.department_id)
    found = session.scalars(
        select(InternalTask)
        .where(or_(*mine), InternalTask.status.in_((TaskStatus.NEW, TaskStatus.IN_WORK)))
        .options(joinedload(InternalTask.giver))
        .order_by(InternalTask.due, InternalTask.id)
        .limit(SHOWN)
    )
    rows = [
        line(
            str(task),
            f"{task.status.label}, {until(task.due)}. {task.giver}"
            if task.due
            else f"{task.status.label}. {task.giver}",
            url=link("tasks", task.id),
            button=act("Выполнено", "tasks", "action", "complete", action=True, name="complete", pk=task.id),
            tone="bad" if task.is_late else "",
        )
        for task in found
    ]
    return section("Поручено мне", rows)


def own_reports(session: Session, by: Actor) -> dict[str, object]:
    """Return the reports that came back, and the own cases without one for the month that has ended."""
    month = first_day(first_day(today()) - dt.timedelta(days=1))
    returned = session.scalars(
        select(ProgressReport)
        .where(ProgressReport.author_id == by.staff_id, ProgressReport.status == ReportStatus.RETURNED)
        .options(joinedload(ProgressReport.case).joinedload(FamilyCase.family))
        .order_by(ProgressReport.period)
        .limit(SHOWN)
    )
    rows = [
        line(
            f"Семья {report.case.family}",
            f"Отчёт за {report.month} вернули: «{report.return_reason}»",
            url=link("progress", report.id),
            button=act("Исправить", "progress", "show", "show", pk=report.id),
            tone="warn",
        )
        for report in returned
    ]
    handed = select(ProgressReport.id).where(
        ProgressReport.case_id == FamilyCase.id, ProgressReport.period == month, ProgressReport.status.in_(HANDED_IN)
    )
    lacking = session.scalars(
        select(FamilyCase)
        .where(
            FamilyCase.curator_id == by.staff_id,
            FamilyCase.status.not_in(ENDED),
            FamilyCase.started_at <= last_day(month),
            ~handed.exists(),
        )
        .options(joinedload(FamilyCase.family))
        .order_by(FamilyCase.id)
        .limit(SHOWN)
    )
    rows += [
        line(
            f"Семья {case.family}",
            f"Дело {case}: отчёта о {IN_MONTHS[month.month - 1]} нет",
            url=link("cases", case.id),
            button=act("Составить отчёт", "progress", "add", "add", case_id=case.id),
        )
        for case in lacking
    ]
    return section("Отчёты за месяц", rows, more=_control())


def reports_to_accept(session: Session) -> dict[str, object]:
    """Return the reports handed in and not yet accepted."""
    found = session.scalars(
        select(ProgressReport)
        .where(ProgressReport.status == ReportStatus.SUBMITTED)
        .options(
            joinedload(ProgressReport.case).joinedload(FamilyCase.family),
            joinedload(ProgressReport.author),
        )
        .order_by(ProgressReport.submitted_at)
        .limit(SHOWN + 1)
    ).all()
    rows = [
        line(
            f"Семья {report.case.family}",
            f"Отчёт за {report.month}, {report.author}",
            url=link("progress", report.id),
            button=act("Посмотреть", "progress", "show", "show", pk=report.id),
        )
        for report in found
    ]
    return section("Отчёты ждут приёмки", rows, more=_control())


def unanswered(session: Session, which: ColumnElement[bool]) -> dict[str, object]:
    """Return the requests whose term has passed without an answer."""
    found = session.scalars(
        select(Referral)
        .join(Referral.case)
        .where(
            which,
            Referral.status == ReferralStatus.SENT,
            Referral.annulled_at.is_(None),
            Referral.due < today(),
        )
        .options(joinedload(Referral.case).joinedload(FamilyCase.family), joinedload(Referral.partner))
        .order_by(Referral.due, Referral.id)
        .limit(SHOWN)
    )
    rows = [
        line(
            str(referral.partner),
            f"Запрос {referral}, семья {referral.case.family}, {until(referral.due)}",
            url=link("referrals", referral.id),
            button=act("Записать ответ", "referrals", "action", "answer", action=True, name="answer", pk=referral.id),
            tone="bad",
        )
        for referral in found
    ]
    return section("Ответы организаций не получены", rows)


def _control() -> tuple[str, str] | None:
    screen = screen_of("MonthControl")
    return ("Контроль месяца", url_for("MonthControl.show")) if may(screen, "show") else None

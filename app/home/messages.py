"""Messages on «Сегодня»: a danger goes to the head at once, each message to whoever is charged with it (S003-3.3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, today
from app.home.parts import SHOWN, Day, act, line, link, listed, section, until
from app.intake.models import Application, ApplicationStatus, Intake, IntakeResult, Urgency
from app.register.field import local

ALARM = "Угроза жизни и здоровью ребёнка"


def add_dangers(day: Day, session: Session) -> None:
    """Put the messages of a danger before anything else; usually there are none and nothing is said."""
    found = _in_work(session, Intake.urgency == Urgency.DANGER)
    if found and not any(part["title"] == ALARM for part in day.work):
        rows = [_line(one, f"Кому поручено: {one.responsible}. Сообщите в КДНиЗП, полицию и опеку") for one in found]
        day.work.insert(0, section(ALARM, rows, more=_all(found, urgency="any:danger")))


def add_own(day: Day, session: Session, by: Actor) -> None:
    """Add the messages the person is charged with, the most urgent first."""
    found = _in_work(session, Intake.responsible_id == by.staff_id)
    rows = [_line(one, until(one.due)) for one in found]
    if rows:
        day.work.append(section("Мои обращения", rows, more=_all(found, responsible_id=f"any:{by.staff_id}")))


def unregistered(session: Session) -> dict[str, Any]:
    """Return the applications that were taken in and wait for their number, the oldest first."""
    found = session.scalars(
        select(Application)
        .where(Application.status == ApplicationStatus.RECEIVED)
        .options(joinedload(Application.family), joinedload(Application.applicant))
        .order_by(Application.received_at, Application.id)
        .limit(SHOWN + 1)
    ).all()
    rows = [
        line(f"Семья {one.family}", str(one.applicant), url=link("applications", one.id),
             when=f"{one.received_at:%d.%m.%Y}",
             button=act("Открыть", "applications", "show", "show", pk=one.id))
        for one in found
    ]  # fmt: skip
    more = ("Все заявления", listed("applications", status="any:received")) if len(found) > SHOWN else None
    return section("Заявления ждут регистрации", rows, "Все заявления зарегистрированы.", more)


def _in_work(session: Session, which: ColumnElement[bool]) -> list[Intake]:
    return list(
        session.scalars(
            select(Intake)
            .where(Intake.result == IntakeResult.IN_WORK, which)
            .options(
                joinedload(Intake.responsible),
                joinedload(Intake.family),
                joinedload(Intake.applicant),
                joinedload(Intake.source_org),
            )
            .order_by(Intake.due, Intake.id)
            .limit(SHOWN + 1)
        )
    )


def _line(intake: Intake, text: str) -> dict[str, Any]:
    at = local(intake.received_at)
    late = intake.due < today() or intake.urgency is Urgency.DANGER
    about = f"семья {intake.family}" if intake.family is not None else intake.sender
    return line(
        f"Обращение {intake}: {about}", text, url=link("intakes", intake.id), when=f"{at:%d.%m.%Y}",
        small=f"{at:%H:%M}", tone="bad" if late else "",
        button=act("Открыть", "intakes", "show", "show", pk=intake.id),
    )  # fmt: skip


def _all(found: list[Intake], **narrowed: str) -> tuple[str, str] | None:
    """Return the way to the whole list, where there is more of it than shown."""
    if len(found) <= SHOWN:
        return None
    return "Все такие обращения", listed("intakes", result="any:in_work", **narrowed)

"""What may happen to a written application for accompaniment (S003-3.2, S003-3.3, S004-1-f, domain.md 3.8).

::

    receive ─► получено ── register ─► зарегистрировано ── take_up ─► на рассмотрении
                  │                        │    └──────────┬───────────────┤
                  │                        │         satisfy │ refuse      │
                  └──────── withdraw ──────┴──► отозвано     ▼             │
                              ▲                  удовлетворено, отказано ◄─┘
                              └── from «на рассмотрении» too

An application has a number once it stands in the journal R02. Where a message is the application itself, both stand in
one row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.help import HelpKind
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.days.calendar import day_of
from app.declining import decline
from app.intake.journals import moment_of, take_row
from app.intake.models import Application, ApplicationStatus, Ground, Intake, JournalCode, JournalEntry
from app.intake.offered import asks_for, counts, grounds_of
from app.intake.recognitions import recognised
from app.organisation.models import ServiceUnit
from app.papers.numbers import format_number, take_number
from app.people.lists import FamilyRole
from app.people.models import Family, Person
from app.people.rules import trimmed

PARENTS = (FamilyRole.MOTHER, FamilyRole.FATHER)
OPEN = (ApplicationStatus.RECEIVED, ApplicationStatus.REGISTERED, ApplicationStatus.IN_REVIEW)
"""States in which nobody has answered the application."""
STANDING = (*OPEN, ApplicationStatus.SATISFIED)
"""States in which a case needs no other application."""


# ---- who may apply -----------------------------------------------------------------------------------


def need_applicant(family: Family, person: Person) -> None:
    """Refuse unless *person* may apply for the accompaniment of *family*.

    He is of the family and of age, or a legal representative of its children (S003-2.3). Where the order of work begins
    with the written application of a parent, he is a parent or a legal representative of a child under 18 (S004-1-f).

    Raises:
        RuleBroken: he is not.
    """
    members = [each for each in family.members if each.is_current]
    seat = next((each for each in members if each.person_id == person.id), None)
    if seat is None:
        raise RuleBroken(f"{person}: не из этой семьи. Выберите того, кто в её составе.", field="applicant_id")
    if person.is_minor() and not seat.is_legal_representative:
        raise RuleBroken(f"{person} младше 18 лет. Заявление пишет взрослый.", field="applicant_id")
    if not any(each.role == FamilyRole.CHILD and each.person.is_minor() for each in members):
        raise RuleBroken("В семье нет ребёнка младше 18 лет. Проверьте состав семьи.", field="applicant_id")
    order = order_in_force(session_of(family), family.service_unit_id)
    parents_only = order is not None and Ground.APPLICATION in grounds_of(order)
    if parents_only and not (seat.role in PARENTS or seat.is_legal_representative):
        raise RuleBroken(
            f"{person} не родитель и не законный представитель. Выберите того, кто им приходится детям.",
            field="applicant_id",
        )


def addressed_to(unit: ServiceUnit) -> str:
    """Return to whom applications are addressed: «Директору КЦСОН «Альянс»»."""
    return f"{decline(unit.director_title, 'dat')} {unit.short_name}"


# ---- received and registered -------------------------------------------------------------------------


def receive_application(
    case: FamilyCase,
    *,
    by: Actor,
    applicant: Person,
    received_at: dt.date,
    requested_help: Sequence[HelpKind] = (),
    **more: Any,
) -> Application:
    """Take an application that is yet to be entered into the journal; *more* are further columns.

    Raises:
        RuleBroken: the case has ended or has an application, the person may not apply, or the day has not come.
    """
    session = session_of(case)
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")
    known = standing(case)
    if known is not None:
        raise RuleBroken(f"Заявление по этому делу уже есть: {known}, {known.status.label}.")
    need_applicant(case.family, applicant)
    if received_at > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату заявления.", field="received_at")
    application = _made(case.family, applicant, received_at, case=case, requested_help=list(requested_help), **more)
    session.add(application)
    session.flush()
    journal.record(session, by, "application.receive", application, f"Дело № {case.number}: принято заявление.")
    return application


def register_application(
    case: FamilyCase,
    *,
    by: Actor,
    applicant: Person,
    received_at: dt.date,
    requested_help: Sequence[HelpKind] = (),
    on: dt.date | None = None,
    **more: Any,
) -> Application:
    """Take an application and enter it into the journal at once.

    Raises:
        RuleBroken: see :func:`receive_application` and :func:`register`.
    """
    gate.need(case, "application.register", by=by)
    need_after_recognition(case, received_at)
    made = receive_application(
        case, by=by, applicant=applicant, received_at=received_at, requested_help=requested_help, **more
    )
    register(made, by=by, on=on)
    return made


def register(application: Application, *, by: Actor, on: dt.date | None = None) -> None:
    """Enter a received application into the journal R02 on the day *on*: it gets its number (S003-3.3).

    Raises:
        RuleBroken: it is registered, it belongs to no case or one that has ended, the order of work does not open it
            now, the family is not recognised or was only later (S003-3.2), or the day cannot be.
    """
    on = on or today()
    case = application.case
    if application.status is not ApplicationStatus.RECEIVED:
        raise RuleBroken(f"Регистрируют полученное заявление, а это {application.status.label}.")
    if case is None or not case.status.is_open:
        raise RuleBroken("У заявления нет открытого дела. Сначала заведите дело.")
    gate.need(case, "application.register", by=by)
    need_after_recognition(case, application.received_at)
    if not application.received_at <= on <= today():
        raise RuleBroken("Регистрируют не раньше даты заявления и не позже сегодняшнего дня.", field="registered_on")
    _enter(application, _row_to_share(case), on, by)
    journal.record(
        session_of(application), by, "application.register", application,
        f"Дело № {case.number}: заявление зарегистрировано, № {application.number}.",
    )  # fmt: skip
    happened(case, "application_registered", on=application.registered_on or on)


def register_with(intake: Intake, applicant: Person, *, by: Actor) -> Application:
    """Make the application that the message *intake* is: they share the number and the row (domain.md 3.3).

    Raises:
        RuleBroken: the person may not apply for the family, or the family is not recognised where it must be first.
    """
    session, family, case = session_of(intake), intake.family, intake.case
    assert family is not None and intake.application_date is not None  # whoever calls has found both
    need_applicant(family, applicant)
    if case is not None:
        need_after_recognition(case, intake.application_date)
    application = _made(family, applicant, intake.application_date, case=case, intake=intake, text=intake.text)
    session.add(application)
    session.flush()
    _enter(application, _live_row(intake), day_of(intake.received_at, by.zone), by)
    told = f"Заявление зарегистрировано вместе с обращением, № {application.number}."
    journal.record(session, by, "application.register", application, told)
    if case is not None:
        happened(case, "application_registered", on=application.registered_on or intake.application_date)
    return application


def registers(case: FamilyCase, by: Actor) -> bool:
    """Whether registering applications falls to *by*, whatever the case lacks now; others take them in only."""
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None or ((by.sees_all or by.sees_unit) and not by.roles):
        return True
    deeds = (*order.anytime, *(deed for stage in order.stages for deed in stage.actions))
    roles = {role for deed in deeds if deed.code == "application.register" for role in deed.roles}
    return any(gate.plays(order, case, role, by) for role in roles)


def change_application(application: Application, *, by: Actor, **changes: Any) -> None:
    """Change what is asked for in an application nobody has answered.

    Raises:
        RuleBroken: it is answered or withdrawn.
    """
    if application.status not in OPEN:
        raise RuleBroken(f"Заявление уже {application.status.label}, изменить его нельзя.")
    for name, value in changes.items():
        setattr(application, name, value)


def need_after_recognition(case: FamilyCase, received_at: dt.date) -> None:
    """Refuse an application from before the recognition, where the order of work asks for that order (S003-3.2).

    Raises:
        RuleBroken: the family is not recognised, or was only after *received_at*.
    """
    order = order_in_force(session_of(case), case.service_unit_id)
    if not asks_for(order, "application_after_recognition"):
        return
    known = recognised(case)
    if known is None:
        raise RuleBroken("Семья не признана нуждающейся. Сначала внесите решение о признании.")
    if received_at < known.decided_on:
        raise RuleBroken(
            f"Заявление подают после признания нуждающейся, решение принято {known.decided_on:%d.%m.%Y}. "
            "Проверьте дату.",
            field="received_at",
        )


def standing(case: FamilyCase) -> Application | None:
    """Return the application the case rests on: not refused, not withdrawn (S000-6a asks whether it is registered)."""
    return session_of(case).scalar(
        select(Application)
        .where(Application.case_id == case.id, Application.status.in_(STANDING))
        .order_by(Application.id)
    )


def _made(family: Family, applicant: Person, received_at: dt.date, **more: Any) -> Application:
    unit = session_of(family).get_one(ServiceUnit, family.service_unit_id)
    return Application(
        family=family,
        applicant=applicant,
        received_at=received_at,
        addressed_to=addressed_to(unit),
        status=ApplicationStatus.RECEIVED,
        service_unit_id=family.service_unit_id,
        **more,
    )


def _enter(application: Application, shared: JournalEntry | None, on: dt.date, by: Actor) -> None:
    """Give the application its number: that of the row it shares, of a row of its own, or of no journal."""
    session, unit_id = session_of(application), application.service_unit_id
    row = shared
    if row is None and counts(order_in_force(session, unit_id), "application"):
        row = take_row(
            session, unit_id, JournalCode.INTAKES, moment_of(on, by), by,
            application=application, family=application.family,
        )  # fmt: skip
    if row is not None:
        row.application, row.family = application, application.family
        application.number, application.registered_on = row.text_no, day_of(row.at, by.zone)
        application.intake = application.intake or row.intake
    else:
        application.number = format_number(take_number(session, unit_id, "application", on.year), on.year)
        application.registered_on = on
    application.status = ApplicationStatus.REGISTERED
    session.flush()


def _row_to_share(case: FamilyCase) -> JournalEntry | None:
    """Return the row of the message that is this very application and waits for it, if the case came by one."""
    wanted = select(Intake).where(Intake.case_id == case.id, Intake.ground == Ground.APPLICATION).order_by(Intake.id)
    rows = (_live_row(intake) for intake in session_of(case).scalars(wanted))
    return next((row for row in rows if row is not None and row.application_id is None), None)


def _live_row(intake: Intake) -> JournalEntry | None:
    """Return the row of R02 the message stands in, None where it stands in none or its row is annulled."""
    return next((row for row in intake.entries if row.annulled_at is None), None)


# ---- answered ----------------------------------------------------------------------------------------


def take_up(application: Application, *, by: Actor) -> None:
    """Begin to consider a registered application.

    Raises:
        RuleBroken: it is not registered, or somebody considers it already.
    """
    if application.status is not ApplicationStatus.REGISTERED:
        raise RuleBroken(f"Рассматривают зарегистрированное заявление, а это {application.status.label}.")
    application.status = ApplicationStatus.IN_REVIEW
    told = f"Заявление № {application.number} рассматривается."
    journal.record(session_of(application), by, "application.take_up", application, told)


def satisfy(application: Application, *, by: Actor, on: dt.date | None = None) -> None:
    """Answer an application with yes.

    Raises:
        RuleBroken: *by* does not answer for the service, it is not registered or answered, or the day cannot be.
    """
    _answer(application, ApplicationStatus.SATISFIED, None, on, by, "application.satisfy")


def refuse(application: Application, *, by: Actor, reason: str, on: dt.date | None = None) -> None:
    """Answer an application with no.

    Raises:
        RuleBroken: *by* does not answer for the service, it is not registered or answered, no reason is given, or the
            day cannot be.
    """
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему отказано: причину сообщают заявителю.", field="decision_reason")
    _answer(application, ApplicationStatus.REFUSED, trimmed(reason), on, by, "application.refuse")


def withdraw(application: Application, *, by: Actor, reason: str | None = None, on: dt.date | None = None) -> None:
    """Record that the applicant took the application back before it was answered.

    Raises:
        RuleBroken: it is answered or withdrawn, or the day cannot be.
    """
    if application.status not in OPEN:
        raise RuleBroken(f"Отозвать можно, пока нет решения, а заявление {application.status.label}.")
    _decide(application, ApplicationStatus.WITHDRAWN, trimmed(reason), on, by, "application.withdraw")


def _answer(
    application: Application, status: ApplicationStatus, reason: str | None, on: dt.date | None, by: Actor, verb: str
) -> None:
    by_system = (by.sees_all or by.sees_unit) and not by.roles
    if not (by_system or by.is_any("head_of_service", "director")):
        raise RuleBroken("По заявлению решает руководитель службы. Попросите его.")
    if application.status not in (ApplicationStatus.REGISTERED, ApplicationStatus.IN_REVIEW):
        raise RuleBroken(f"Решают по зарегистрированному заявлению, а это {application.status.label}.")
    _decide(application, status, reason, on, by, verb)


def _decide(
    application: Application, status: ApplicationStatus, reason: str | None, on: dt.date | None, by: Actor, verb: str
) -> None:
    on = on or today()
    if not application.received_at <= on <= today():
        raise RuleBroken("Решают не раньше даты заявления и не позже сегодняшнего дня.", field="decided_on")
    application.status, application.decided_on, application.decision_reason = status, on, reason
    told = f"{application}: {status.label}." if application.number is None else (
        f"Заявление № {application.number}: {status.label}."
    )  # fmt: skip
    journal.record(session_of(application), by, verb, application, told)

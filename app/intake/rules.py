"""What may happen to a message, from its registration to its result (domain.md 3.3, S003-2.3, S004-Г-1 … S004-Г-3).

::

    register_intake ─► в работе ── open_case_from ─► подтвердилось – постановка на учёт (with a case)
                        │    ▲
                  close │    │ reopen
                        ▼    │
              не подтвердилось, передано, разовая консультация, дубль

The ground decides what is asked for: a written application names who applied and when, a message of a body of the
prevention system its letter; a message of a citizen or of the helpline may be anonymous.

What happens to applications, recognitions and rows of journals stands in :mod:`app.intake.applications`,
:mod:`app.intake.recognitions` and :mod:`app.intake.journals`; the slices above take those rules from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from app import journal
from app.acting import SYSTEM, Actor, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import CaseSource, FamilyCase
from app.cases.rules import open_case, open_case_of
from app.cases.stages import order_in_force
from app.days.calendar import day_of
from app.days.deadlines import Unit, due
from app.days.rules import calendar_of
from app.intake.applications import (
    need_applicant,
    receive_application,
    register_application,
    register_with,
    standing,
)
from app.intake.journals import annul, enter_register, row_of_case, take_row
from app.intake.models import Channel, Ground, Intake, IntakeResult, JournalCode, Urgency
from app.intake.offered import channels_of, counts, grounds_of, sources_of
from app.intake.recognitions import complete_recognition, recognised, record_recognition
from app.organisation.models import StaffMember
from app.papers.numbers import format_number, take_number
from app.people.models import Family, Person
from app.people.rules import normal_phone, trimmed
from app.profiles.order import OrderOfWork
from app.words import fold

__all__ = [
    "annul",
    "change_intake",
    "close_intake",
    "complete_recognition",
    "enter_register",
    "link_intake",
    "open_case_from",
    "receive_application",
    "recognised",
    "record_recognition",
    "register_application",
    "register_intake",
    "reopen_intake",
    "row_of_case",
    "standing",
]

TERMS = {Urgency.USUAL: 3, Urgency.URGENT: 1, Urgency.DANGER: 0}
"""Working days within which the family is met, by urgency; the sources name none (domain.md 3.9, «first_contact»)."""

Opening = Callable[..., FamilyCase]
"""Opens the case of a family by name: ``app.cases.rules.open_case``, or what asks for more before it."""


# ---- registered --------------------------------------------------------------------------------------


def register_intake(
    session: Session,
    *,
    by: Actor,
    received_at: dt.datetime,
    source: CaseSource,
    channel: Channel,
    text: str,
    responsible: StaffMember,
    ground: Ground | None = None,
    urgency: Urgency = Urgency.USUAL,
    family: Family | None = None,
    applicant: Person | None = None,
    **more: Any,
) -> Intake:
    """Register a message under the next number: of the journal R02, or of a row of numbers of its own where only
    applications stand in the journal. *more* are further columns of :class:`Intake`; without ``due`` the term follows
    the urgency.

    A message that is a written application becomes one as soon as the applicant is known by his card.

    Raises:
        RuleBroken: it does not fall to *by*, the order of work does not know the source, ground or channel, something
            the ground asks for is missing or does not belong to it, a day cannot be, or the person may not apply.
    """
    order = order_in_force(session, by.unit)
    _need_role(order, by)
    family = family or _family_of(applicant)
    intake = Intake(
        received_at=received_at,
        source=source,
        channel=channel,
        text=text,
        ground=ground,
        urgency=urgency,
        responsible=responsible,
        applicant=applicant,
        family=family,
        case=open_case_of(family) if family is not None else None,
        result=IntakeResult.IN_WORK,
        service_unit_id=by.unit,
        **more,
    )
    _check_offered(intake, order)
    _check(intake, by)
    intake.due = intake.due or _term(session, intake, by)
    if counts(order, "intake"):
        row = take_row(session, by.unit, JournalCode.INTAKES, received_at, by, intake=intake, family=family)
        intake.number = row.text_no
    else:
        year = day_of(received_at, by.zone).year
        intake.number = format_number(take_number(session, by.unit, "intake", year), year)
    session.add(intake)
    session.flush()
    told = f"Обращение № {intake.number} зарегистрировано: {intake.source.label}."
    journal.record(session, by, "intake.register", intake, told)
    _fed(intake, by)
    _become_application(intake, by)
    return intake


def change_intake(intake: Intake, *, by: Actor, **changes: Any) -> None:
    """Change what is known of a message in work; number, moment, ground, source and channel stay as registered.

    Raises:
        RuleBroken: the message is closed, or what it would say does not fit its ground or a day cannot be.
    """
    _need_open(intake)
    with session_of(intake).no_autoflush:
        for name, value in changes.items():
            setattr(intake, name, value)
        _check(intake, by)


def _need_role(order: OrderOfWork | None, by: Actor) -> None:
    """Refuse unless registering messages falls to *by*; before there is a case nothing else can be asked."""
    if order is None or ((by.sees_all or by.sees_unit) and not by.roles):
        return
    deeds = [*order.anytime, *(deed for stage in order.stages for deed in stage.actions)]
    codes = {code for deed in deeds if deed.code == "intake.register" for code in deed.roles}
    roles = [role for role in order.roles if role.code in codes]
    if not any(by.is_any(gate.ACCESS.get(role.access, role.access)) for role in roles):
        who = ", ".join(role.label for role in roles)
        raise RuleBroken(f"Обращения регистрирует {who}. Попросите об этом.")


def _family_of(applicant: Person | None) -> Family | None:
    """Return the family of the applicant, if he belongs to just one."""
    seats = [each.family for each in applicant.memberships if each.is_current] if applicant is not None else []
    return seats[0] if len(seats) == 1 else None


def _check_offered(intake: Intake, order: OrderOfWork | None) -> None:
    """Check what is chosen once and for all against the lists of the order of work (S004-И-1 … S004-Г-3)."""
    grounds = grounds_of(order)
    if intake.source not in sources_of(order):
        raise RuleBroken("Такого источника в вашем порядке работы нет. Выберите другой.", field="source")
    if intake.channel not in channels_of(order):
        raise RuleBroken("Так сообщения к вам не поступают. Выберите другой способ.", field="channel")
    if intake.ground is not None and intake.ground not in grounds:
        raise RuleBroken("Такого основания в вашем порядке работы нет. Выберите другое.", field="ground")
    if intake.ground is None and grounds and order is not None:
        raise RuleBroken("Выберите основание: от него зависит, что нужно записать.", field="ground")


def _check(intake: Intake, by: Actor) -> None:
    """Tidy the fields and check what the ground asks for and what cannot be."""
    for name in ("source_letter_no", "sender_name", "sender_address"):
        setattr(intake, name, trimmed(getattr(intake, name)))
    intake.sender_phone = normal_phone(intake.sender_phone)
    if not trimmed(intake.text):
        raise RuleBroken("Напишите, что сообщили.", field="text")
    if intake.received_at > now():
        raise RuleBroken("Это время ещё не наступило. Проверьте, когда поступило.", field="received_at")
    received = day_of(intake.received_at, by.zone)
    _check_application(intake, received)
    _check_letter(intake, received)
    if not intake.responsible.works_on(today()):
        raise RuleBroken(f"{intake.responsible} сейчас не работает. Выберите другого.", field="responsible_id")
    if intake.due is not None and intake.due < received:
        raise RuleBroken(f"Обращение поступило {received:%d.%m.%Y}. Укажите срок не раньше.", field="due")


def _check_application(intake: Intake, received: dt.date) -> None:
    """A message that is a written application names who applied and when; no other does (S004-Г-1)."""
    if intake.ground is not Ground.APPLICATION:
        for name in ("applicant", "application_date"):
            if getattr(intake, name) is not None:
                field = "applicant_id" if name == "applicant" else name
                raise RuleBroken(
                    f"Это указывают при основании «{Ground.APPLICATION.label}». Выберите его или уберите.", field=field
                )
        return
    if intake.applicant is None and intake.sender_name is None:
        raise RuleBroken(
            "Выберите, кто подал заявление, или впишите его фамилию, имя и отчество.", field="applicant_id"
        )
    if intake.application_date is None:
        raise RuleBroken("Укажите дату заявления.", field="application_date")
    if intake.application_date > received:
        raise RuleBroken("Заявление не может быть написано позже, чем поступило.", field="application_date")
    if intake.applicant is not None and intake.family is not None:
        need_applicant(intake.family, intake.applicant)


def _check_letter(intake: Intake, received: dt.date) -> None:
    """A message of a body of the prevention system comes as a letter (S004-Г-3); others may come as one."""
    if intake.ground is Ground.PREVENTION:
        if intake.source_org is None:
            raise RuleBroken("Выберите организацию, которая сообщила.", field="source_org_id")
        if intake.source_letter_no is None:
            raise RuleBroken("Укажите исходящий номер письма.", field="source_letter_no")
        if intake.source_letter_date is None:
            raise RuleBroken("Укажите дату письма.", field="source_letter_date")
    if intake.source_letter_date is not None:
        if intake.source_letter_no is None:
            raise RuleBroken("Укажите исходящий номер письма или уберите его дату.", field="source_letter_no")
        if intake.source_letter_date > received:
            raise RuleBroken("Письмо не может быть написано позже, чем поступило.", field="source_letter_date")


def _term(session: Session, intake: Intake, by: Actor) -> dt.date:
    received = day_of(intake.received_at, by.zone)
    amount = TERMS[intake.urgency]
    return due(received, amount, Unit.WORKING, calendar_of(session)).date if amount else received


# ---- a family and a case -----------------------------------------------------------------------------


def link_intake(intake: Intake, family: Family, *, by: Actor) -> None:
    """Say which family the message is about; where its case is open, the message feeds it.

    Raises:
        RuleBroken: the message is closed or has a case.
    """
    _need_open(intake)
    if intake.case is not None:
        raise RuleBroken(f"Обращение уже приобщено к делу № {intake.case.number}.", field="family_id")
    _belong(intake, family, open_case_of(family))
    journal.record(
        session_of(intake), by, "intake.link", intake, f"Обращение № {intake.number}: это о семье «{family}»."
    )
    _fed(intake, by)
    _become_application(intake, by)


def open_case_from(
    intake: Intake, family: Family, *, by: Actor, opening: Opening = open_case, **more: Any
) -> FamilyCase:
    """Open the case of *family* the message gives reason for; the message is closed by it.

    *opening* opens the case and gets *more*; what must hold before it is asked by :mod:`app.process`, when the case and
    its message know of each other.

    Raises:
        RuleBroken: the message is closed, has a case or is about another family, or the case cannot be opened.
    """
    _need_open(intake)
    if intake.case is not None:
        raise RuleBroken(f"По этому обращению уже идёт дело № {intake.case.number}. Продолжите его.")
    if intake.family is not None and intake.family_id != family.id:
        raise RuleBroken(f"Обращение о семье «{intake.family}». Заведите дело на неё.", field="family_id")
    case = opening(family, by=by, source=intake.source, **more)
    _belong(intake, family, case)
    _fed(intake, by)
    _become_application(intake, by)
    intake.result, intake.closed_at = IntakeResult.ACCEPTED, today()
    told = f"Обращение № {intake.number}: заведено дело № {case.number}."
    journal.record(session_of(intake), by, "intake.open_case", intake, told)
    return case


def _belong(intake: Intake, family: Family, case: FamilyCase | None) -> None:
    """Let the message, its row and its application be those of *family* and *case*."""
    intake.family, intake.case = family, case
    for row in intake.entries:
        row.family = family
    for application in intake.applications:
        application.case = application.case or case
    session_of(intake).flush()


def _fed(intake: Intake, by: Actor) -> None:
    if intake.case is not None:
        happened(intake.case, "intake_registered", on=day_of(intake.received_at, by.zone))


def _become_application(intake: Intake, by: Actor) -> None:
    """Make the application a message is, once family and applicant are known and the case has none (S004-Г-1).

    An applicant known by name only is looked for in the family. Where the order of work does not open it now, the
    application is registered later and shares the row then.
    """
    family, case = intake.family, intake.case
    if intake.ground is not Ground.APPLICATION or family is None or intake.applications:
        return
    # Whoever registers the message registers the application it is, so the order of things alone is asked for.
    if case is not None and (standing(case) is not None or gate.refusal(case, "application.register", by=SYSTEM)):
        return
    applicant = intake.applicant or _member_called(family, intake.sender_name)
    if applicant is not None:
        intake.applicant = applicant
        register_with(intake, applicant, by=by)


def _member_called(family: Family, name: str | None) -> Person | None:
    known = [each.person for each in family.members if each.is_current and not each.person.is_minor()]
    return next((person for person in known if fold(str(person)) == fold(name)), None)


# ---- the result --------------------------------------------------------------------------------------


def close_intake(
    intake: Intake,
    *,
    by: Actor,
    result: IntakeResult,
    measures_taken: str | None = None,
    on: dt.date | None = None,
) -> None:
    """Close a message with its *result*.

    Raises:
        RuleBroken: it is closed, the result needs a case or a word about what was done, or the day cannot be.
    """
    on = on or today()
    _need_open(intake)
    if result is IntakeResult.IN_WORK:
        raise RuleBroken("Выберите, чем закончилась работа с обращением.", field="result")
    if result is IntakeResult.ACCEPTED and intake.case is None:
        raise RuleBroken("Дело по обращению не заведено. Нажмите «Завести дело» на его карточке.", field="result")
    done = trimmed(measures_taken) or trimmed(intake.measures_taken)
    if result is IntakeResult.PASSED_ON and not done:
        raise RuleBroken("Напишите, куда и когда передано.", field="measures_taken")
    if intake.urgency is Urgency.DANGER and not done:
        raise RuleBroken("Напишите, что сделано и кому сообщили об угрозе ребёнку.", field="measures_taken")
    received = day_of(intake.received_at, by.zone)
    if not received <= on <= today():
        raise RuleBroken("Закрывают не раньше, чем поступило, и не позже сегодняшнего дня.", field="closed_at")
    intake.result, intake.closed_at = result, on
    intake.measures_taken = measures_taken or intake.measures_taken
    told = f"Обращение № {intake.number} закрыто: {result.label}."
    journal.record(session_of(intake), by, "intake.close", intake, told)


def reopen_intake(intake: Intake, *, by: Actor) -> None:
    """Take a message closed by mistake back to work.

    Raises:
        RuleBroken: it is in work, or a case was opened by it.
    """
    if intake.is_open:
        raise RuleBroken("Обращение и так в работе.")
    if intake.result is IntakeResult.ACCEPTED and intake.case is not None:
        raise RuleBroken(f"По обращению заведено дело № {intake.case.number}. Работайте с ним.")
    intake.result, intake.closed_at = IntakeResult.IN_WORK, None
    journal.record(session_of(intake), by, "intake.reopen", intake, f"Обращение № {intake.number} снова в работе.")


def _need_open(intake: Intake) -> None:
    if not intake.is_open:
        raise RuleBroken(f"Обращение уже закрыто: {intake.result.label}. Верните его в работу, если это ошибка.")

"""What may happen to a record of a service given (domain.md 3.5).

::

    record_service ─► in the journal of services ── void_service ─► annulled, kept and shown struck through
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from app import journal
from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.cases.gate import need_on
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.models import Person
from app.people.rules import trimmed
from app.programmes.models import MeasureLineage
from app.services.models import Place, Service, ServiceRecord
from app.terms import say


def record_service(
    case: FamilyCase,
    *,
    by: Actor,
    service: Service,
    recipient: Person,
    performer: StaffMember,
    on: dt.date | None = None,
    quantity: Decimal | int = 1,
    minutes: int | None = None,
    place: Place = Place.CENTRE,
    measure_lineage: MeasureLineage | None = None,
    **more: Any,
) -> ServiceRecord:
    """Enter a service given to *recipient* on *on* (today if not given).

    Raises:
        RuleBroken: the order of work does not open it now nor did that day, a service of the medical worker is entered
            by somebody else (S001-3.6-a), the case was not open that day, the day has not come, the amount is not above
            zero, the performer does not work here or the recipient has left the family then, the service is no longer
            given, or the measure belongs to another case.
    """
    session = session_of(case)
    on = on or today()
    need_on(case, "service.record", by=by, on=on)
    if service.needs_medical_permission and not _is_medical(by):
        raise RuleBroken(f"Услугу «{service}» записывает медицинский работник. Попросите его.", field="service_id")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Внесите услугу, когда она будет оказана.", field="date")
    if on < case.opened_at or (case.ended_at is not None and on > case.ended_at):
        raise RuleBroken(f"{on:%d.%m.%Y} дело № {case.number} не велось. Проверьте дату.", field="date")
    if quantity <= 0:
        raise RuleBroken("Количество должно быть больше нуля.", field="quantity")
    if minutes is not None and minutes <= 0:
        raise RuleBroken("Минут должно быть больше нуля. Оставьте пустым, если время не считали.", field="minutes")
    if not service.is_active:
        raise RuleBroken(f"Услугу «{service}» мы больше не оказываем. Выберите другую.", field="service_id")
    if not performer.works_on(on):
        raise RuleBroken(f"{performer} не работает в этот день. Выберите другого сотрудника.", field="performer_id")
    if not _is_of_family(case, recipient, on):
        raise RuleBroken(f"{recipient} не в составе этой семьи. Выберите члена семьи.", field="recipient_id")
    if measure_lineage is not None and measure_lineage.case_id != case.id:
        raise RuleBroken(
            say("Это мероприятие из {programme_short:gen} другой семьи. Выберите другое."), field="measure_lineage_id"
        )
    given = ServiceRecord(
        case=case,
        service=service,
        recipient=recipient,
        performer=performer,
        date=on,
        quantity=Decimal(quantity),
        minutes=minutes,
        place=place,
        measure_lineage=measure_lineage,
        service_unit_id=case.service_unit_id,
        **more,
    )
    session.add(given)
    journal.record(session, by, "service.record", given, f"Дело № {case.number}: {service}, {on:%d.%m.%Y}.")
    return given


def _is_medical(by: Actor) -> bool:
    """Whether *by* is a medical worker, or the system at work."""
    return by.is_any("nurse") or not by.roles


def _is_of_family(case: FamilyCase, person: Person, day: dt.date) -> bool:
    """Whether *person* had not left the family by *day*.

    When the person came is not asked: families are often entered weeks after the work with them began.
    """
    seats = (seat for seat in case.family.members if seat.person_id == person.id)
    return any(seat.date_to is None or day <= seat.date_to for seat in seats)


def void_service(given: ServiceRecord, *, by: Actor, reason: str) -> None:
    """Annul a service entered by mistake; it stays in the journal and counts nowhere.

    Raises:
        RuleBroken: it is annulled already, or no reason is given.
    """
    if given.annulled_at is not None:
        raise RuleBroken("Эта услуга уже аннулирована.")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему услуга аннулируется.", field="annul_reason")
    given.annulled_at = now()
    given.annul_reason = trimmed(reason)
    sentence = f"Дело № {given.case.number}: аннулирована услуга «{given.service}» за {given.date:%d.%m.%Y}."
    journal.record(session_of(given), by, "service.void", given, sentence)

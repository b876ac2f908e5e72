"""What may happen to a visit (S001-2.2-d1, S001-3.1-a, S004-1-a; domain.md 3.5).

::

    plan_visit, plan_month ─► planned ── record_visit(planned=…) ─► done
                              ▲ │   └─── call_off ─► called off      └── call_off ─► annulled, counted nowhere
                     move_visit └┘
    record_visit ───────────────────────────────────────────────────► done

Who leads the case, is in its team or carries out a measure for the family records a visit; where an order of work is
in force it says which roles. A visit with a next day plans that one too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from app import journal
from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import CaseStatus, FamilyCase
from app.days.calendar import DAY, days
from app.days.rules import calendar_of
from app.organisation.models import StaffMember
from app.people.models import Person
from app.people.rules import trimmed
from app.programmes.models import MeasureLineage
from app.programmes.rights import need_part
from app.register.field import local, zone
from app.terms import say
from app.visits import norm
from app.visits.models import Attitude, Visit, VisitForm, VisitKind

MORNING = dt.time(10)
"""The hour of a visit that is planned for a day only."""


# ---- planning ----------------------------------------------------------------------------------------


def plan_visit(
    case: FamilyCase,
    *,
    by: Actor,
    planned_at: dt.datetime,
    staff: StaffMember | None = None,
    kind: VisitKind = VisitKind.PLANNED,
    form: VisitForm = VisitForm.HOME,
    purpose: str | None = None,
) -> Visit:
    """Plan a visit to the family.

    Raises:
        RuleBroken: *by* has no part in the work with the family, the case has ended, the moment has passed, or whoever
            is to go does not work here then.
    """
    _need_open(case, by)
    day = local(planned_at).date()
    if day < today():
        raise RuleBroken("Этот день уже прошёл. Назначьте визит на сегодня или позже.", field="planned_at")
    staff = staff or _own(case, by)
    _need_working(staff, day)
    visit = Visit(
        case=case,
        staff=staff,
        kind=kind,
        form=form,
        planned_at=planned_at,
        day=day,
        purpose=trimmed(purpose),
        service_unit_id=case.service_unit_id,
    )
    session = session_of(case)
    session.add(visit)
    journal.record(session, by, "visit.plan", visit, f"Дело № {case.number}: визит назначен на {day:%d.%m.%Y}.")
    return visit


def move_visit(visit: Visit, *, by: Actor, planned_at: dt.datetime) -> None:
    """Plan the visit for another moment.

    Raises:
        RuleBroken: it is done or called off, *by* has no part in the work with the family, or the day has passed.
    """
    _need_open(visit.case, by)
    if not visit.is_awaited:
        raise RuleBroken("Этот визит уже записан или отменён, перенести его нельзя.")
    day = local(planned_at).date()
    if day < today():
        raise RuleBroken("Этот день уже прошёл. Назначьте визит на сегодня или позже.", field="planned_at")
    _need_working(visit.staff, day)
    visit.planned_at, visit.day = planned_at, day
    told = f"Дело № {visit.case.number}: визит перенесён на {day:%d.%m.%Y}."
    journal.record(session_of(visit), by, "visit.move", visit, told)


def plan_month(case: FamilyCase, *, by: Actor, month: dt.date | None = None) -> list[Visit]:
    """Plan what the norm still asks for in the month of *month* (this one), evenly over the working days left.

    Raises:
        RuleBroken: no norm is set, the accompaniment has not begun, or as many visits as it asks for are done and
            planned.
    """
    _need_open(case, by)
    session, first = session_of(case), max(today(), norm.first_day(month or today()))
    asked = norm.norm_of(case)
    if asked is None:
        raise RuleBroken("Норма визитов не задана: центр не выбрал порядок работы. Назначьте визит сами.")
    if case.started_at is None:
        raise RuleBroken("Сопровождение ещё не началось, нормы визитов пока нет. Назначьте визит сами.")
    last = norm.last_day(first)
    awaited = [visit for visit in awaited_visits(case) if first <= visit.day <= last and visit.form.is_in_person]
    done = norm.visits_of_month(session, [case], first)[case.id].done
    lacking = norm.asked_for(case, asked, first) - done - len(awaited)
    if lacking <= 0:
        raise RuleBroken("Визитов по норме уже достаточно: назначать больше нечего.")
    worked, taken = calendar_of(session), {visit.day for visit in awaited}
    free = [day for day in days(first, last + DAY) if worked.works(day) and day not in taken]
    chosen = free[:: max(1, len(free) // lacking)][:lacking]
    return [plan_visit(case, by=by, planned_at=_at(day), staff=_own(case, by)) for day in chosen]


def awaited_visits(case: FamilyCase) -> Sequence[Visit]:
    """Return the visits of the case that are planned and neither done nor called off, the earliest first."""
    found = select(Visit).where(Visit.case_id == case.id, Visit.done_at.is_(None), Visit.annulled_at.is_(None))
    return session_of(case).scalars(found.order_by(Visit.day, Visit.id)).all()


# ---- recording ---------------------------------------------------------------------------------------


def record_visit(
    case: FamilyCase,
    *,
    by: Actor,
    done_at: dt.datetime | None = None,
    on: dt.date | None = None,
    planned: Visit | None = None,
    staff: StaffMember | None = None,
    kind: VisitKind = VisitKind.PLANNED,
    form: VisitForm = VisitForm.HOME,
    family_attitude: Attitude | None = None,
    present: Iterable[Person] = (),
    next_at: dt.date | None = None,
    minutes: int | None = None,
    lineage: MeasureLineage | None = None,
    **told: Any,
) -> Visit:
    """Record a visit that took place at *done_at* (or some time on the day *on*; now), the *planned* one if it was.

    *told* are the other columns: purpose, deeds, findings, family_state, agreements. With *next_at* the next visit is
    planned for that day unless one already is.

    Raises:
        RuleBroken: *by* has no part in the work with the family, the day cannot be, a first contact says nothing of
            the family's attitude, a visit after the end comes before it, the planned one is done or of another case,
            or somebody or something is not of this family.
    """
    gate.need(case, "visit.record", by=by)
    need_part(case, by)
    done_at = done_at or (_at(on) if on is not None else now())
    day = local(done_at).date()
    staff = staff or _own(case, by)
    _check_day(case, done_at, day)
    _need_working(staff, day)
    if kind is VisitKind.FIRST_CONTACT and family_attitude is None:
        raise RuleBroken("Отметьте, как семья относится к сопровождению.", field="family_attitude")
    if kind is VisitKind.POST_SUPPORT and case.status is not CaseStatus.POST_SUPPORT:
        raise RuleBroken("Постсопровождение ещё не началось. Выберите другой вид визита.", field="kind")
    if minutes is not None and minutes <= 0:
        raise RuleBroken("Минут должно быть больше нуля. Оставьте пустым, если время не считали.", field="minutes")
    if next_at is not None and next_at <= day:
        raise RuleBroken("Следующий визит бывает позже этого. Проверьте дату.", field="next_at")
    if lineage is not None and lineage.case_id != case.id:
        raise RuleBroken(
            say("Это мероприятие из {programme_short:gen} другой семьи. Выберите другое."), field="lineage_id"
        )
    met = list(present)
    strangers = [person for person in met if person.id not in {seat.person_id for seat in case.family.members}]
    if strangers:
        raise RuleBroken(f"{strangers[0]} не в составе этой семьи. Отметьте её членов.", field="present_ids")
    visit = _planned(case, planned) if planned is not None else Visit(case=case, service_unit_id=case.service_unit_id)
    facts = {"staff": staff, "kind": kind, "form": form, "done_at": done_at, "day": day, "minutes": minutes,
             "family_attitude": family_attitude, "present": met, "next_at": next_at, "lineage": lineage}  # fmt: skip
    for name, value in {**facts, **told}.items():
        setattr(visit, name, value)
    session = session_of(case)
    session.add(visit)
    journal.record(
        session, by, "visit.record", visit, f"Дело № {case.number}: визит {day:%d.%m.%Y}, {kind.label}, {form.label}."
    )
    if kind is VisitKind.FIRST_CONTACT:
        happened(case, "first_contact_made", on=day)
    if next_at is not None and case.status.is_open and next_at >= today():
        session.flush()
        if all(other.day != next_at for other in awaited_visits(case)):
            plan_visit(case, by=by, planned_at=_at(next_at, local(done_at).time()), staff=staff, form=form)
    return visit


def change_visit(visit: Visit, *, by: Actor, **told: Any) -> None:
    """Correct what is told of a visit; day, kind and who went stay as they were recorded.

    Raises:
        RuleBroken: *by* has no part in the work with the family, or the visit is called off.
    """
    need_part(visit.case, by)
    if visit.annulled_at is not None:
        raise RuleBroken("Этот визит отменён, менять его нечего. Запишите новый.")
    if told.get("minutes") is not None and told["minutes"] <= 0:
        raise RuleBroken("Минут должно быть больше нуля. Оставьте пустым, если время не считали.", field="minutes")
    for name, value in told.items():
        setattr(visit, name, value)


def call_off(visit: Visit, *, by: Actor, reason: str) -> None:
    """Call off a planned visit, or annul one that was recorded by mistake; it stays and counts nowhere.

    Raises:
        RuleBroken: *by* has no part in the work with the family, it is called off already, or no reason is given.
    """
    need_part(visit.case, by)
    if visit.annulled_at is not None:
        raise RuleBroken("Этот визит уже отменён.")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему визит отменён.", field="annul_reason")
    visit.annulled_at, visit.annul_reason = now(), trimmed(reason)
    told = f"Дело № {visit.case.number}: визит {visit.day:%d.%m.%Y} отменён. {visit.annul_reason}"
    journal.record(session_of(visit), by, "visit.call_off", visit, told)


# ---- what several rules check ------------------------------------------------------------------------


def _need_open(case: FamilyCase, by: Actor) -> None:
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Визитов больше не назначают.")
    gate.need(case, "visit.record", by=by)
    need_part(case, by)


def _check_day(case: FamilyCase, moment: dt.datetime, day: dt.date) -> None:
    if moment > now() and day > today():
        raise RuleBroken("Этот день ещё не наступил. Запишите визит, когда он состоится.", field="done_at")
    if moment > now() + dt.timedelta(minutes=5):
        raise RuleBroken("Этот час ещё не наступил. Проверьте время.", field="done_at")
    if case.ended_at is not None and day > case.ended_at:
        raise RuleBroken(f"Дело № {case.number} закончилось {case.ended_at:%d.%m.%Y}. Проверьте дату.", field="done_at")
    if day < case.opened_at:
        raise RuleBroken(f"Дело заведено {case.opened_at:%d.%m.%Y}. Проверьте дату.", field="done_at")


def _planned(case: FamilyCase, planned: Visit) -> Visit:
    if planned.case_id != case.id:
        raise RuleBroken("Этот визит назначен в другую семью. Запишите его в её деле.")
    if not planned.is_awaited:
        raise RuleBroken("Этот визит уже записан или отменён. Запишите новый.")
    return planned


def _own(case: FamilyCase, by: Actor) -> StaffMember:
    """Return who goes when nobody is named: whoever records it, else the curator."""
    own = session_of(case).get(StaffMember, by.staff_id) if by.staff_id is not None else case.curator
    if own is None:
        raise RuleBroken("Выберите, кто посещает семью.", field="staff_id")
    return own


def _need_working(staff: StaffMember, day: dt.date) -> None:
    if not staff.works_on(day):
        raise RuleBroken(f"{staff} не работает в этот день. Выберите другого сотрудника.", field="staff_id")


def _at(day: dt.date, hour: dt.time = MORNING) -> dt.datetime:
    """Return the moment of *day* at *hour* where the unit works; today no later than now."""
    moment = dt.datetime.combine(day, hour, zone())
    return min(moment, now()) if day <= today() else moment

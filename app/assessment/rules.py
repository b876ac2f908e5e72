"""What may happen to a diagnosis, its scores, the problems and the resources of a family (S003-3.5, S004-1, S004-3).

::

    start_assessment ─► draft ── score, change_assessment ─► draft ── finish_assessment ─► finished, never changed

    add_problem ─► open ── close_problem ─► solved · partly · unsolved

A primary assessment rests on a problem and on a resource, or on the plain answer that none was found
(``FamilyCase.no_resources_found``); a resource found later takes that answer back. What a psychologist finds is written
in the closed fields and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from app import journal
from app.acting import Actor, now, today
from app.assessment.lists import AssessmentKind, AssessmentStatus, Domain, ProblemOutcome, ResourceKind
from app.assessment.models import Assessment, AssessmentScore, FamilyResource, Problem, SocialContact
from app.assessment.scales import BY_CODE, HIGHEST, Key
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.models import Family, FamilyMember, Person
from app.people.rules import trimmed
from app.words import counted

_ASKS_THE_GATE_FOR = {AssessmentKind.CONTROL: "post.check"}
"""A control assessment belongs to the time after the accompaniment; every other one is finished as such."""

_CLOSED_FIELDS = "Вывод психологической диагностики – закрытые сведения: напишите его в «Заключении психолога»."


# ---- diagnoses -----------------------------------------------------------------------------------------


def start_assessment(
    case: FamilyCase,
    *,
    by: Actor,
    kind: AssessmentKind,
    date: dt.date,
    author: StaffMember,
    person: Person | None = None,
    **content: Any,
) -> Assessment:
    """Start a diagnosis of the family, or of one *person* of it.

    Raises:
        RuleBroken: the case has ended, the day has not come, the author did not work then, the person is of another
            family, or a psychologist's conclusion stands in the open field.
    """
    session = session_of(case)
    need_open(case)
    refuse_future(date, "date")
    need_working(author, date)
    if person is not None and all(seat.person_id != person.id for seat in case.family.members):
        raise RuleBroken(f"{person} не из этой семьи. Выберите её члена.", field="person_id")
    _refuse_open_psychology(kind, content)
    assessment = Assessment(
        case=case,
        kind=kind,
        date=date,
        author=author,
        person=person,
        status=AssessmentStatus.DRAFT,
        service_unit_id=case.service_unit_id,
        **content,
    )
    session.add(assessment)
    journal.record(session, by, "assessment.start", assessment, f"Дело № {case.number}: начата, {assessment}.")
    return assessment


def change_assessment(assessment: Assessment, *, by: Actor, **content: Any) -> None:
    """Change what a draft says.

    Raises:
        RuleBroken: it is finished, the case has ended, the day or the author cannot be.
    """
    _need_draft(assessment)
    date = content.get("date", assessment.date)
    refuse_future(date, "date")
    author = session_of(assessment).get(StaffMember, content.get("author_id", assessment.author_id))
    if author is not None:
        need_working(author, date)
    _refuse_open_psychology(assessment.kind, content)
    for name, value in content.items():
        setattr(assessment, name, value)
    journal.record(session_of(assessment), by, "assessment.change", assessment, f"{assessment}: изменена.")


def remove_assessment(assessment: Assessment, *, by: Actor) -> None:
    """Remove a draft made by mistake, with its scores.

    Raises:
        RuleBroken: it is finished or the case has ended.
    """
    _need_draft(assessment)
    session, case = session_of(assessment), assessment.case
    sentence = f"Дело № {case.number}: убран черновик, {assessment}."
    for one in list(assessment.scores):
        session.delete(one)
    session.flush()
    session.delete(assessment)
    journal.record(session, by, "assessment.remove", case, sentence)


def score(assessment: Assessment, marks: Mapping[Key, int | None], *, by: Actor) -> None:
    """Score criteria of a draft from 0 to 4; None takes a score back.

    Raises:
        RuleBroken: the assessment is finished or a psychologist's, a score is out of range, or a child is not of this
            family.
        LookupError: there is no such criterion.
    """
    _need_draft(assessment)
    if assessment.kind is AssessmentKind.PSYCHOLOGICAL:
        raise RuleBroken("Психологическую диагностику не оценивают по шкалам: её результат – закрытые сведения.")
    session = session_of(assessment)
    members = {seat.person_id for seat in assessment.case.family.members}
    for (code, criterion, person_id), value in marks.items():
        scale = BY_CODE[code]
        if criterion not in dict(scale.criteria) or scale.of_child is (person_id is None):
            raise LookupError(f"{code}.{criterion} of {person_id}")
        if value is not None and not 0 <= value <= HIGHEST:
            raise RuleBroken(f"Оценка – от 0 до {HIGHEST}.")
        if person_id is not None and person_id not in members:
            raise RuleBroken("Оценивают успешность детей этой семьи. Откройте страницу заново.")
    held = {one.key: one for one in assessment.scores}
    for key, value in marks.items():
        known = held.get(key)
        if value is None and known is not None:
            session.delete(known)
        elif value is not None and known is not None:
            known.value = value
        elif value is not None:
            scale_code, criterion, person_id = key
            session.add(
                AssessmentScore(
                    assessment=assessment,
                    scale=scale_code,
                    criterion=criterion,
                    person_id=person_id,
                    value=value,
                    service_unit_id=assessment.service_unit_id,
                )
            )
    assessment.scored_at = now()
    # So that a colleague who has the page open is told that it has changed: the row gets a new version in any case.
    flag_modified(assessment, "scored_at")
    session.flush()
    session.expire(assessment, ["scores"])
    given = counted(len(assessment.scores), "оценка", "оценки", "оценок")
    journal.record(session, by, "assessment.score", assessment, f"{assessment}: {given}.")


def finish_assessment(assessment: Assessment, *, by: Actor) -> None:
    """Finish the diagnosis: from now on it is never changed (S003-3.5-a, S004-3-b).

    Raises:
        RuleBroken: the order of work does not allow it now, it is finished, it says nothing, or a primary one rests
            on no problem or on no resource.
    """
    case = assessment.case
    gate.need(case, _ASKS_THE_GATE_FOR.get(assessment.kind, "assessment.finish"), by=by)
    _need_draft(assessment)
    refuse_future(assessment.date, "date")
    if assessment.kind is AssessmentKind.PSYCHOLOGICAL:
        if not trimmed(assessment.psychologist_conclusion):
            raise RuleBroken("Нет заключения психолога. Напишите его и завершите диагностику.")
    elif not trimmed(assessment.conclusion):
        raise RuleBroken("Нет вывода. Напишите его и завершите диагностику.")
    if assessment.kind is AssessmentKind.PRIMARY:
        if not case.problems:
            raise RuleBroken("Проблемы семьи не внесены. Внесите хотя бы одну.")
        if not case.resources and not case.no_resources_found:
            raise RuleBroken("Ресурсы семьи не внесены. Внесите хотя бы один или отметьте, что ресурсов не выявлено.")
    assessment.status = AssessmentStatus.FINISHED
    assessment.finished_at = now()
    sentence = f"Дело № {case.number}: завершена, {assessment}."
    journal.record(session_of(assessment), by, "assessment.finish", assessment, sentence)
    if assessment.kind is AssessmentKind.INTERIM:
        happened(case, "interim_assessed", on=assessment.date)


def _need_draft(assessment: Assessment) -> None:
    if assessment.is_finished:
        raise RuleBroken("Диагностика завершена, её не меняют. Проведите следующую.")
    need_open(assessment.case)


def _refuse_open_psychology(kind: AssessmentKind, content: Mapping[str, Any]) -> None:
    """Keep what a psychologist finds out of the fields everybody of the team reads (S001-3.2-b)."""
    if kind is AssessmentKind.PSYCHOLOGICAL:
        if trimmed(content.get("conclusion")):
            raise RuleBroken(_CLOSED_FIELDS, field="conclusion")
    elif trimmed(content.get("findings")) or trimmed(content.get("psychologist_conclusion")):
        raise RuleBroken(
            "Закрытые поля – для психологической диагностики. Выберите этот вид или очистите их.", field="kind"
        )


# ---- problems ------------------------------------------------------------------------------------------


def add_problem(
    case: FamilyCase, *, by: Actor, text: str, domain: Domain, opened_at: dt.date | None = None, **more: Any
) -> Problem:
    """Enter a problem of the family, found on *opened_at* (today if not given).

    Raises:
        RuleBroken: the case has ended, nothing is said, or the day has not come.
    """
    session = session_of(case)
    opened_at = opened_at or today()
    need_open(case)
    refuse_future(opened_at, "opened_at")
    if not trimmed(text):
        raise RuleBroken("Напишите, в чём проблема.", field="text")
    problem = Problem(
        case=case,
        text=trimmed(text),
        domain=domain,
        opened_at=opened_at,
        outcome=ProblemOutcome.OPEN,
        service_unit_id=case.service_unit_id,
        **more,
    )
    session.add(problem)
    journal.record(session, by, "problem.add", problem, f"Дело № {case.number}: внесена проблема.")
    return problem


def change_problem(problem: Problem, *, by: Actor, **values: Any) -> None:
    """Change how an open problem is described.

    Raises:
        RuleBroken: it is closed, the case has ended, or the day has not come.
    """
    _need_open_problem(problem)
    refuse_future(values.get("opened_at", problem.opened_at), "opened_at")
    if not trimmed(values.get("text", problem.text)):
        raise RuleBroken("Напишите, в чём проблема.", field="text")
    for name, value in values.items():
        setattr(problem, name, value)
    sentence = f"Дело № {problem.case.number}: проблема описана иначе."
    journal.record(session_of(problem), by, "problem.change", problem, sentence)


def close_problem(problem: Problem, *, by: Actor, outcome: ProblemOutcome, on: dt.date | None = None) -> None:
    """Say what became of the problem on *on* (S002-2.1).

    Raises:
        RuleBroken: it is closed already, the case has ended, no result is said, or the day cannot be.
    """
    on = on or today()
    _need_open_problem(problem)
    if outcome is ProblemOutcome.OPEN:
        raise RuleBroken("Выберите, что стало с проблемой: решена, решена частично или не решена.", field="outcome")
    refuse_future(on, "closed_at")
    if on < problem.opened_at:
        raise RuleBroken(f"Проблему выявили {problem.opened_at:%d.%m.%Y}. Укажите день не раньше.", field="closed_at")
    problem.outcome, problem.closed_at = outcome, on
    sentence = f"Дело № {problem.case.number}: проблема {outcome.label}."
    journal.record(session_of(problem), by, "problem.close", problem, sentence)


def remove_problem(problem: Problem, *, by: Actor) -> None:
    """Remove a problem entered by mistake.

    Raises:
        RuleBroken: it is closed or the case has ended.
    """
    _need_open_problem(problem)
    session, case = session_of(problem), problem.case
    sentence = f"Дело № {case.number}: убрана проблема."
    session.delete(problem)
    journal.record(session, by, "problem.remove", case, sentence)


def _need_open_problem(problem: Problem) -> None:
    if not problem.is_open:
        raise RuleBroken(f"Проблема уже закрыта: {problem.outcome.label}. Если она вернулась, внесите её заново.")
    need_open(problem.case)


# ---- resources and surroundings --------------------------------------------------------------------------


def add_resource(
    case: FamilyCase, *, by: Actor, text: str, kind: ResourceKind, member: FamilyMember | None = None, **more: Any
) -> FamilyResource:
    """Enter what the family, or one *member* of it, can lean on (S004-1-b).

    Raises:
        RuleBroken: the case has ended, nothing is said, or the member is of another family.
    """
    session = session_of(case)
    need_open(case)
    if not trimmed(text):
        raise RuleBroken("Напишите, на что семья может опереться.", field="text")
    if member is not None and member.family_id != case.family_id:
        raise RuleBroken(f"{member.person} не из этой семьи. Выберите её члена.", field="member_id")
    resource = FamilyResource(
        case=case, text=trimmed(text), kind=kind, member=member, service_unit_id=case.service_unit_id, **more
    )
    session.add(resource)
    case.no_resources_found = None
    journal.record(session, by, "resource.add", resource, f"Дело № {case.number}: внесён ресурс.")
    return resource


def find_no_resources(case: FamilyCase, *, by: Actor) -> None:
    """Write down that resources were looked for and none was found: the explicit answer of S004-1-b.

    Raises:
        RuleBroken: the order of work does not allow it now, the case has ended, or resources are entered.
    """
    gate.need(case, "assessment.finish", by=by)
    need_open(case)
    if case.resources:
        raise RuleBroken("Ресурсы семьи внесены. Сначала уберите их, если это ошибка.")
    if case.no_resources_found:
        raise RuleBroken("Уже отмечено: ресурсов не выявлено.")
    case.no_resources_found = True
    journal.record(session_of(case), by, "resource.none", case, f"Дело № {case.number}: ресурсов не выявлено.")


def add_contact(family: Family, *, by: Actor, name: str, relation: str | None, **more: Any) -> SocialContact:
    """Enter a person or an organisation around the family (S001-3.2-h).

    Raises:
        RuleBroken: it is not said who or what it is to the family.
    """
    session = session_of(family)
    if not trimmed(name):
        raise RuleBroken("Напишите, кто это: человек или организация.", field="name")
    if not trimmed(relation):
        raise RuleBroken("Напишите, кем он приходится семье.", field="relation")
    contact = SocialContact(
        family=family, name=trimmed(name), relation=trimmed(relation), service_unit_id=family.service_unit_id, **more
    )
    session.add(contact)
    journal.record(session, by, "contact.add", contact, f"Семья «{family}»: дополнено социальное окружение.")
    return contact


# ---- what several rules check ------------------------------------------------------------------------------


def need_open(case: FamilyCase) -> None:
    """Refuse when the case has ended.

    Raises:
        RuleBroken: it has.
    """
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")


def refuse_future(day: dt.date, field: str) -> None:
    """Refuse a day that has not come yet.

    Raises:
        RuleBroken: it has not.
    """
    if day > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field=field)


def need_working(staff: StaffMember, day: dt.date, field: str = "author_id") -> None:
    """Refuse a colleague who did not work here on *day*.

    Raises:
        RuleBroken: he did not.
    """
    if not staff.works_on(day):
        raise RuleBroken(f"{staff} не работает в этот день. Выберите другого сотрудника.", field=field)

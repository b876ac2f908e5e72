"""Rules of measures: drafted in a draft, marked as done in a version a body approved.

A measure's own state is a fact, not a permission, so it moves freely between planned, in work, done, partly done,
not done and cancelled; what each mark must say beside itself is checked by :func:`mark_measure`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from app import journal
from app.acting import Actor, for_whole_unit, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import FamilyCase
from app.programmes.difference import executor_of
from app.programmes.models import Measure, MeasureLineage, MeasureStatus, ProgrammeVersion, VersionStatus
from app.programmes.rights import directions_of, leads, need_direction, need_draft, take
from app.programmes.succession import MEASURE_CONTENT
from app.terms import say

EDITABLE = (VersionStatus.DRAFT, VersionStatus.AGREED)
FINISHED = (MeasureStatus.DONE, MeasureStatus.PARTLY)

MARKED_IN = (
    "Отмечать выполнение можно в {programme_short?утверждённом|утверждённой|утверждённом} "
    "{programme_short:prep}, а {state}."
)


def draft_to_change(version: ProgrammeVersion, by: Actor) -> ProgrammeVersion:
    """Take *version* for a change of its content; a change undoes what the family agreed to.

    Raises:
        RuleBroken: the version is no draft any more, or the order of work lets others write it.
    """
    version = take(version)
    if version.status not in EDITABLE:
        raise RuleBroken(_why_frozen(version))
    need_draft(version.programme.case, by)
    if version.status is VersionStatus.AGREED:
        version.status = VersionStatus.DRAFT
        version.family_agreed_at = version.family_agreed_by_id = version.family_agreed_how = None
        sentence = f"{version}: изменена после согласия семьи, согласие нужно получить снова."
        journal.record(session_of(version), by, "programme.unagree", version, sentence)
    return version


def _why_frozen(version: ProgrammeVersion) -> str:
    if version.status is VersionStatus.SUBMITTED:
        return f"Версия {version.version_no} на рассмотрении, изменить её нельзя. Отзовите её, если нужно поправить."
    return say(
        "Версия {number} уже не черновик: {state}. Чтобы изменить {programme_short:acc}, начните корректировку.",
        number=version.version_no,
        state=version.status.label,
    )


def missing(version: ProgrammeVersion) -> list[str]:
    """Return what the version lacks before a body may look at it, one sentence each (guard measures_complete)."""
    if not version.measures:
        return [say("В {programme_short:prep} нет мероприятий: добавьте хотя бы одно.")]
    lacks: list[str] = []
    # An order of work that names the guard wants a problem behind each measure before a body looks at it.
    problem_due = gate.names_guard(version.programme.case, "measures_complete")
    for measure in version.measures:
        if executor_of(measure) is None:
            lacks.append(f"У мероприятия «{measure.title}» нет исполнителя.")
        if measure.due is None:
            lacks.append(f"У мероприятия «{measure.title}» нет срока.")
        if problem_due and measure.problem_id is None and not measure.problem:
            lacks.append(f"У мероприятия «{measure.title}» нет проблемы, которую оно решает.")
    return lacks


def add_measure(version: ProgrammeVersion, *, by: Actor, title: str, **values: Any) -> Measure:
    """Add a measure to a draft, on a new lineage. *values* are the columns of ``succession.MEASURE_CONTENT``."""
    need_direction(version.programme.case, by, values.get("direction"))
    version = draft_to_change(version, by)
    _check(title, values)
    values = _with_problem(version.programme.case, values)
    session = session_of(version)
    unit = version.service_unit_id
    lineage = MeasureLineage(case_id=version.programme.case_id, service_unit_id=unit)
    session.add(lineage)
    measure = Measure(
        programme_version=version,
        lineage=lineage,
        no=len(version.measures) + 1,
        title=title.strip(),
        status=MeasureStatus.PLANNED,
        service_unit_id=unit,
        **_known(values),
    )
    session.add(measure)
    journal.record(session, by, "measure.add", measure, f"{version}: добавлено «{measure.title}».")
    return measure


def change_measure(measure: Measure, *, by: Actor, **values: Any) -> Measure:
    """Change a measure of a draft. A specialist may not take one from another direction, nor give one away."""
    case = measure.programme_version.programme.case
    need_direction(case, by, measure.direction, values.get("direction", measure.direction))
    version = draft_to_change(measure.programme_version, by)
    measure = take(measure)
    # The direction is asked again under the lock: it may have moved to another specialist meanwhile.
    need_direction(case, by, measure.direction)
    _check(values.get("title", measure.title), {"starts": measure.starts, "due": measure.due, **values})
    values = _with_problem(case, values, str(measure.solves) if measure.solves is not None else "")
    for name, value in _known(values).items():
        setattr(measure, name, value)
    journal.record(session_of(measure), by, "measure.change", measure, f"{version}: изменено «{measure.title}».")
    return measure


def remove_measure(measure: Measure, *, by: Actor) -> None:
    """Remove a measure from a draft and close up the numbers. Its lineage stays: earlier versions stand on it."""
    need_direction(measure.programme_version.programme.case, by, measure.direction)
    version = draft_to_change(measure.programme_version, by)
    measure = take(measure)
    session = session_of(version)
    sentence = f"{version}: убрано «{measure.title}»."
    left = [other for other in version.measures if other is not measure]
    session.delete(measure)
    session.flush()
    # One by one, because the numbers are unique at every moment.
    for no, other in enumerate(left, start=1):
        if other.no != no:
            other.no = no
            session.flush()
    session.expire(version, ["measures"])
    journal.record(session, by, "measure.remove", version, sentence)


def mark_measure(
    measure: Measure,
    *,
    by: Actor,
    status: MeasureStatus,
    done_at: dt.date | None = None,
    result: str | None = None,
    reason: str | None = None,
) -> Measure:
    """Mark how a measure of the acting version went. *reason* says why it was not done or was cancelled.

    Its executor marks it, the organisation it was given to (S004-3-a), the team of its direction, or the lead.

    Raises:
        RuleBroken: the version does not act, the mark lacks its day or reason, or *by* has no part in it.
    """
    # An organisation sees its measure without the version and the case around it.
    with for_whole_unit():
        session_of(measure).expire(measure, ["programme_version"])
        return _mark(measure, by=by, status=status, done_at=done_at, result=result, reason=reason)


def _mark(
    measure: Measure,
    *,
    by: Actor,
    status: MeasureStatus,
    done_at: dt.date | None,
    result: str | None,
    reason: str | None,
) -> Measure:
    case = measure.programme_version.programme.case
    gate.need(case, "measure.report", by=by)
    if not _is_executor(measure, by):
        need_direction(case, by, measure.direction)
    version = take(measure.programme_version)
    measure = take(measure)
    if version.status not in (VersionStatus.APPROVED, VersionStatus.IN_FORCE):
        raise RuleBroken(say(MARKED_IN, state=version.state_in_words))
    acting = next((other for other in version.programme.versions if other.status is VersionStatus.IN_FORCE), version)
    if acting is not version:
        raise RuleBroken(f"Сейчас действует версия {acting.version_no}: отметьте мероприятие в ней.")
    _check_mark(status, done_at, reason)
    measure.status = status
    measure.done_at = done_at if status in FINISHED else None
    measure.result = result
    measure.not_done_reason = reason
    sentence = f"«{measure.title}»: {status.label}."
    journal.record(session_of(measure), by, "measure.report", measure, sentence)
    return measure


def _is_executor(measure: Measure, by: Actor) -> bool:
    """Whether *by*, or the organisation he works for, carries the measure out."""
    in_person = by.staff_id is not None and by.staff_id == measure.executor_id
    return in_person or (by.partner_id is not None and by.partner_id == measure.partner_id)


def may_mark(measure: Measure, by: Actor) -> bool:
    """Whether *by* may mark the measure: its executor, the team of its direction, the curator or the head."""
    case = measure.programme_version.programme.case
    return _is_executor(measure, by) or leads(case, by) or measure.direction in directions_of(case, by)


def _check_mark(status: MeasureStatus, done_at: dt.date | None, reason: str | None) -> None:
    if status in FINISHED and done_at is None:
        raise RuleBroken("Укажите, какого числа мероприятие выполнено.", field="done_at")
    if done_at is not None and done_at > today():
        raise RuleBroken(f"{done_at:%d.%m.%Y} ещё не наступило. Проверьте дату.", field="done_at")
    if status in (MeasureStatus.NOT_DONE, MeasureStatus.CANCELLED) and not (reason or "").strip():
        raise RuleBroken("Напишите, почему мероприятие не выполнено: это войдёт в отчёт.", field="not_done_reason")


def _check(title: str | None, values: dict[str, Any]) -> None:
    if not (title or "").strip():
        raise RuleBroken("Напишите, что за мероприятие.", field="title")
    starts, due = values.get("starts"), values.get("due")
    if starts and due and due < starts:
        raise RuleBroken("Срок раньше начала. Поменяйте одну из дат.", field="due")


def _with_problem(case: FamilyCase, values: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Return *values* with the words of the chosen problem where nobody has put it in other words.

    *before* are the words of the problem chosen until now.

    Raises:
        RuleBroken: the problem is another family's.
    """
    pk = values.get("problem_id")
    if pk is None:
        return values
    chosen = next((one for one in case.problems if one.id == pk), None)
    if chosen is None:
        raise RuleBroken("Это проблема другой семьи. Выберите проблему этой семьи.", field="problem_id")
    typed = (values.get("problem") or "").strip()
    return values if typed not in ("", before) else {**values, "problem": str(chosen)}


def _known(values: dict[str, Any]) -> dict[str, Any]:
    unknown = values.keys() - set(MEASURE_CONTENT)
    if unknown:
        raise TypeError(f"a measure has no {', '.join(sorted(unknown))} to fill in")
    return values

"""Rules of a programme and its versions (domain 3.8; S000-8, S003-3.5, S004-2).

::

    start_programme, correct, reject (clone)
        │
        ▼      agree_with_family
      draft ───────────────────────► agreed          A change of the content takes «agreed» back to «draft».
        │ ▲                            │
        │ │ withdraw, send_back        │ submit
        │ └───────────┐                │
        │   submit    │                │
        └──────────► submitted ◄───────┤
                      │      │         │
              approve │      │ reject  │ start, where the order of work names nobody who approves
                      ▼      ▼         │
               approved      rejected ─┼─► next version, draft, on the same lineages
                      │                │
         put_in_force │                │    put_in_force, start of a later version
                      ▼                ▼       │
                  in_force ────────────────────┴──► superseded
                      │
                      ├── complete ──► completed
                      └── terminate ─► terminated

Where the centre has an order of work, it says on which stage and by whom each of these is done, and whether the family
agrees first (:mod:`app.cases.gate`). What happens after the decision is in ``life.py``.

``approve``, ``reject`` and ``send_back`` are called by ``app/meetings/rules.py`` when a protocol is signed, never by
a screen; they demand the signed decision. ``withdraw`` is possible until the agenda is closed.

What decides the winner: the row of the version. Every rule takes it (:func:`app.programmes.rights.take`) before it
looks at the state, so approve∥withdraw and submit∥edit end with one done and one refused. A new version is numbered
under the row of the programme. The database refuses too: one open and one acting version per programme.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.papers.numbers import format_number, take_number
from app.programmes.difference import CONTENT, content_difference, difference, summary
from app.programmes.life import (
    OPEN,
    begin,
    complete,
    correct,
    put_in_force,
    read_dates,
    start,
    stop,
    take_back,
    terminate,
)
from app.programmes.makers import add_participant, add_partner, of_family, remove_participant, remove_partner
from app.programmes.measures import (
    EDITABLE,
    add_measure,
    change_measure,
    draft_to_change,
    mark_measure,
    missing,
    remove_measure,
)
from app.programmes.models import Programme, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rights import need_lead, need_to, take
from app.programmes.succession import next_version
from app.terms import say, word

if TYPE_CHECKING:
    from app.meetings.models import Body, Decision
    from app.people.models import Person

__all__ = [
    "OPEN",
    "add_measure",
    "add_participant",
    "add_partner",
    "agree_with_family",
    "approve",
    "begin",
    "change_draft",
    "change_measure",
    "close_for_agenda",
    "complete",
    "correct",
    "mark_measure",
    "missing",
    "put_in_force",
    "reject",
    "remove_measure",
    "remove_participant",
    "remove_partner",
    "reopen_for_agenda",
    "send_back",
    "start",
    "start_programme",
    "stop",
    "submit",
    "terminate",
    "withdraw",
]

NOT_SENT = "{Programme_short} не {programme_short?отправлен|отправлена|отправлено}."
FAMILY_FIRST = "Сначала согласуйте {programme_short:acc} с семьёй: нажмите «Согласовать с семьёй»."


# ---- drafting ----------------------------------------------------------------------------------------


def start_programme(
    session: Session,
    case: FamilyCase,
    *,
    by: Actor,
    goal: str,
    valid_from: dt.date,
    valid_to: dt.date,
    title: str = "",
    **content: Any,
) -> ProgrammeVersion:
    """Start the programme of a case and return its first version, a draft. *content* as in ``difference.CONTENT``.

    Without a *title* it has the one the centre's order of work gives the document.
    """
    need_to(case, "programme.create", by)
    case = take(case)
    if not case.status.is_open:
        raise RuleBroken(say("Дело {case} закончено, {programme_short:acc} для него не составляют.", case=case))
    existing = session.scalar(select(Programme).where(Programme.case_id == case.id))
    if existing is not None:
        raise RuleBroken(
            say(
                "У семьи уже есть {programme_short} №\u00a0{number}: откройте {programme_short?его|её|его}.",
                number=existing.number,
            )
        )
    _check_content({"goal": goal, "valid_from": valid_from, "valid_to": valid_to, **content})
    unit, year = case.service_unit_id, today().year
    number = format_number(take_number(session, unit, "programme", year), year)
    programme = Programme(case=case, number=number, title=title or word("programme_doc_title"), service_unit_id=unit)
    version = ProgrammeVersion(
        programme=programme,
        version_no=1,
        kind=VersionKind.FIRST,
        status=VersionStatus.DRAFT,
        goal=goal.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        service_unit_id=unit,
        **content,
    )
    session.add(programme)
    journal.record(session, by, "programme.create", version, f"{version}: составление начато.")
    happened(case, "programme_drafted", on=today())
    return version


def change_draft(version: ProgrammeVersion, *, by: Actor, **content: Any) -> ProgrammeVersion:
    """Change the goal, term and other content of a draft; *content* as in ``difference.CONTENT``.

    Without a *title* it has the one the centre's order of work gives the document.
    """
    case = version.programme.case
    if gate.stage_of(case) is None:
        need_lead(case, by)
    version = draft_to_change(version, by)
    _check_content({"goal": version.goal, "valid_from": version.valid_from, "valid_to": version.valid_to, **content})
    for name, value in content.items():
        setattr(version, name, value)
    journal.record(session_of(version), by, "programme.change", version, f"{version}: изменена.")
    return version


def _check_content(content: dict[str, Any]) -> None:
    unknown = content.keys() - set(CONTENT)
    if unknown:
        raise TypeError(f"a programme has no {', '.join(sorted(unknown))} to fill in")
    if not (content["goal"] or "").strip():
        raise RuleBroken(say("Напишите цель {programme_short:gen}."), field="goal")
    for name, label in (("valid_from", "с какого дня"), ("valid_to", "по какой день")):
        if content[name] is None:
            raise RuleBroken(
                say(
                    "Укажите, {label} {programme_short?рассчитан|рассчитана|рассчитано} {programme_short}.", label=label
                ),
                field=name,
            )
    if content["valid_to"] < content["valid_from"]:
        raise RuleBroken(
            say("{Programme_short} заканчивается раньше, чем начинается. Поменяйте одну из дат."), field="valid_to"
        )
    read_dates(content.get("review_dates"))


def agree_with_family(
    version: ProgrammeVersion,
    *,
    by: Actor,
    on: dt.date | None = None,
    person: Person | None = None,
    how: str | None = None,
) -> ProgrammeVersion:
    """Write down that the family agreed on day *on* (today by default): who signed and *how* («подпись на бумаге»).

    Where there is an order of work, whoever signed is named and counts among those who took part (S003-3.5-c).

    Raises:
        RuleBroken: the version is no draft, has nothing to agree to, or the day or the person cannot be.
    """
    case = version.programme.case
    need_to(case, "programme.agree_family", by)
    version = take(version)
    if version.status is VersionStatus.AGREED:
        raise RuleBroken("Согласие семьи уже записано.")
    if version.status is not VersionStatus.DRAFT:
        raise RuleBroken(f"Согласие семьи записывают для черновика, а эта версия – {version.status.label}.")
    if not version.measures:
        raise RuleBroken(say("Согласовывать пока нечего: в {programme_short:prep} нет мероприятий."))
    if on is not None and on > today():
        raise RuleBroken(f"{on:%d.%m.%Y} ещё не наступило. Проверьте дату.", field="family_agreed_at")
    if person is None and gate.stage_of(case) is not None:
        raise RuleBroken("Назовите, кто согласен от имени семьи.", field="family_agreed_by_id")
    if person is not None:
        of_family(case, person, field="family_agreed_by_id")
        if person not in version.family_participants:
            version.family_participants.append(person)
    version.status = VersionStatus.AGREED
    version.family_agreed_at = on or today()
    version.family_agreed_by_id = person.id if person else None
    version.family_agreed_how = how
    journal.record(session_of(version), by, "programme.agree_family", version, f"{version}: семья согласна.")
    return version


def submit(version: ProgrammeVersion, *, by: Actor, body: Body) -> ProgrammeVersion:
    """Send a draft to the body that decides; from now on its content does not change (guard measures_complete).

    Where the order of work names the guard ``programme_family_agreed``, the family agrees first (S004-2-a).

    Raises:
        RuleBroken: it is no draft, something is missing, the family was not asked, or the body does not decide this.
    """
    case = version.programme.case
    need_to(case, "programme.submit", by)
    version = take(version)
    if version.status is VersionStatus.SUBMITTED:
        raise RuleBroken(f"Версия {version.version_no} уже на рассмотрении.")
    if version.status not in EDITABLE:
        raise RuleBroken(f"Отправить можно черновик, а {version.state_in_words}.")
    lacks = missing(version)
    if lacks:
        raise RuleBroken(f"{say(NOT_SENT)} {lacks[0]}")
    if version.status is not VersionStatus.AGREED and gate.names_guard(case, "programme_family_agreed"):
        raise RuleBroken(f"{say(NOT_SENT)} {say(FAMILY_FIRST)}")
    if body.service_unit_id != version.service_unit_id or (body.decides and "approve_programme" not in body.decides):
        raise RuleBroken(
            say("{body} {programme_short:pl_acc} не утверждает. Выберите другой орган.", body=body), field="body_id"
        )
    place = case.family.territory
    if body.territory is not None and place is not None and body.territory not in place.chain:
        raise RuleBroken(say("{body}: это орган другого муниципалитета. Выберите другой.", body=body), field="body_id")
    version.status = VersionStatus.SUBMITTED
    version.body_id = body.id
    version.submitted_at = now()
    version.submitted_by_id = by.staff_id
    version.decision_id = version.decided_at = version.decision_reason = version.agenda_closed_at = None
    if version.based_on is not None:
        changes = difference(version.based_on, version)
        version.change_summary = summary(changes, content_difference(version.based_on, version))
    sentence = f"{version}: отправлена на рассмотрение, {body}."
    journal.record(session_of(version), by, "programme.submit", version, sentence)
    return version


def withdraw(version: ProgrammeVersion, *, by: Actor) -> ProgrammeVersion:
    """Take a version back to draft while the agenda is open; it leaves the agenda it stood on."""
    need_to(version.programme.case, "programme.withdraw", by)
    return take_back(version, by=by)


def close_for_agenda(version: ProgrammeVersion) -> bool:
    """Freeze a submitted version on a closed agenda; False if it was withdrawn first. Called by ``meetings.rules``."""
    version = take(version)
    if version.status is not VersionStatus.SUBMITTED:
        return False
    version.agenda_closed_at = now()
    return True


def reopen_for_agenda(version: ProgrammeVersion) -> None:
    """Let a version be withdrawn again: its meeting was cancelled. Called by ``meetings.rules``."""
    take(version).agenda_closed_at = None


# ---- decisions: called when a protocol is signed -------------------------------------------------------


def approve(version: ProgrammeVersion, *, decision: Decision, by: Actor) -> ProgrammeVersion:
    """Approve a submitted version by a signed decision."""
    version = _decided(version, decision, "утвердить")
    version.status = VersionStatus.APPROVED
    journal.record(session_of(version), by, "programme.approve", version, f"{version}: утверждена.")
    return version


def reject(version: ProgrammeVersion, *, decision: Decision, reason: str | None, by: Actor) -> ProgrammeVersion:
    """Reject a submitted version by a signed decision and return the next one, a draft on the same lineages."""
    reason = _needed_reason(reason)
    version = _decided(version, decision, "отклонить")
    version.status = VersionStatus.REJECTED
    version.decision_reason = reason
    version.ended_at = today()
    session = session_of(version)
    journal.record(session, by, "programme.reject", version, f"{version}: отклонена. Причина: {reason}")
    return next_version(version, kind=version.kind, reason=reason)


def send_back(version: ProgrammeVersion, *, decision: Decision, reason: str | None, by: Actor) -> ProgrammeVersion:
    """Return a submitted version to its authors by a signed decision; it becomes a draft again."""
    reason = _needed_reason(reason)
    version = _decided(version, decision, "вернуть")
    version.status = VersionStatus.DRAFT
    version.decision_reason = reason
    version.agenda_closed_at = None
    version.family_agreed_at = version.family_agreed_by_id = version.family_agreed_how = None
    sentence = f"{version}: возвращена на доработку. Причина: {reason}"
    journal.record(session_of(version), by, "programme.send_back", version, sentence)
    return version


def _needed_reason(reason: str | None) -> str:
    reason = (reason or "").strip()
    if not reason:
        raise RuleBroken(say("Напишите причину: её увидит {curator}, и она войдёт в протокол."), field="reason")
    return reason


def _decided(version: ProgrammeVersion, decision: Decision, verb: str) -> ProgrammeVersion:
    """Take *version* for the effect of *decision*, which must be about it and signed."""
    version = take(version)
    if version.status is VersionStatus.APPROVED:
        raise RuleBroken(f"Версия {version.version_no} уже утверждена.")
    if version.status is not VersionStatus.SUBMITTED:
        raise RuleBroken(f"Нельзя {verb} то, что не на рассмотрении: {version.programme}, {version.state_in_words}.")
    if decision.item.programme_version_id != version.id:
        raise RuleBroken(say("Это решение о {programme_short?другом|другой|другом} {programme_short:prep}."))
    if decision.item.meeting.signed_at is None:
        raise RuleBroken("Решение вступит в силу, когда протокол подпишут председатель и секретарь.")
    version.decision_id = decision.id
    version.decided_at = decision.decided_at
    return version

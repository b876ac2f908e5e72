"""What the programme's page shows of one version: measures, differences, the way and what is lacking."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.acting import actor
from app.base import session_of
from app.cases.help import HelpKind
from app.cases.stages import order_in_force
from app.programmes.difference import Change, content_difference, difference, executor_of
from app.programmes.makers import engaged
from app.programmes.measures import EDITABLE, missing
from app.programmes.models import Measure, MeasureStatus, ProgrammeVersion, VersionStatus
from app.programmes.rights import leads
from app.register.field import fields_of, local
from app.register.pages import Act, Badge, Cell, FactsPart
from app.terms import say
from app.words import counted

TONES: dict[VersionStatus, tuple[str, str]] = {
    VersionStatus.DRAFT: ("", "pencil"),
    VersionStatus.AGREED: ("info", "pen"),
    VersionStatus.SUBMITTED: ("info", "hourglass-split"),
    VersionStatus.APPROVED: ("ok", "check-circle"),
    VersionStatus.IN_FORCE: ("ok", "play-circle"),
    VersionStatus.REJECTED: ("bad", "x-octagon"),
    VersionStatus.TERMINATED: ("bad", "x-octagon"),
}
"""Tone and icon of a version's state; the others are neutral."""

_MARKS: dict[MeasureStatus, tuple[str, str]] = {
    MeasureStatus.DONE: ("ok", "check-lg"),
    MeasureStatus.PARTLY: ("warn", "check-lg"),
    MeasureStatus.NOT_DONE: ("bad", "x-lg"),
    MeasureStatus.IN_WORK: ("info", "play-circle"),
}


def badge(version: ProgrammeVersion) -> Badge:
    """Return the state of a version as a pill."""
    return Badge(version.status.label, *TONES.get(version.status, ("", "file-earmark-text")))


def page_of(version: ProgrammeVersion, old: str = "", new: str = "") -> dict[str, Any]:
    """Return the page of *version*; *old* and *new* are version numbers to compare, as typed in the address."""
    programme, case = version.programme, version.programme.case
    versions, approved = list(programme.versions), is_approved_here(version)
    return {
        "title": f"{programme}, семья {case.family}",
        "line": f"{version.document_title} · версия {version.version_no} · "
        f"с {version.valid_from:%d.%m.%Y} по {version.valid_to:%d.%m.%Y}",
        "crumbs": ((say("Дело № ") + case.number, url_for("Cases.show", pk=case.id)),),
        "badges": (badge(version),),
        "note": _note(version),
        "error": "",
        "more": (),
        "compare": _compare(version, versions, old, new),
        "measures": [_measure(one, version) for one in version.measures],
        "facts": _facts(version),
        "makers": _makers(version),
        "way": _way(version, approved=approved),
        "checks": _checks(version, approved=approved),
        "versions": [
            {
                "label": f"Версия {one.version_no}, {one.kind.label}",
                "url": url_for("Versions.show", pk=one.id),
                "small": counted(len(one.measures), "мероприятие", "мероприятия", "мероприятий"),
                "state": badge(one),
                "current": one is version,
            }
            for one in reversed(versions)
        ],
    }


def _note(version: ProgrammeVersion) -> dict[str, str] | None:
    if version.status is VersionStatus.SUBMITTED:
        if version.agenda_closed_at:
            text = say("Повестка закрыта, отозвать {programme_short:acc} уже нельзя.")
        else:
            text = say("Пока повестка не закрыта, {programme_short:acc} можно отозвать и изменить.")
        return {"tone": "info", "strong": f"Решает {version.body}.", "text": text}
    if version.status is VersionStatus.REJECTED and version.decision_reason:
        return {"tone": "bad", "strong": "Отклонена.", "text": version.decision_reason}
    if version.status in EDITABLE and version.decision_reason:
        return {"tone": "warn", "strong": "Возвращена на доработку.", "text": version.decision_reason}
    if version.status in EDITABLE and version.change_reason:
        return {"tone": "info", "strong": "Почему меняем:", "text": version.change_reason}
    return None


def _measure(one: Measure, version: ProgrammeVersion) -> dict[str, Any]:
    acts: tuple[Act, ...] = ()
    state = None
    if version.status in (VersionStatus.APPROVED, VersionStatus.IN_FORCE):
        state = Badge(one.status.label, *_MARKS.get(one.status, ("", "circle")))
        acts = (Act("mark", "Отметить", url_for("Measures.action", name="mark", pk=one.id), icon="check2-square"),)
    elif version.status in EDITABLE:
        back = url_for("Versions.show", pk=version.id)
        acts = (Act("edit", "Изменить", url_for("Measures.edit", pk=one.id, back=back), icon="pencil"),)
    return {
        "no": one.no,
        "title": one.title,
        "url": url_for("Measures.show", pk=one.id),
        "small": one.direction.label if one.direction else "",
        "recipient": one.recipient.short_name if one.recipient else "",
        "executor": executor_of(one),
        "due": f"{one.due:%d.%m.%Y}" if one.due else "",
        "state": state,
        "acts": acts,
    }


def _facts(version: ProgrammeVersion) -> tuple[FactsPart, ...]:
    always = ("goal", "tasks", "effect_criteria")
    known = fields_of(ProgrammeVersion)
    parts = (
        (say("О чём {programme_short}"), (*always, "review_dates")),
        ("Как помогаем", ("volume", "kinds", "forms", "technologies", "family_potential")),
        ("ИППСУ", ("ippsu_number", "ippsu_date")),
    )
    made = []
    for legend, names in parts:
        facts = tuple((known[name].said, known[name].cell(version)) for name in names
                      if name in always or getattr(version, name))  # fmt: skip
        if facts:
            made.append(FactsPart(legend, facts))
    return (*made, _help_given(version))


def _help_given(version: ProgrammeVersion) -> FactsPart:
    """Return how many measures give each of the five kinds of help; one that is not given asks whether it must be."""
    order = order_in_force(session_of(version), version.service_unit_id)
    said = {one.code: one.label for one in order.help_kinds} if order is not None else {}
    given = [measure.help_kind for measure in version.measures]

    def cell(kind: HelpKind) -> Cell:
        number = given.count(kind)
        if not number:
            return Cell("нет: не требуется или нужно заполнить", empty=True)
        return Cell(counted(number, "мероприятие", "мероприятия", "мероприятий"))

    return FactsPart("Виды помощи", tuple((said.get(one.value, one.label).capitalize(), cell(one)) for one in HelpKind))


def _makers(version: ProgrammeVersion) -> list[dict[str, Any]]:
    """Return who of the family took part and which organisations are engaged (S003-3.5-c, S003-3.5-d)."""
    may_change = version.status in EDITABLE and leads(version.programme.case, actor())

    def off(what: str, pk: int) -> Act | None:
        url = url_for("Versions.take_off", pk=version.id, what=what, other=pk)
        return Act(f"off-{what}-{pk}", "Убрать", url, icon="x-lg", method="post") if may_change else None

    signed = version.family_agreed_by_id
    people = [
        {
            "what": str(person),
            "text": "согласие подписано" if person.id == signed else "",
            "act": off("person", person.id) if person.id != signed else None,
        }
        for person in version.family_participants
    ]
    by_hand = {one.id for one in version.partners}
    organisations = [
        {
            "what": str(one),
            "text": "" if one.id in by_hand else "исполнитель мероприятий",
            "act": off("partner", one.id) if one.id in by_hand else None,
        }
        for one in engaged(version)
    ]
    parts = (
        ("Составляли от семьи", people, "Пока никто не назван.", "took_part"),
        ("Привлекаемые организации", organisations, "Организаций нет.", "engage"),
    )
    return [
        {
            "title": title,
            "rows": rows,
            "blank": blank,
            "more": ("Добавить", url_for("Versions.action", name=name, pk=version.id)) if may_change else None,
        }
        for title, rows, blank, name in parts
    ]


def is_approved_here(version: ProgrammeVersion) -> bool:
    """Whether a body approves programmes in the centre; where none does, no step of approval is shown (S003)."""
    order = order_in_force(session_of(version), version.service_unit_id)
    return order is None or bool(order.bodies_that("approve_programme"))


def _compare(version: ProgrammeVersion, versions: list[ProgrammeVersion], old: str, new: str) -> dict[str, Any] | None:
    by_no = {str(one.version_no): one for one in versions}
    right = by_no.get(new, version)
    left = by_no.get(old) or by_no.get(str(right.version_no - 1))
    if left is None or left is right:
        return None
    rows = [
        {
            "kind": one.kind.value,
            "title": one.title,
            "old": _lines(one, "old"),
            "new": _lines(one, "new"),
            "reason": "",
        }
        for one in difference(left, right)
    ]
    content = content_difference(left, right)
    rows[:0] = [
        {
            "kind": "changed",
            "title": one.label,
            "old": [{"label": "", "text": one.old, "changed": True}],
            "new": [{"label": "", "text": one.new, "changed": True}],
            "reason": "",
        }
        for one in content
    ]
    return {
        "url": url_for("Versions.show", pk=version.id),
        "old": {"label": f"Версия {left.version_no}", "small": left.status.label},
        "new": {"label": f"Версия {right.version_no}", "small": right.status.label},
        "choices": [(no, f"версия {no}") for no in by_no],
        "old_value": str(left.version_no),
        "new_value": str(right.version_no),
        "rows": rows,
    }


def _lines(one: Any, side: str) -> list[dict[str, Any]] | None:
    measure: Measure | None = getattr(one, side)
    if measure is None:
        return None
    if one.kind is Change.CHANGED:
        return [{"label": field.label, "text": getattr(field, side), "changed": True} for field in one.fields]
    due = f"до {measure.due:%d.%m.%Y}" if measure.due else "срок не указан"
    return [{"label": "", "text": f"{executor_of(measure) or 'исполнитель не указан'}, {due}", "changed": True}]


def _way(version: ProgrammeVersion, *, approved: bool) -> list[dict[str, str]]:
    done, status = "done", version.status
    sent = status not in EDITABLE
    decided = status not in (*EDITABLE, VersionStatus.SUBMITTED)
    acting = status in (VersionStatus.IN_FORCE, VersionStatus.COMPLETED, VersionStatus.SUPERSEDED)
    agreed = version.family_agreed_at
    submitted = local(version.submitted_at) if version.submitted_at else None
    decision = local(version.decided_at) if version.decided_at else None
    waiting = done if decided else "current" if sent else ""
    steps = [
        ("Составлена", f"{version.version_no}-я версия", done if sent else "current"),
        ("Согласована семьёй", f"{agreed:%d.%m.%Y}" if agreed else "не отмечено", done if agreed else ""),
        ("На рассмотрении", f"{submitted:%d.%m.%Y}" if submitted else "", waiting),
        ("Решение", f"{decision:%d.%m.%Y}, {version.body}" if decision else "", done if decided else ""),
        ("Действует", f"с {version.in_force_at:%d.%m.%Y}" if version.in_force_at else "", done if acting else ""),
    ]
    if not approved:
        steps = [*steps[:2], steps[-1]]
    return [{"title": title, "small": small, "state": state, "url": ""} for title, small, state in steps]


def _checks(version: ProgrammeVersion, *, approved: bool) -> list[dict[str, Any]]:
    """Return what keeps a draft from being sent, in the rule's own words, and what is worth looking at."""
    if version.status not in EDITABLE:
        return []
    rows = [{"tone": "bad", "text": sentence, "hint": "", "act": None} for sentence in missing(version)]
    if "ИППСУ" in version.programme.title and not version.ippsu_number:
        hint = "Если у семьи нет ИППСУ, оставьте пустым."
        rows.append({"tone": "warn", "text": "Не указаны номер и дата ИППСУ.", "hint": hint, "act": None})
    ready = "Всё на месте, {programme_short:acc} можно отправлять." if approved else "Всё на месте."
    return rows or [{"tone": "ok", "text": say(ready), "hint": "", "act": None}]


def cell(version: ProgrammeVersion) -> Cell:
    """Return the state of a version for a list."""
    made = badge(version)
    return Cell(made.text, tone=made.tone, icon=made.icon)

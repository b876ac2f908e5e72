"""What the card of a case shows of its path: the stage bar, what stands in the way, what is ready, who may go on."""

from __future__ import annotations

from typing import Any

from app.acting import Actor
from app.cases import gate
from app.cases.models import CaseStatus, FamilyCase, StageMove, StagePeriod
from app.process.moves import Condition, WayOut, may_override, ways
from app.process.personal_file import PersonalFile, Position, file_of
from app.process.settling import CONCLUDE, FINISH, settled_by
from app.process.warnings import warnings
from app.profiles.order import OrderOfWork, Stage
from app.register.access import may
from app.register.field import local
from app.register.pages import Act
from app.register.registry import registers
from app.terms import say

AS_MOVED = {
    StageMove.OVERRIDDEN: ", с обоснованием директора",
    StageMove.RETURNED: ", возвращено",
    StageMove.SKIPPED: ", минуя этап",
}
"""How a case came to a stage, where it did not simply go on."""


# ---- the stage bar -----------------------------------------------------------------------------------


def stage_bar(case: FamilyCase) -> list[dict[str, str]]:
    """Return the stages of the order of work with their days: those passed, the present one, those ahead (S003-1.2)."""
    found = gate.stage_of(case)
    if found is None:
        return []
    order, stage = found
    here, total = order.stages.index(stage), len(order.stages)
    last = {one.stage: one for one in case.stages}
    rows = []
    for number, one in enumerate(order.stages):
        period = last.get(one.code)
        state = "done" if number < here or not case.status.is_open else "current" if number == here else ""
        state = "" if number > here else state
        rows.append({"label": say(one.label), "small": _when(period, number, here, total, case), "state": state})
    return rows


def _when(period: StagePeriod | None, number: int, here: int, total: int, case: FamilyCase) -> str:
    since = f"с {local(period.came_at):%d.%m.%Y}{AS_MOVED.get(period.move, '')}" if period is not None else ""
    if number == here and case.status.is_open:
        return f"{number + 1}-й из {total}{', ' if since else ''}{since}"
    if number == here and case.ended_at is not None:
        return f"{since} по {case.ended_at:%d.%m.%Y}".strip()
    if number < here:
        return since or "пропущен"
    return f"было {since}" if since else ""


# ---- what stands in the way --------------------------------------------------------------------------


def panel(case: FamilyCase, *, by: Actor, back: str) -> dict[str, Any] | None:
    """Return «Что мешает перейти дальше» for *by*: what is lacking, each with the form that settles it, what is ready,
    the buttons that lead on. None where the case has ended or there is no order of work.
    """
    found = gate.stage_of(case)
    if found is None or not case.status.is_open:
        return None
    order, stage = found
    outs = [one for one in ways(case) if one.over is None]
    single = outs[0] if len(outs) == 1 else None
    common = (*outs[0].common, *(single.own if single is not None else ())) if outs else ()
    lacking = [one for one in common if one.missing is not None]
    warned = [
        {"tone": "warn", "text": one.sentence, "hint": "Не мешает, но важно", "act": _tab(case, one.tab)}
        for one in warnings(case, order, stage)
    ]
    return {
        "ready": f"готово {len(common) - len(lacking)} из {len(common)}" if common else "",
        "needs": [_row(case, one, by, back) for one in lacking] + warned,
        "done": [{"tone": "ok", "text": _done(one), "hint": one.ref.clause, "act": None} for one in common
                 if one.missing is None],
        "choices": [] if single is not None else [_choice(case, order, stage, one, by, back) for one in outs],
        "forward": _forward(case, order, stage, outs, by),
        "override": _override(case, order, outs, by),
        "end": _end(case, outs, back),
        "paused": case.suspended_to,
    }  # fmt: skip


def _row(case: FamilyCase, one: Condition, by: Actor, back: str) -> dict[str, Any]:
    act, whose = settled_by(case, one.ref, by=by, back=back)
    clause = one.ref.clause
    return {"tone": "bad", "text": one.missing, "hint": f"{clause}. {whose}" if whose else clause, "act": act}


def _done(one: Condition) -> str:
    label = say(one.ref.guard.label)
    return label[:1].upper() + label[1:]


def _tab(case: FamilyCase, key: str) -> Act | None:
    cases, other = registers().by_key["cases"], registers().by_key.get(key)
    if other is None or not may(other, "list"):
        return None
    return Act(key, "Посмотреть", f"{cases.url('show', pk=case.id)}?tab={key}")


def _choice(case: FamilyCase, order: OrderOfWork, stage: Stage, out: WayOut, by: Actor, back: str) -> dict[str, Any]:
    """Return one of several ways: where it leads and what only it asks for."""
    rows = [_row(case, one, by, back) for one in out.own if one.missing is not None]
    end = CONCLUDE(case, back) if out.ends_work and out.is_open else None
    return {"label": out.label, "needs": rows, "ready": out.is_open, "act": end}


def _forward(case: FamilyCase, order: OrderOfWork, stage: Stage, outs: list[WayOut], by: Actor) -> list[Act]:
    """Return the buttons of the ways on which nothing is lacking; the end of a case has a form of its own."""
    cases = registers().by_key["cases"]
    if case.suspended_to is not None or not (gate.opens(case, "case.advance", by=by)):
        return []
    made = []
    for out in outs:
        if out.is_open and not out.ends_work:
            label = "Перейти дальше" if len(outs) == 1 else f"Перейти: {out.label}"
            made.append(
                Act(out.way.to, label, cases.url("action", name="move_on", pk=case.id), method="post", tone="primary")
            )
    return made if may(cases, "move_on", action=True) else []


def _end(case: FamilyCase, outs: list[WayOut], back: str) -> Act | None:
    """Return the form that ends the case, where that is the only way and nothing is lacking for it."""
    if len(outs) != 1 or not outs[0].ends_work or not outs[0].is_open:
        return None
    return (FINISH if case.status is CaseStatus.POST_SUPPORT else CONCLUDE)(case, back)


def _override(case: FamilyCase, order: OrderOfWork, outs: list[WayOut], by: Actor) -> Act | None:
    cases = registers().by_key["cases"]
    ahead = [one for one in outs if not (one.ends_work or one.way.ends_case or one.is_open)]
    if not ahead or not may_override(order, by) or not may(cases, "override", action=True):
        return None
    return Act("override", "Разрешить переход с обоснованием", cases.url("action", name="override", pk=case.id))


# ---- the personal file -------------------------------------------------------------------------------


def file_page(case: FamilyCase) -> dict[str, Any]:
    """Return the personal file as the card shows it: positions, which are there, how much of the whole (S000-6)."""
    found = gate.stage_of(case)
    whole = file_of(case, found[0]) if found is not None else PersonalFile(())
    cases = registers().by_key["cases"]
    keeps = found is not None and case.status.is_open and may(cases, "keep_paper", action=True)
    return {
        "percent": whole.percent,
        "counted": len(whole.counted),
        "there": len(whole.counted) - len(whole.missing),
        "positions": [_position(case, one, cases, keeps) for one in whole.positions],
    }


def _position(case: FamilyCase, one: Position, cases: Any, keeps: bool) -> dict[str, Any]:
    mark, acts = one.kept, []
    if keeps and one.by_hand:
        url = cases.url("action", name="keep_paper", pk=case.id, paper=one.code)
        acts.append(Act(f"keep-{one.code}", "Изменить отметку" if mark else "Отметить", url))
        if mark is not None:
            gone = cases.url("action", name="take_out_paper", pk=case.id, paper=one.code)
            acts.append(Act(f"out-{one.code}", "Снять отметку", gone, tone="quiet"))
    certified = f"заверил {mark.certified_by}, {mark.certified_on:%d.%m.%Y}" if mark and mark.is_certified else ""
    if mark is not None and not certified and one.code.startswith("copy"):
        certified = "не заверена: не указано, кто и когда заверил"
    sheets = ""
    if mark is not None and mark.page_from:
        sheets = f"л. {mark.page_from}" + (f"–{mark.page_to}" if mark.page_to else "")
    return {
        "code": one.code,
        "label": say(one.label),
        "required": one.required,
        "there": one.is_there,
        "day": f"от {one.day:%d.%m.%Y}" if one.day else "",
        "small": " · ".join(filter(None, (certified, sheets, mark.note if mark else ""))),
        "acts": acts,
        "parts": [_position(case, part, cases, keeps) for part in one.parts],
    }


def kept_by_hand(case: FamilyCase) -> list[tuple[str, str]]:
    """Return the positions of the personal file people mark themselves, as (code, label)."""
    found = gate.stage_of(case)
    if found is None:
        return []
    whole = file_of(case, found[0]).positions
    return [(one.code, one.label) for each in whole for one in (each, *each.parts) if one.by_hand]

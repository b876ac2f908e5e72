"""How a case goes from stage to stage by its centre's order of work (S003-1.2, X-1).

::

                    admit (or with a reason of the director)
    case opened ─────────────────────────────────────────────► first stage
    a stage ── advance: every guard of the way holds ────────► the stage the way leads to, or the end
            ── skip, with a reason: over an optional stage ──► the stage behind it
            ── go_back, with a reason ───────────────────────► an earlier stage
            ── override, with a reason of the director ──────► the stage ahead, what lacked is kept

Entering a stage has effects: leaving «выявлена» includes the family in the data bank, entering the work lets the
programme act, entering the time after it plans its checks. Nothing signed is undone by going back.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import CaseStatus, EndReason, FamilyCase, StageMove, StagePeriod
from app.cases.refusing import refuse_ended
from app.cases.rules import refuse_case
from app.cases.stages import enter, order_in_force
from app.people.rules import trimmed
from app.process.asking import all_asked
from app.profiles.closed import ENDS
from app.profiles.order import GuardRef, OrderOfWork, Stage, Way
from app.programmes.rules import begin
from app.terms import say
from app.words import counted

NO_ORDER = "Порядок работы центра не выбран, этапов у дела нет. Переведите его кнопкой «Перевести дальше»."
PAUSED = "Сопровождение приостановлено. Сначала возобновите его."
BY_CONCLUSION = (
    "С сопровождения снимают заключением: подготовьте его и подпишите. Без него дело не закрыть и с обоснованием."
)
BY_DECISION = "Дело прекращают по решению об отказе в признании, обоснование его не заменит."
MAY_OVERRIDE = "{what} дело можно и без этого: решает {who}, с письменным обоснованием."


@dataclass(frozen=True)
class Condition:
    """A guard of a way as it stands with a case: *missing* says what is lacking, None when it holds."""

    ref: GuardRef
    missing: str | None

    @property
    def sentence(self) -> str:
        """What is lacking and which clause asks for it: «Нет письменного заявления (п. 3.2 Порядка)»."""
        return f"{(self.missing or '').rstrip('.')} ({self.ref.clause})."


@dataclass(frozen=True)
class WayOut:
    """A way out of the stage of a case: where it leads, what it is called and what it asks for.

    *ahead* is the state of the case there, *own* are the conditions of this way only, *over* is the optional stage it
    passes over.
    """

    way: Way
    label: str
    ahead: CaseStatus
    common: tuple[Condition, ...]
    own: tuple[Condition, ...]
    over: Stage | None = None

    @property
    def ends_work(self) -> bool:
        """Whether the accompaniment ends here: that is the matter of the conclusion, not of a move."""
        return self.way.to == CaseStatus.CLOSED or self.ahead is CaseStatus.POST_SUPPORT

    @property
    def lacking(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(one for one in (*self.common, *self.own) if one.missing is not None)

    @property
    def is_open(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacking


# ---- what is open ------------------------------------------------------------------------------------


def ways(case: FamilyCase) -> tuple[WayOut, ...]:
    """Return the ways out of the stage *case* stands on, each with what it asks for; none without an order of work."""
    found = gate.stage_of(case)
    if found is None or not case.status.is_open:
        return ()
    order, stage = found
    with all_asked(case):
        common = tuple(Condition(ref, gate.unmet(case, ref)) for ref in stage.exit)
        made = []
        for way in stage.ways:
            own = _own(case, order, way, stage.exit)
            made.append(WayOut(way, _label(order, way), _status(order, way), common, own))
            ahead = order.stage_by_code.get(way.to)
            if ahead is None or not ahead.optional:
                continue
            for one in ahead.ways:
                further = _own(case, order, one, stage.exit)
                made.append(WayOut(one, _label(order, one), _status(order, one), (*common, *own), further, ahead))
        return tuple(made)


def _own(case: FamilyCase, order: OrderOfWork, way: Way, known: tuple[GuardRef, ...]) -> tuple[Condition, ...]:
    """Return the conditions of *way*: its own guards and those of the stage it leads to, each once."""
    ahead = order.stage_by_code.get(way.to)
    asked: dict[str, GuardRef] = {}
    for ref in (*way.guards, *(ahead.entry if ahead is not None else ())):
        asked.setdefault(ref.code, ref)
    for ref in known:
        asked.pop(ref.code, None)
    return tuple(Condition(ref, gate.unmet(case, ref)) for ref in asked.values())


def _status(order: OrderOfWork, way: Way) -> CaseStatus:
    return CaseStatus(way.to if way.ends_case else order.stage_by_code[way.to].status)


def _label(order: OrderOfWork, way: Way) -> str:
    return ENDS[way.to] if way.ends_case else order.stage_by_code[way.to].label


# ---- opening -----------------------------------------------------------------------------------------


def admit(case: FamilyCase, *, by: Actor, reason: str | None = None) -> FamilyCase:
    """Let a case just opened stand on its first stage, if everything holds that the order of work asks for (S000-0).

    Whoever may override lets it in without, with a *reason*; what lacked is kept.

    Raises:
        RuleBroken: opening falls to others, or something is missing; nothing of the case may be kept then.
    """
    found = gate.stage_of(case)
    if found is None:
        return case
    order, stage = found
    reason, lord = trimmed(reason), may_override(order, by)
    if not (lord and reason):
        gate.need(case, "case.open", by=by)
    with all_asked(case):
        conditions = [Condition(ref, gate.unmet(case, ref)) for ref in stage.entry]
    lacking = [one for one in conditions if one.missing is not None]
    if not lacking:
        return case
    if not (lord and reason):
        way = f" {say(MAY_OVERRIDE, what='Завести', who=_who_overrides(order))}"
        raise RuleBroken(f"Дело не заведено. {lacking[0].missing}{way}", field="why" if lord else None)
    session = session_of(case)
    period = session.scalars(
        select(StagePeriod).where(StagePeriod.case_id == case.id, StagePeriod.left_at.is_(None))
    ).one()
    period.move, period.reason, period.lacking = StageMove.OVERRIDDEN, reason, _told(lacking)
    told = f"Дело № {case.number} заведено с обоснованием: {reason} Не хватало: {period.lacking}"
    journal.record(session, by, "case.override", case, told)
    return case


# ---- moving ------------------------------------------------------------------------------------------


def advance(case: FamilyCase, to: str, *, by: Actor) -> None:
    """Lead the case along the way to *to*, a stage or an end (S003-1.2).

    Raises:
        RuleBroken: it falls to others, there is no such way from here, or something is missing for it.
    """
    order, _ = _standing(case)
    gate.need(case, "case.advance", by=by)
    found = _way_to(case, order, to)
    if found.ends_work:
        raise RuleBroken(BY_CONCLUSION)
    if found.lacking:
        first, more = found.lacking[0], len(found.lacking) - 1
        rest = f" И ещё {counted(more, 'условие', 'условия', 'условий')}." if more else ""
        raise RuleBroken(f"Перейти дальше пока нельзя. {first.sentence}{rest}")
    if found.way.ends_case:
        refuse_case(case, by=by, reason="Семья не признана нуждающейся.", end_reason=EndReason.OTHER)
    else:
        _go(case, to, by, StageMove.ADVANCED)


def skip(case: FamilyCase, to: str, *, by: Actor, reason: str) -> None:
    """Pass over an optional stage, the next one or the one the case stands on, and go on to *to* (domain.md 2.0, f).

    What the stage passed over asks for before it is left is not asked for; everything else is.

    Raises:
        RuleBroken: it falls to others, there is no such way, no reason is given, or something is missing for it.
    """
    order, stage = _standing(case)
    gate.need(case, "case.advance", by=by)
    reason = _need_reason(reason, "Напишите, почему этап не нужен этой семье.")
    if stage.optional:
        found = _way_to(case, order, to)
        lacking = tuple(one for one in found.own if one.missing is not None)
    else:
        found = _way_to(case, order, to, over=True)
        lacking = found.lacking
    if found.ends_work or found.way.ends_case:
        raise RuleBroken("Через этап переходят к следующему этапу, а не к концу дела.", field="to_stage")
    if lacking:
        raise RuleBroken(f"Перейти дальше пока нельзя. {lacking[0].sentence}")
    _go(case, to, by, StageMove.SKIPPED, reason=reason)


def go_back(case: FamilyCase, *, by: Actor, reason: str, to: str | None = None) -> None:
    """Return the case to an earlier stage, by default the one it came from; nothing signed is undone (S004-4-b).

    Raises:
        RuleBroken: it falls to others, the case stands on the first stage, *to* is no earlier one, or no reason is
            given.
    """
    _standing(case)
    gate.need(case, "case.return", by=by)
    reason = _need_reason(reason, "Напишите, почему дело возвращается.")
    earlier = earlier_stages(case)
    if not earlier:
        raise RuleBroken("Дело стоит на первом этапе, возвращать его некуда.")
    if to is None:
        to = earlier[0].code
    if to not in {one.code for one in earlier}:
        names = ", ".join(f"«{one.label}»" for one in earlier)
        raise RuleBroken(f"Вернуть можно на этап из пройденных: {names}.", field="to_stage")
    _go(case, to, by, StageMove.RETURNED, reason=reason)


def earlier_stages(case: FamilyCase) -> list[Stage]:
    """Return the stages before the one *case* stands on, the one it came from first."""
    found = gate.stage_of(case)
    if found is None:
        return []
    order, stage = found
    before = list(order.stages[: order.stages.index(stage)])[::-1]
    been = [one.stage for one in case.stages if one.stage != stage.code]
    last = next((code for code in reversed(been) if code in {one.code for one in before}), None)
    return sorted(before, key=lambda one: one.code != last)


def override(case: FamilyCase, to: str, *, by: Actor, reason: str) -> None:
    """Lead the case to *to* although something is missing for it: the director answers for that in writing.

    What lacked is kept with the stage and in the journal.

    Raises:
        RuleBroken: it falls to others, there is no such way, it ends the case, nothing is missing, or no reason given.
    """
    order, _ = _standing(case)
    gate.need(case, "override", by=by)
    if not may_override(order, by):
        raise RuleBroken(say(MAY_OVERRIDE, what="Перевести", who=_who_overrides(order)))
    reason = _need_reason(reason, "Напишите обоснование: оно останется в деле.")
    found = _way_to(case, order, to)
    if found.ends_work or found.way.ends_case:
        raise RuleBroken(BY_CONCLUSION if found.ends_work else BY_DECISION, field="to_stage")
    if not found.lacking:
        raise RuleBroken("Для этого перехода всё готово, обоснование не нужно. Нажмите «Перейти дальше».")
    _go(case, to, by, StageMove.OVERRIDDEN, reason=reason, lacking=_told(found.lacking))


# ---- what several rules do ---------------------------------------------------------------------------


def _standing(case: FamilyCase) -> tuple[OrderOfWork, Stage]:
    """Return the order of work and the stage of a case that can be moved."""
    refuse_ended(case)
    found = gate.stage_of(case)
    if found is None:
        raise RuleBroken(NO_ORDER)
    if case.status is CaseStatus.SUSPENDED:
        raise RuleBroken(PAUSED)
    return found


def _way_to(case: FamilyCase, order: OrderOfWork, to: str, *, over: bool = False) -> WayOut:
    there = [one for one in ways(case) if (one.over is not None) == over]
    found = next((one for one in there if one.way.to == to), None)
    if found is None:
        named = order.stage_by_code[to].label if to in order.stage_by_code else ENDS.get(to, to)
        names = ", ".join(f"«{one.label}»" for one in there) or "никуда"
        raise RuleBroken(f"Отсюда нет перехода «{named}». Отсюда можно: {names}.", field="to_stage")
    return found


def _go(
    case: FamilyCase, to: str, by: Actor, move: StageMove, *, reason: str | None = None, lacking: str | None = None
) -> None:
    """Enter the stage *to* with everything that follows from leaving the old one and from entering the new."""
    before, day = case.status, today()
    if before is CaseStatus.IDENTIFIED and move is not StageMove.RETURNED:
        happened(case, "register_included", on=day)
    order = order_in_force(session_of(case), case.service_unit_id)
    assert order is not None, "a case that is moved has an order of work"
    ahead = CaseStatus(order.stage_by_code[to].status)
    enter(case, to, by=by, move=move, reason=reason, lacking=lacking)
    if ahead is CaseStatus.ACTIVE:
        begin(case)
        happened(case, "stage_active_entered", on=day)


def may_override(order: OrderOfWork, by: Actor) -> bool:
    """Whether *by* may lead the case on although something is missing."""
    if not by.roles:
        return by.sees_all or by.sees_unit
    return gate.overrides(order, by)


def _who_overrides(order: OrderOfWork) -> str:
    return ", ".join(order.role_by_code[one].label for one in order.override_roles if one in order.role_by_code)


def _need_reason(reason: str, sentence: str) -> str:
    written = trimmed(reason)
    if written is None:
        raise RuleBroken(sentence, field="why")
    return written


def _told(lacking: list[Condition] | tuple[Condition, ...]) -> str:
    return " ".join(one.sentence for one in lacking)

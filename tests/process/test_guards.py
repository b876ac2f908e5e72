"""Every guard of every delivered order of work, stage by stage: it stops a case, says why, lets it go on when met."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import pytest

from app.acting import acting
from app.base import RuleBroken
from app.cases import gate
from app.cases.gate import taught_guards
from app.process import moves
from app.process.guards import TAUGHT
from app.profiles.guards import GUARDS
from app.profiles.loading import load, text_of
from app.profiles.order import GuardRef, Stage, Way
from tests.process.conftest import Centres
from tests.process.facts import FACTS, World

DELIVERED = ("sudogda", "mishkino", "alliance", "rostov")
ORDERS = {name: load(text_of(name)) for name in DELIVERED}


def refs_of(name: str, stage: Stage, way: Way) -> list[GuardRef]:
    """Return every guard of a way: of the stage it leaves, its own, of the stage it enters, each once."""
    ahead = ORDERS[name].stage_by_code.get(way.to)
    found: dict[str, GuardRef] = {}
    for ref in (*stage.exit, *way.guards, *(ahead.entry if ahead is not None else ())):
        found.setdefault(ref.code, ref)
    return list(found.values())


WAYS = [
    pytest.param(name, stage.code, way.to, id=f"{name}-{stage.code}-{way.to}")
    for name in DELIVERED
    for stage in ORDERS[name].stages
    for way in stage.ways
]
HELD = [
    pytest.param(name, stage.code, way.to, ref.code, id=f"{name}-{stage.code}-{way.to}-{ref.code}")
    for name in DELIVERED
    for stage in ORDERS[name].stages
    for way in stage.ways
    for ref in refs_of(name, stage, way)
]
ENTRY = [
    pytest.param(name, ref.code, id=f"{name}-{ref.code}") for name in DELIVERED for ref in ORDERS[name].stages[0].entry
]
"""What a case must have before it is opened: it stands on no stage then, so these are asked for at the door."""
NAMED = {one.values[-1] for one in (*HELD, *ENTRY)}


def way_of(world: World, to: str) -> moves.WayOut:
    """Return the way out of the stage of the case that leads to *to*."""
    return next(one for one in moves.ways(world.case) if one.way.to == to and one.over is None)


def make_all(world: World, codes: list[str], but: str = "") -> None:
    """Make the facts of the guards *codes*, each once, and none that would make the guard *but* hold too."""
    made = set()
    for code in codes:
        if FACTS[code] in made or gate.unmet(world.case, GuardRef(code, "п. 1")) is None:
            continue
        with world.session.begin_nested() as point:
            FACTS[code](world)
            if but and gate.unmet(world.case, GuardRef(but, "п. 1")) is None:
                point.rollback()
            else:
                made.add(FACTS[code])
        world.session.expire_all()


def moves_by_itself(world: World, stage: str, way: moves.WayOut) -> bool:
    """Whether the way is gone by «Перейти дальше»; else by the conclusion, which ends the accompaniment."""
    return not way.ends_work and any(deed.code == "case.advance" for deed in world.order.stage_by_code[stage].actions)


# ---- all of them are taught ---------------------------------------------------------------------------------------


def test_every_guard_of_the_closed_list_is_taught_and_no_other() -> None:
    assert taught_guards() == GUARDS.keys() == FACTS.keys()


def test_every_guard_names_the_clause_it_comes_from() -> None:
    functions = [f for module in TAUGHT for n, f in inspect.getmembers(module, inspect.isfunction) if n in GUARDS]
    assert {one.__name__ for one in functions} == GUARDS.keys()
    silent = [one.__name__ for one in functions if not re.search(r"S00\d-|domain|152-ФЗ", inspect.getdoc(one) or "")]
    assert silent == []


# ---- each of them -------------------------------------------------------------------------------------------------


@pytest.mark.rows("S000-6c", "S001-2.2-b", "S002-3.3-1", "S003-3.5-b", "S004-1-a", "S004-1-b", "S004-1-c", "S004-1-d",
                  "S004-1-e", "S004-1-f", "S004-1-g")  # fmt: skip
@pytest.mark.parametrize(("name", "stage", "to", "code"), HELD)
def test_a_guard_alone_stops_the_case_with_its_sentence_and_opens_when_met(
    centres: Centres, name: str, stage: str, to: str, code: str
) -> None:
    with centres.world(name, stage) as world:
        way = way_of(world, to)
        found = next(one for one in (*way.common, *way.own) if one.ref.code == code)
        assert re.fullmatch(r"[А-ЯЁ].*\.", found.missing or ""), found.missing
        make_all(world, [one.ref.code for one in (*way.common, *way.own) if one is not found], but=code)
        lacking = way_of(world, to).lacking
        assert code in {one.ref.code for one in lacking}
        if moves_by_itself(world, stage, way):
            with pytest.raises(RuleBroken) as refusal:
                moves.advance(world.case, to, by=world.by)
            assert refusal.value.sentence.startswith(f"Перейти дальше пока нельзя. {lacking[0].sentence}")
            assert world.case.stage == stage
        FACTS[code](world)
        assert gate.unmet(world.case, found.ref) is None


@pytest.mark.parametrize(("name", "stage", "to"), WAYS)
def test_with_every_guard_met_the_way_is_open(centres: Centres, name: str, stage: str, to: str) -> None:
    with centres.world(name, stage) as world:
        way = way_of(world, to)
        make_all(world, [one.ref.code for one in (*way.common, *way.own)])
        assert way_of(world, to).is_open
        if way.way.ends_case or not moves_by_itself(world, stage, way):
            return
        moves.advance(world.case, to, by=world.by)
        assert (world.case.stage, world.case.status.value) == (to, world.order.stage_by_code[to].status)


@pytest.mark.parametrize(("name", "code"), ENTRY)
def test_a_guard_of_the_first_stage_stands_at_the_door(centres: Centres, name: str, code: str) -> None:
    with centres.world(name) as world:
        others = [ref.code for ref in world.order.stages[0].entry if ref.code != code]
        if FACTS[code] not in {FACTS[each] for each in others}:
            make_all(world, others)
        missing = gate.unmet(world.case, GuardRef(code, "п. 1"))
        if missing is None:  # The family of the tests has a child, which is all some centres ask for.
            assert (code, name) in {("target_group_ok", "rostov"), ("target_group_ok", "alliance")}
            return
        with pytest.raises(RuleBroken) as refusal:
            moves.admit(world.case, by=world.by)
        assert refusal.value.sentence.startswith("Дело не заведено. ")
        make_all(world, [code, *others])
        assert moves.admit(world.case, by=world.by) is world.case


# ---- those no delivered order of work names -----------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(GUARDS.keys() - NAMED))
def test_a_guard_a_centre_may_name_holds_when_met(centres: Centres, code: str) -> None:
    ref = GuardRef(code, "п. 1")
    with centres.world("mishkino", "s5") as world:
        if code == "has_health_consent_if_needed":
            assert gate.unmet(world.case, ref) is None  # Nobody in the family has anything on record.
            FACTS["target_group_ok"](world)
        assert gate.unmet(world.case, ref) is not None
        FACTS[code](world)
        assert gate.unmet(world.case, ref) is None


# ---- exact sentences ----------------------------------------------------------------------------------------------


def test_S003_3_2_the_application_is_not_earlier_than_the_recognition(centres: Centres) -> None:
    with centres.world("alliance", "application") as world:
        FACTS["has_application"](world)
        ref = GuardRef("application_after_recognition", "п. 3.2 Порядка")
        assert gate.unmet(world.case, ref) == "Семья ещё не признана нуждающейся, заявление подают после признания."
        FACTS["recognition_positive"](world)
        assert gate.unmet(world.case, ref) is None


def test_a_sentence_speaks_the_words_of_the_centre(centres: Centres) -> None:
    said = {}
    for name in DELIVERED:
        with centres.world(name) as world, acting(replace(world.by, words=world.order.words)):
            said[name] = gate.unmet(world.case, GuardRef("has_curator", "п. 1"))
    assert said == {
        "sudogda": "Участковый социальный работник не назначен.",
        "mishkino": "Социальный тьютор не назначен.",
        "alliance": "Специалист-куратор не назначен.",
        "rostov": "Куратор не назначен.",
    }

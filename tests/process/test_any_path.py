"""Whatever is pressed and in whatever order, a case goes only where the order of work lets it, and nothing is lost.

A machine leads the cases of two families through a delivered order of work: facts come into being, people press what is
open and what is not. Before each move it asks the order of work itself what must happen, and afterwards it reads from
the database what did.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, clock_at, now
from app.agreements.rules import end_accompaniment
from app.base import RuleBroken
from app.cases import gate
from app.cases.models import CaseSource, CaseStatus, EndReason, FamilyCase, Outcome, StageMove, StagePeriod
from app.cases.rules import open_case, resume, suspend
from app.cases.stages import put_in_force as put_order_in_force
from app.organisation.models import ServiceUnit
from app.people.models import Family
from app.process import moves
from app.profiles.loading import text_of
from app.profiles.models import ProfileVersion
from app.profiles.order import OrderOfWork
from app.profiles.rules import order_of, store
from app.programmes.models import MeasureLineage, Programme, ProgrammeVersion, VersionStatus
from app.programmes.rules import correct, put_in_force
from app.services.models import Service, ServiceRecord
from app.services.rules import record_service
from tests.make import DAY, child_of, make_actor, make_family, make_service, make_staff, make_unit
from tests.process.facts import FACTS, World

HOUR = dt.timedelta(hours=1)
FORWARD = (StageMove.ADVANCED, StageMove.SKIPPED, StageMove.OVERRIDDEN)
CHANCE = st.randoms(use_true_random=False)
BUTTONS = {
    "open": 2, "come_true": 6, "advance": 7, "skip": 2, "go_back": 2, "override": 2, "pause": 2, "end": 1, "serve": 2,
    "amend": 1, "reorder": 1,
}  # fmt: skip
"""The steps of the machine and how often each is taken."""
OPTIONAL = ("      optional: false\n", "      optional: true\n")


class Path(RuleBasedStateMachine):
    """Two families, one order of work in two versions, and everybody pressing everything."""

    engine: ClassVar[Engine]
    by: ClassVar[Actor]
    versions: ClassVar[tuple[int, int]]
    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.moment = dt.datetime.combine(DAY, dt.time(9), dt.UTC)
        self.stack.enter_context(acting(self.by))
        connection = self.stack.enter_context(self.engine.connect())
        self.stack.callback(connection.begin().rollback)
        self.session = self.stack.enter_context(Session(connection, join_transaction_mode="create_savepoint"))
        self.unit = self.session.get_one(ServiceUnit, self.by.unit)
        self.services: dict[int, int] = {}

    def teardown(self) -> None:
        """Undo everything: the next run starts from the same database."""
        self.stack.close()

    # ---- what is at hand -------------------------------------------------------------------------------

    @property
    def order(self) -> OrderOfWork:
        assert self.unit.profile is not None
        return order_of(self.unit.profile)

    def open_cases(self) -> list[FamilyCase]:
        found = self.session.scalars(select(FamilyCase).order_by(FamilyCase.id))
        return [case for case in found if case.status.is_open]

    def case(self, chance: Random) -> FamilyCase | None:
        found = self.open_cases()
        return chance.choice(found) if found else None

    def press(self, call: Callable[[], object]) -> bool:
        """Call a rule an hour later, as a request does: all of it or, when it refuses, nothing; say whether it did."""
        self.moment += HOUR
        with clock_at(self.moment):
            try:
                with self.session.begin_nested():
                    call()
            except (RuleBroken, IntegrityError):
                self.session.expire_all()
                return False
            self.session.flush()
        self.session.expire_all()
        return True

    # ---- what people do --------------------------------------------------------------------------------

    @rule(chance=CHANCE)
    def step(self, chance: Random) -> None:
        """Press one button; what leads a case on is pressed more often, or no case would get far."""
        names = list(BUTTONS)
        getattr(self, chance.choices(names, [BUTTONS[name] for name in names])[0])(chance)

    def open(self, chance: Random) -> None:
        """Open a case, with or without what the door asks for."""
        family = chance.choice(self.session.scalars(select(Family).order_by(Family.id)).all())
        codes = chance.choice(
            [(), ("has_intake",), ("has_intake", "target_group_ok"), ("has_intake", "target_group_ok")]
        )

        def opened() -> None:
            case = open_case(family, by=self.by, source=CaseSource.FAMILY)
            world = World(self.session, self.by, self.order, case)
            for code in codes:
                FACTS[code](world)
            moves.admit(case, by=self.by)

        running = any(one.family_id == family.id for one in self.open_cases())
        done = self.press(opened)
        assert not (done and running)

    def come_true(self, chance: Random) -> None:
        """Something the stage waits for comes into being; often all of it for one way."""
        case = self.case(chance)
        if case is None:
            return
        outs = moves.ways(case)
        lacking = [one.ref.code for one in (chance.choice(outs).lacking if outs else ())]
        for code in lacking if chance.random() < 0.7 else lacking[:1]:
            world = World(self.session, self.by, self.order, case)
            if self.press(lambda code=code, world=world: FACTS[code](world)):  # type: ignore[misc]
                self.reached["fact"] += 1

    def advance(self, chance: Random) -> None:
        """Press «Перейти дальше»: it does what the order of work says, and nothing else."""
        case = self.case(chance)
        if case is None:
            return
        outs = [one for one in moves.ways(case) if one.over is None]
        likely = [one.way.to for one in outs if one.is_open]
        everything = [*self.order.stage_by_code, "closed", "refused"]
        to = chance.choice(likely) if likely and chance.random() < 0.8 else chance.choice(everything)
        way = next((one for one in outs if one.way.to == to), None)
        allowed = (
            way is not None
            and way.is_open
            and not way.ends_work
            and case.status is not CaseStatus.SUSPENDED
            and gate.refusal(case, "case.advance", by=self.by) is None
        )
        done = self.press(lambda: moves.advance(case, to, by=self.by))
        assert done == allowed, (case.stage, to)
        self.reached[f"advance {to}"] += done

    def skip(self, chance: Random) -> None:
        """Pass over a stage that may be passed over, or try to."""
        case = self.case(chance)
        if case is not None:
            stage, to = self.order.stage_by_code[case.stage or ""], chance.choice(list(self.order.stage_by_code))
            done = self.press(lambda: moves.skip(case, to, by=self.by, reason="Не нужен этой семье"))
            ahead = [self.order.stage_by_code.get(way.to) for way in stage.ways]
            assert not done or stage.optional or any(one is not None and one.optional for one in ahead)
            self.reached["skip"] += done

    def go_back(self, chance: Random) -> None:
        """Return a case, or try to."""
        case = self.case(chance)
        if case is not None:
            to = chance.choice([None, *self.order.stage_by_code])
            done = self.press(lambda: moves.go_back(case, by=self.by, to=to, reason="Ошибка"))
            self.reached["back"] += done

    def override(self, chance: Random) -> None:
        """Lead a case on with a reason, or try to."""
        case = self.case(chance)
        if case is not None:
            to = chance.choice([*(way.to for way in self.order.stage_by_code[case.stage or ""].ways), "closed"])
            done = self.press(lambda: moves.override(case, to, by=self.by, reason="Срочно"))
            self.reached["override"] += done

    def pause(self, chance: Random) -> None:
        """Pause a case or go on with it."""
        case = self.case(chance)
        if case is not None:
            until = self.moment.date() + dt.timedelta(days=30)
            resumed = self.press(lambda: resume(case, by=self.by))
            if not resumed and chance.random() < 0.3:
                self.press(lambda: suspend(case, by=self.by, reason="Санаторий", until=until))

    def end(self, chance: Random) -> None:
        """End an accompaniment; another case of the family may come."""
        case = self.case(chance)
        if case is not None and chance.random() < 0.3:
            end = {"reason": EndReason.MOVED, "outcome": Outcome.PARTIAL}
            self.reached["end"] += self.press(lambda: end_accompaniment(case, by=SYSTEM, **end))  # type: ignore[arg-type]

    def serve(self, chance: Random) -> None:
        """Record a service on a measure of the programme."""
        case = self.case(chance)
        found = select(MeasureLineage).where(MeasureLineage.case_id == case.id) if case is not None else None
        lineages = self.session.scalars(found).all() if found is not None else []
        if case is None or not lineages:
            return
        lineage = chance.choice(lineages)
        made: list[ServiceRecord] = []

        def served() -> None:
            staff = case.curator or make_staff(self.session, self.by)
            service = self.session.scalars(select(Service)).first()
            assert service is not None
            made.append(
                record_service(
                    case, by=self.by, service=service, recipient=child_of(case.family), performer=staff,
                    measure_lineage=lineage,
                )
            )  # fmt: skip

        if self.press(served):
            self.services[made[0].id] = lineage.id
            self.reached["service"] += 1

    def amend(self, chance: Random) -> None:
        """Correct the programme; the correction is approved and acts."""
        case = self.case(chance)
        programme = case.programme if case is not None else None
        if programme is None:
            return
        self.press(lambda: correct(programme, by=self.by, reason="Переезд"))
        newest = programme.versions[-1]
        if newest.status is VersionStatus.DRAFT and chance.random() < 0.7:

            def approved() -> None:
                newest.status, newest.decided_at = VersionStatus.APPROVED, now()
                self.session.flush()
                put_in_force(newest, by=SYSTEM)

            self.reached["amended"] += self.press(approved)

    def reorder(self, chance: Random) -> None:
        """The centre changes its order of work: the cases keep their places."""
        if chance.random() < 0.5:
            version = self.session.get_one(ProfileVersion, chance.choice(self.versions))
            before = {case.id: case.stage for case in self.open_cases()}
            assert self.press(lambda: put_order_in_force(self.unit, version, by=SYSTEM))
            assert {case.id: case.stage for case in self.open_cases()} == before

    # ---- what never happens ----------------------------------------------------------------------------

    @invariant()
    def a_case_stands_on_a_stage_and_has_its_state(self) -> None:
        for case in self.session.scalars(select(FamilyCase)):
            periods = sorted(case.stages, key=lambda one: one.id)
            if not case.status.is_open:
                assert all(one.left_at is not None for one in periods)
                continue
            stage = self.order.stage_by_code[case.stage or ""]
            assert case.status.value == stage.status or case.status is CaseStatus.SUSPENDED
            assert case.status is not CaseStatus.SUSPENDED or stage.status == CaseStatus.ACTIVE.value
            assert [one.stage for one in periods if one.left_at is None] == [case.stage]
            assert case.stage_since == periods[-1].came_at
            self.reached[f"on {case.status.value}"] += 1

    @invariant()
    def every_move_is_one_the_order_of_work_knows(self) -> None:
        for case in self.session.scalars(select(FamilyCase)):
            periods = sorted(case.stages, key=lambda one: one.id)
            assert not periods or periods[0].stage == self.order.stages[0].code
            for before, after in pairwise(periods):
                self.is_known(before, after)

    def is_known(self, before: StagePeriod, after: StagePeriod) -> None:
        """Hold that the case went from *before* to *after* by a way there is, at one moment."""
        assert before.left_at == after.came_at
        codes = list(self.order.stage_by_code)
        ways = {way.to for way in self.order.stage_by_code[before.stage].ways}
        over = {way.to for code in ways & set(codes) for way in self.order.stage_by_code[code].ways}
        if after.move is StageMove.ADVANCED:
            assert after.stage in ways and after.reason is None
        elif after.move is StageMove.OVERRIDDEN:
            assert after.stage in ways and after.reason and after.lacking
        elif after.move is StageMove.SKIPPED:
            assert after.stage in ways | over and after.reason
        else:
            assert after.move is StageMove.RETURNED and codes.index(after.stage) < codes.index(before.stage)

    @invariant()
    def a_family_has_one_open_case(self) -> None:
        families = Counter(case.family_id for case in self.open_cases())
        assert all(number == 1 for number in families.values())

    @invariant()
    def a_programme_has_one_acting_version(self) -> None:
        for programme in self.session.scalars(select(Programme)):
            states = [one.status for one in programme.versions]
            assert states.count(VersionStatus.IN_FORCE) <= 1
            self.reached["acting"] += VersionStatus.IN_FORCE in states

    @invariant()
    def no_service_loses_the_line_of_its_measure(self) -> None:
        known = {one.id: one.lineage_id for one in self.session.scalars(select(ServiceRecord))}
        assert self.services.items() <= known.items()
        acting_now = select(ProgrammeVersion).where(ProgrammeVersion.status == VersionStatus.IN_FORCE)
        for version in self.session.scalars(acting_now):
            case_lines = {
                one
                for pk, one in known.items()
                if self.session.get_one(ServiceRecord, pk).case_id == version.programme.case_id
            }
            assert case_lines <= {one.lineage_id for one in version.measures}


def run(engine: Engine, session: Session, name: str, examples: int, steps: int) -> Counter[str]:
    """Prepare a centre and two families once and let the machine press *examples* times *steps* buttons."""
    with clock_at(DAY):
        unit = make_unit(session)
        by = make_actor(unit)
        with acting(by):
            text = text_of(name)
            versions = [store(session, one, by=SYSTEM) for one in (text, text.replace(*OPTIONAL))]
            put_order_in_force(unit, versions[0], by=SYSTEM)
            for _ in range(2):
                make_family(session, by)
            make_service(session, by)
            Path.by, Path.versions = by, (versions[0].id, versions[1].id)
            session.commit()
    Path.engine, Path.reached = engine, Counter()
    run_state_machine_as_test(
        Path,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            # A failing run is shown as it was found: making it smaller takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Path.reached


@pytest.mark.parametrize("name", ["sudogda", "mishkino", "alliance", "rostov"])
def test_in_any_order_a_case_goes_only_where_the_order_of_work_lets_it(
    engine: Engine, session: Session, name: str
) -> None:
    reached = run(engine, session, name, examples=3, steps=40)

    # The machine would prove nothing if no case ever moved.
    assert sum(number for code, number in reached.items() if code.startswith("advance ")) > 0
    assert {"fact", "back", "override"} <= reached.keys()


@pytest.mark.proof
@pytest.mark.parametrize("name", ["sudogda", "mishkino", "alliance", "rostov"])
def test_in_thousands_of_steps_a_case_goes_only_where_the_order_of_work_lets_it(
    engine: Engine, session: Session, found: Callable[[str, str], None], name: str
) -> None:
    reached = run(engine, session, name, examples=30, steps=80)

    assert {"fact", "back", "override", "skip", "end", "on active", "acting", "service", "amended"} <= reached.keys()
    found(f"Порядок работы {name}: дело бывает только там, куда его пускает порядок", "30 раз по 80 нажатий")

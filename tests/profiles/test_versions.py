"""Stored versions: written once, in force for a unit, and what becomes of the cases when the order changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import setup
from app.acting import SYSTEM, Actor, acting
from app.base import RuleBroken
from app.cases.models import CaseStatus, EndReason, FamilyCase, StageMove
from app.cases.rules import advance, close_case
from app.cases.stages import enter, put_in_force, stage_for
from app.identity import account_of, actor_of
from app.journal.models import JournalRow
from app.organisation.models import ServiceUnit
from app.profiles.loading import ProfileRefused, load, text_of
from app.profiles.models import ProfileVersion, StoredForGood
from app.profiles.rules import digest_of, order_of, store, words_of
from app.terms import NEUTRAL, word
from tests.make import centre, make_actor, make_case, make_unit, refused

Centre = tuple[Session, Actor]


@pytest.fixture
def there() -> Iterator[Centre]:
    """Give a session and the head of the service of a fresh unit, acting."""
    with centre() as made:
        yield made


def unit_of(there: Centre) -> ServiceUnit:
    """Return the unit of whoever acts."""
    return there[0].get_one(ServiceUnit, there[1].unit)


def kept(session: Session, name: str, old: str = "", new: str = "") -> ProfileVersion:
    """Return the stored delivered order of work *name*, with *old* in its text put as *new*."""
    changed = text_of(name)
    assert old in changed
    return store(session, changed.replace(old, new) if old else changed, by=SYSTEM)


# ---- versions -----------------------------------------------------------------------------------------------------


def test_a_changed_text_is_the_next_version_and_the_same_text_the_same(there: Centre) -> None:
    session, _ = there
    first = kept(session, "alliance")
    again = store(session, text_of("alliance").replace("\n", "\r\n"), by=SYSTEM)
    second = kept(session, "alliance", "amount: 1, unit: workday", "amount: 2, unit: workday")
    other = kept(session, "rostov")
    assert again is first
    assert [(one.code, one.number) for one in (first, second, other)] == [
        ("alliance", 1), ("alliance", 2), ("rostov", 1)]  # fmt: skip
    assert (first.digest, first.label) == (digest_of(text_of("alliance")), load(text_of("alliance")).label)
    assert first.created_at is not None
    told = session.scalars(select(JournalRow.sentence).where(JournalRow.verb == "profile.load")).all()
    assert told == [f"Загружен порядок работы {one}." for one in (first, second, other)]


def test_what_is_no_order_of_work_is_not_stored(there: Centre) -> None:
    session, _ = there
    with pytest.raises(ProfileRefused):
        store(session, "profile: {}", by=SYSTEM)
    assert session.scalars(select(ProfileVersion)).all() == []


def test_a_stored_version_is_never_changed_nor_deleted_by_the_code(there: Centre) -> None:
    session, _ = there
    version = kept(session, "alliance")
    session.commit()
    version.label = "другое"
    with pytest.raises(StoredForGood):
        session.flush()
    session.rollback()
    session.delete(session.get_one(ProfileVersion, version.id))
    with pytest.raises(StoredForGood):
        session.flush()


@pytest.mark.both
@pytest.mark.parametrize("change", ["UPDATE profile_version SET text = 'x'", "DELETE FROM profile_version"])
def test_the_database_refuses_to_change_a_stored_version(session: Session, change: str) -> None:
    kept(session, "alliance")
    session.commit()
    with pytest.raises(DBAPIError, match="stored for good"):
        session.execute(text(change))
    session.rollback()
    assert session.scalars(select(ProfileVersion.text)).one() == text_of("alliance")


def test_an_order_of_work_is_read_once_in_the_life_of_the_process(there: Centre) -> None:
    version = kept(there[0], "sudogda")
    assert order_of(version) is order_of(version)
    assert words_of(version) is order_of(version).words
    assert words_of(None) is NEUTRAL


# ---- in force -----------------------------------------------------------------------------------------------------


@pytest.mark.rows("S004-С")
def test_two_units_of_one_database_work_by_different_orders_and_speak_their_own_words(there: Centre) -> None:
    session, _ = there
    said = []
    for name in ("sudogda", "mishkino"):
        unit = make_unit(session)
        put_in_force(unit, kept(session, name), by=SYSTEM)
        by = Actor(None, "Проверкин", unit.id, sees_unit=True, words=words_of(unit.profile))
        with acting(by):
            said.append((word("curator", "gen"), word("agreement_short")))
    assert said == [("участкового социального работника", "договор"), ("социального тьютора", "соглашение")]
    assert word("curator") == "куратор"


def test_a_case_enters_the_first_stage_and_takes_its_status_from_the_stage_it_stands_on(there: Centre) -> None:
    session, by = there
    put_in_force(unit_of(there), kept(session, "rostov"), by=by)
    case = make_case(session, by, status=CaseStatus.ASSESSMENT)
    stages = [(case.status.value, case.stage)]
    for code in ("s2", "s3"):
        enter(case, code, by=by, move=StageMove.ADVANCED)
        stages.append((case.status.value, case.stage))
    assert stages == [("assessment", "s1"), ("approval", "s2"), ("active", "s3")]
    session.refresh(case)
    assert [(one.stage, one.move, one.left_at is None) for one in case.stages] == [
        ("s1", StageMove.OPENED, False),
        ("s2", StageMove.ADVANCED, False),
        ("s3", StageMove.ADVANCED, True),
    ]
    assert case.stage_since == case.stages[-1].came_at
    close_case(case, by=by, reason=EndReason.MOVED)
    assert case.stage == "s3" and case.stages[-1].left_at is not None


def test_a_case_of_an_order_of_work_goes_by_its_stages_alone(there: Centre) -> None:
    session, by = there
    put_in_force(unit_of(there), kept(session, "sudogda"), by=by)
    case = make_case(session, by)
    with refused("Дело идёт по этапам порядка работы. Откройте его карточку и нажмите «Перейти дальше»."):
        advance(case, CaseStatus.REGISTERED, by=by)


def test_a_stage_there_is_not_is_never_entered(there: Centre) -> None:
    session, by = there
    case = make_case(session, by)
    with pytest.raises(LookupError):
        enter(case, "s1", by=by, move=StageMove.ADVANCED)
    put_in_force(unit_of(there), kept(session, "rostov"), by=by)
    with pytest.raises(LookupError):
        enter(case, "s9", by=by, move=StageMove.ADVANCED)


def test_without_an_order_of_work_a_case_has_no_stage(there: Centre) -> None:
    assert make_case(*there).stage is None


@pytest.mark.parametrize(
    ("name", "now", "status", "stage"),
    [
        ("mishkino", None, CaseStatus.REGISTERED, "s1"),
        ("mishkino", "s2", CaseStatus.PLANNING, "s2"),
        ("mishkino", "s4", CaseStatus.PLANNING, "s4"),
        ("mishkino", "s6", CaseStatus.ACTIVE, "s5"),
        ("mishkino", None, CaseStatus.SUSPENDED, "s5"),
        ("mishkino", None, CaseStatus.POST_SUPPORT, "s6"),
        ("rostov", "gone", CaseStatus.REVIEW, "s4"),
        ("rostov", None, CaseStatus.POST_SUPPORT, "s5"),
    ],
)
def test_the_stage_of_a_status(name: str, now: str | None, status: CaseStatus, stage: str) -> None:
    assert stage_for(load(text_of(name)), status, now) == stage


def test_the_first_order_of_work_gives_every_open_case_the_stage_of_its_status(there: Centre) -> None:
    session, by = there
    case, ended = make_case(session, by), make_case(session, by)
    advance(case, CaseStatus.REGISTERED, by=by)
    close_case(ended, by=by, reason=EndReason.MOVED)
    assert put_in_force(unit_of(there), kept(session, "rostov"), by=by) == 1
    assert (case.stage, ended.stage) == ("s1", None)
    session.refresh(case)
    assert [(one.stage, one.move, one.left_at) for one in case.stages] == [("s1", StageMove.REORDERED, None)]
    told = session.scalars(select(JournalRow.sentence).where(JournalRow.verb == "profile.put_in_force")).one()
    assert told == f"{unit_of(there)}: введён порядок работы rostov, версия 1."


def test_an_order_without_a_stage_in_use_is_refused_with_the_cases_named(there: Centre) -> None:
    session, by = there
    unit, rostov = unit_of(there), kept(session, "rostov")
    put_in_force(unit, rostov, by=by)
    cases = [make_case(session, by) for _ in range(12)]
    other = kept(session, "alliance")
    first = ", ".join(f"№ {case.number}" for case in cases[:10])
    with refused(
        f"В новом порядке нет этапов, на которых стоят 12\u00a0дел: «s1» – {first} и ещё 2. Укажите для каждого этапа "
        "новый: --map старый=новый. Этапы нового порядка: recognition, application, agreement, curator, diagnose, "
        "implement, final."
    ):
        put_in_force(unit, other, by=by)
    assert unit.profile is rostov and {case.stage for case in cases} == {"s1"}


def test_stages_in_use_are_mapped(there: Centre) -> None:
    session, by = there
    unit = unit_of(there)
    put_in_force(unit, kept(session, "rostov"), by=by)
    case = make_case(session, by)
    assert put_in_force(unit, kept(session, "alliance"), by=by, mapping={"s1": "application", "s9": "final"}) == 1
    assert (case.stage, case.status) == ("application", CaseStatus.REGISTERED)
    session.refresh(case)
    assert [(one.stage, one.left_at is None) for one in case.stages] == [("s1", False), ("application", True)]


def test_a_stage_is_not_mapped_to_one_there_is_not(there: Centre) -> None:
    session, by = there
    with refused("Этапа «s7» в новом порядке нет (s1=s7). Есть: s1, s2, s3, s4, s5."):
        put_in_force(unit_of(there), kept(session, "rostov"), by=by, mapping={"s1": "s7"})


def test_a_case_of_another_unit_does_not_stand_in_the_way(there: Centre) -> None:
    session, by = there
    put_in_force(unit_of(there), kept(session, "rostov"), by=by)
    make_case(session, by)
    other = make_unit(session)
    with acting(make_actor(other)) as stranger:
        assert put_in_force(other, kept(session, "alliance"), by=stranger) == 0


def test_the_words_come_with_the_person_in_the_query_that_brings_him(
    app: Flask, stored: Session, visit: object
) -> None:
    browser = visit("Куратор")  # type: ignore[operator]
    unit = stored.get_one(ServiceUnit, browser.unit_id)
    put_in_force(unit, kept(stored, "mishkino"), by=SYSTEM)
    stored.commit()
    found = account_of(stored, browser.user_id)
    assert found is not None
    assert actor_of(*found, frozenset()).words.word("curator").nom == "социальный тьютор"


# ---- setup --------------------------------------------------------------------------------------------------------


def test_setup_chooses_an_order_of_work_once(app: Flask, stored: Session) -> None:
    stored.commit()
    first, second = setup.run(app, "mishkino"), setup.run(app, "sudogda")
    stored.expire_all()
    assert (first.units, second.units) == (("Наш центр",), ())
    assert [unit.profile.code for unit in stored.scalars(select(ServiceUnit)) if unit.profile] == ["mishkino"]


def test_setup_again_with_the_same_order_of_work_changes_nothing(app: Flask, stored: Session) -> None:
    stored.commit()
    setup.run(app, "mishkino")
    assert setup.run(app, "mishkino") == setup.Delivered(None, 0, ())
    assert len(stored.scalars(select(ProfileVersion)).all()) == 1


def test_setup_refuses_an_order_of_work_there_is_not(app: Flask, stored: Session) -> None:
    stored.commit()
    with pytest.raises(RuleBroken, match=r"^Порядка работы «тверь» нет\. Есть: alliance, mishkino, rostov, sudogda\.$"):
        setup.run(app, "тверь")


def test_closed_cases_keep_what_they_ended_in(there: Centre) -> None:
    session, by = there
    unit = unit_of(there)
    put_in_force(unit, kept(session, "rostov"), by=by)
    case = make_case(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    put_in_force(unit, kept(session, "alliance"), by=by)
    assert session.get_one(FamilyCase, case.id).stage == "s1"

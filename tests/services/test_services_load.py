"""A journal of services is loaded whole or not at all; two equal visits are two, the same file adds nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.cases.models import Direction
from app.journal.models import JournalRow
from app.register.intake.importer import CHANGED_MEANWHILE
from app.register.intake.plan import Verdict
from app.services.importer import ServicesJournal
from app.services.intake_load import load
from app.services.models import Place, Service, ServiceKind, ServiceRecord
from app.services.rules import void_service
from tests.cases.banks import CURATORS
from tests.cases.intake import hire
from tests.make import DAY, make_actor, make_unit, refused
from tests.reports.reading import counting
from tests.services.journals import (
    ANNA,
    GIVEN,
    IVAN,
    JOURNALS,
    LESSON,
    OLGA,
    SERGEY,
    TALK,
    VISIT,
    bank_loaded,
    line,
    one_sheet,
    planned,
    rows,
    served,
    write,
)

PLACES = [Place.HOME, Place.CENTRE, Place.REMOTE, Place.CENTRE]
WHOLE = [
    (day, who, what, Decimal(str(amount)), by_whom, place, note if place is Place.CENTRE else None)
    for (day, who, what, _direction, amount, by_whom, note), place in zip(GIVEN, PLACES, strict=True)
]
"""The services of every layout as the base holds them."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Session, Actor]]:
    """Give a centre with families and staff."""
    with served(tmp_path) as both:
        yield both


def given(session: Session) -> list[tuple]:
    """Return every service given, as people read it."""
    return [
        (g.date, str(g.recipient), str(g.service), g.quantity, g.performer.name, g.place, g.comment)
        for g in session.scalars(select(ServiceRecord).order_by(ServiceRecord.id))
    ]


@pytest.mark.parametrize("layout", JOURNALS.values(), ids=JOURNALS)
def test_every_layout_gives_the_same_services(here: tuple, tmp_path: Path, layout: tuple) -> None:
    session, by = here
    plan = planned(session, by, write(tmp_path / "journal.xlsx", layout))
    assert plan.problems == []
    assert load(session, plan, by=by) == 4
    assert given(session) == WHOLE
    cases = [str(record.case) for record in session.scalars(select(ServiceRecord).order_by(ServiceRecord.id))]
    assert cases == ["№ 001/2024", "№ 001/2024", "№ 001/2022", "№ 001/2023"]


def test_what_the_directory_lacks_is_added_to_it_once(here: tuple, tmp_path: Path) -> None:
    session, by = here
    there = Service(name=VISIT, direction=Direction.HOUSEHOLD, service_unit_id=by.unit_id)
    session.add(there)
    session.flush()
    load(session, planned(session, by, write(tmp_path / "journal.xlsx", JOURNALS["printed"])), by=by)
    assert [(s.name, s.direction, s.kind) for s in session.scalars(select(Service).order_by(Service.id))] == [
        (VISIT, Direction.HOUSEHOLD, ServiceKind.SOCIAL_SERVICE),
        (TALK, Direction.PSYCHOLOGICAL, ServiceKind.CONSULTATION),
        (LESSON, Direction.PEDAGOGICAL, ServiceKind.CORRECTION),
    ]


@pytest.mark.both
def test_both_databases_take_a_journal_and_know_it_again(session: Session, tmp_path: Path) -> None:
    by = make_actor(make_unit(session))
    with acting(by), clock_at(DAY):
        hire(session, by, CURATORS)
        bank_loaded(session, by, tmp_path)
        path = write(tmp_path / "journal.xlsx", JOURNALS["printed"])
        assert load(session, planned(session, by, path), by=by) == 4
        again = planned(session, by, path)
        assert (again.counts[Verdict.UNCHANGED], load(session, again, by=by)) == (4, 0)
        session.expire_all()
        assert given(session) == WHOLE
        session.commit()


def test_the_load_stands_in_the_journal_by_row_and_as_a_whole(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, planned(session, by, write(tmp_path / "journal.xlsx", JOURNALS["printed"])), by=by)
    created = (
        select(JournalRow.table_name, func.count())
        .where(JournalRow.verb == "create", JournalRow.table_name.in_(["service", "service_record"]))
        .group_by(JournalRow.table_name)
    )
    assert dict(session.execute(created).all()) == {"service": 3, "service_record": 4}
    (said,) = session.scalars(select(JournalRow.sentence).where(JournalRow.verb == "import.services"))
    assert said == "Загружено из таблицы «journal.xlsx»: 4\u00a0услуги."


def test_equal_services_of_one_day_are_as_many_as_are_written(here: tuple, tmp_path: Path) -> None:
    session, by = here
    plan = one_sheet(session, by, tmp_path, line(1), line(2))
    assert [item.verdict for item in plan.items] == [Verdict.NEW, Verdict.NEW]
    assert "D3: такая же услуга стоит в строке 2: если это повтор, удалите одну из строк" in [
        note.message for note in plan.notes
    ]
    assert load(session, plan, by=by) == 2
    three = one_sheet(session, by, tmp_path, line(1), line(2), line(3))
    assert [item.verdict for item in three.items] == [Verdict.UNCHANGED, Verdict.UNCHANGED, Verdict.NEW]
    assert load(session, three, by=by) == 1


def test_a_row_repeated_on_another_sheet_is_a_repetition_before_and_after_the_load(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write(tmp_path / "journal.xlsx", (("Январь", rows(line())), ("Копия", rows(line()))))
    said = [("Копия", 2, "service", "duplicate", "D2: эта услуга уже есть выше: строка 2, лист «Январь»")]
    for new in (1, 0):
        plan = planned(session, by, path)
        assert [(p.sheet, p.row, p.column, p.kind, p.message) for p in plan.problems] == said
        assert plan.items[1].verdict is Verdict.DUPLICATE
        assert load(session, plan, by=by, good_rows=True) == new


def test_an_annulled_service_is_not_brought_back_by_the_same_file(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, one_sheet(session, by, tmp_path, line()), by=by)
    void_service(session.scalars(select(ServiceRecord)).one(), by=by, reason="Внесена по ошибке")
    session.flush()
    assert load(session, one_sheet(session, by, tmp_path, line()), by=by) == 0


@pytest.mark.parametrize(
    "changed", [{"F": 2}, {"G": CURATORS[1]}, {"B": dt.date(2026, 1, 14)}, {"C": IVAN}, {"D": VISIT}]
)
def test_another_amount_performer_day_recipient_or_name_is_another_service(
    here: tuple, tmp_path: Path, changed: dict
) -> None:
    session, by = here
    load(session, one_sheet(session, by, tmp_path, line()), by=by)
    assert load(session, one_sheet(session, by, tmp_path, line(**changed)), by=by) == 1


def test_one_bad_row_stops_everything_unless_the_good_ones_are_asked_for(here: tuple, tmp_path: Path) -> None:
    session, by = here
    plan = one_sheet(session, by, tmp_path, line(1), line(2, C=OLGA, F="два"))
    with refused(
        "В таблице есть что исправить: 1\u00a0строка. Исправьте её в Excel или загрузите только готовые строки."
    ):
        load(session, plan, by=by)
    assert given(session) == []
    assert load(session, plan, by=by, good_rows=True) == 1


def test_a_service_named_only_by_bad_rows_does_not_enter_the_directory(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, one_sheet(session, by, tmp_path, line(1), line(2, D="Новая", F=0)), by=by, good_rows=True)
    assert session.scalars(select(Service.name)).all() == [TALK]


def test_a_plan_that_the_base_has_overtaken_is_refused_u08(here: tuple, tmp_path: Path) -> None:
    session, by = here
    shown = one_sheet(session, by, tmp_path, line())
    load(session, one_sheet(session, by, tmp_path, line()), by=by)
    with refused(CHANGED_MEANWHILE):
        load(session, shown, by=by)


def test_a_plan_other_than_the_one_seen_is_refused_u08(here: tuple, tmp_path: Path) -> None:
    session, by = here
    seen = one_sheet(session, by, tmp_path, line()).stamp
    with refused(CHANGED_MEANWHILE):
        load(session, one_sheet(session, by, tmp_path, line(F=3)), by=by, seen=seen)


def test_another_unit_sees_neither_the_families_nor_the_services(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, one_sheet(session, by, tmp_path, line()), by=by)
    with acting(make_actor(make_unit(session), roles=("head_of_service",))) as other:
        hire(session, other, CURATORS)
        plan = one_sheet(session, other, tmp_path, line())
        assert [(p.column, p.kind) for p in plan.problems] == [("recipient", "unknown_person")]


def test_many_rows_cost_as_many_statements_as_one(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, one_sheet(session, by, tmp_path, line(F=9)), by=by)
    cost = []
    for number in (10, 200):
        day = [dt.date(2025, 1, 1) + dt.timedelta(days=number + at) for at in range(number)]
        lines = [line(at, B=day[at], C=(ANNA, IVAN, OLGA, SERGEY)[at % 4]) for at in range(number)]
        with counting(session) as sent:
            load(session, one_sheet(session, by, tmp_path, *lines), by=by)
        cost.append(len(sent))
    assert cost[0] == cost[1] <= 25


def test_the_importer_tells_what_the_command_prints(here: tuple, tmp_path: Path) -> None:
    session, by = here
    importer = ServicesJournal()
    plan = one_sheet(session, by, tmp_path, line(1), line(2, C="Неведомая Зоя Львовна"))
    assert importer.told(plan) == "Новых: 1\u00a0услуга. В перечень добавится: 1\u00a0услуга."
    assert importer.report(plan) == {
        "services": 1,
        "problems": [
            {
                "sheet": "Январь",
                "row": 3,
                "column": "recipient",
                "kind": "unknown_person",
                "message": "C3: «Неведомая Зоя Львовна»: такого человека нет среди семей; проверьте имя или сначала "
                "внесите семью",
            }
        ],
        "unchanged": 0,
        "unread": [],
    }
    done = importer.load(session, plan, by=by, good_rows=True)
    assert (done.sentence, done.numbers, done.back_url, done.left_out) == (
        "Загружено: 1\u00a0услуга. Не загружено: 1\u00a0услуга.",
        {"services": 1},
        "/records/",
        1,
    )

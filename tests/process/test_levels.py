"""Levels of accompaniment and categories of families, with their history."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.acting import acting, clock_at
from app.cases.levels import NO_ORDER, longest, set_category, set_level
from app.cases.models import CategoryPeriod, LevelPeriod
from app.profiles.order import Level, VisitNorm
from tests.make import DAY, make_actor, make_case, make_unit, refused
from tests.process.conftest import Centres
from tests.process.facts import World

LATER = DAY + dt.timedelta(days=90)


def history(world: World, model: type[LevelPeriod] | type[CategoryPeriod]) -> list[tuple[str, dt.date, dt.date | None]]:
    """Return the periods of the case: code, first and last day."""
    found = world.session.scalars(select(model).where(model.case_id == world.case.id).order_by(model.id))
    return [(one.code, one.date_from, one.date_to) for one in found]


def test_S003_3_5_b_a_level_has_a_term_and_a_change_closes_the_level_before(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world:
        set_level(world.case, "crisis", by=world.by, reason="Обострение", planned_end=dt.date(2026, 8, 18))
        assert (world.case.level, world.case.planned_end) == ("кризисный", dt.date(2026, 8, 18))
        with clock_at(LATER):
            world.session.refresh(world.case)
            set_level(world.case, "base", by=world.by, reason="Совет решил")
        assert world.case.level == "базовый (профилактический)"
        assert history(world, LevelPeriod) == [("crisis", DAY, LATER), ("base", LATER, None)]


def test_S003_1_3_c_a_level_is_chosen_with_a_reason(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world, refused("Напишите, почему выбран этот уровень.", "why"):
        set_level(world.case, "crisis", by=world.by, reason=" ", planned_end=LATER)


@pytest.mark.parametrize(
    ("code", "end", "sentence", "field"),
    [
        ("mild", LATER, "Уровня «mild» в порядке работы нет. Есть: адаптационный, базовый (профилактический), "
         "кризисный, экстренный.", "level_code"),
        ("emergency", dt.date(2026, 5, 19),
         "Уровень «экстренный» длится не дольше 3\u00a0месяцев. Укажите срок не позже 18.05.2026.", "planned_end"),
        ("crisis", DAY, "Срок сопровождения заканчивается позже, чем начинается уровень.", "planned_end"),
        ("crisis", None, "Укажите, до какого дня сопровождать семью.", "planned_end"),
    ],
)  # fmt: skip
def test_what_a_level_may_not_be(centres: Centres, code: str, end: dt.date | None, sentence: str, field: str) -> None:
    with centres.world("alliance", "diagnose") as world, refused(sentence, field):
        set_level(world.case, code, by=world.by, reason="Оценка", planned_end=end)


def test_the_same_level_may_be_given_another_term_and_is_not_set_twice(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world:
        set_level(world.case, "base", by=world.by, reason="Оценка", planned_end=LATER)
        world.session.refresh(world.case)
        with refused("Уровень «базовый (профилактический)» уже установлен. Выберите другой или измените срок.",
                     "level_code"):  # fmt: skip
            set_level(world.case, "base", by=world.by, reason="Оценка")
        set_level(world.case, "base", by=world.by, reason="Дольше", planned_end=LATER + dt.timedelta(days=30))
        assert history(world, LevelPeriod) == [("base", DAY, None)]


def test_a_level_does_not_begin_before_the_case_or_tomorrow(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world:
        for day, sentence in (
            (world.case.opened_at - dt.timedelta(days=1), "Укажите день не раньше 12.01.2026."),
            (DAY + dt.timedelta(days=1), "Этот день ещё не наступил. Проверьте дату."),
        ):
            with refused(sentence):
                set_level(world.case, "base", by=world.by, reason="Оценка", planned_end=LATER, on=day)


def test_the_longest_term_ends_on_the_last_day_of_a_short_month() -> None:
    level = Level("x", "х", 3, VisitNorm(1, "month"))
    assert longest(level, dt.date(2026, 11, 30)) == dt.date(2027, 2, 28)


def test_S004_1_d_the_category_comes_from_the_order_of_work_and_its_change_is_kept(centres: Centres) -> None:
    with centres.world("rostov", "s2") as world:
        set_category(world.case, "tzs", by=world.by)
        world.session.refresh(world.case)
        assert world.case.category == "семья в трудной жизненной ситуации"
        with refused("Семья уже в категории «семья в трудной жизненной ситуации». Выберите другую.", "category_code"):
            set_category(world.case, "tzs", by=world.by)
        with refused("Напишите, почему категория меняется.", "why"):
            set_category(world.case, "sop", by=world.by)
        with clock_at(LATER):
            set_category(world.case, "sop", by=world.by, reason="Решение КДНиЗП")
        assert history(world, CategoryPeriod) == [("tzs", DAY, LATER), ("sop", LATER, None)]


def test_a_centre_without_categories_has_none_to_set(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world, refused(
        "В вашем порядке работы этого действия нет, дело на этапе «Первичная диагностика и составление программы». "
        "Спросите руководителя."
    ):  # fmt: skip
        set_category(world.case, "tzs", by=world.by)


def test_without_an_order_of_work_there_are_no_levels(centres: Centres) -> None:
    with centres.world("rostov") as world:
        lone = make_actor(make_unit(world.session))
        with acting(lone):
            case = make_case(world.session, lone)
            for rule in (set_level, set_category):
                with refused(NO_ORDER):
                    rule(case, "base", by=lone, reason="Оценка")

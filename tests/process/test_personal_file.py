"""The personal file of a case: positions of the order of work, what is there, how much of the whole."""

from __future__ import annotations

import datetime as dt

import pytest

from app.acting import today
from app.cases.copies import keep_paper, take_out
from app.organisation.models import ServiceUnit
from app.process.personal_file import PersonalFile, file_of
from tests.make import make_actor, make_staff, refused
from tests.process.conftest import Centres
from tests.process.facts import PAPERS, World, whole_file


def file_now(world: World) -> PersonalFile:
    """Return the personal file as it is now."""
    world.session.flush()
    world.session.refresh(world.case)
    return file_of(world.case, world.order)


def there(world: World) -> dict[str, bool]:
    """Return which positions are there."""
    return {one.code: one.is_there for one in file_now(world).positions}


@pytest.mark.rows("S000-6e", "S000-6d", "S000-6c")
def test_S000_6_the_file_of_a_new_case_has_five_positions_and_fills_up(centres: Centres) -> None:
    with centres.world("sudogda", "file") as world:
        new = file_now(world)
        assert ([one.label for one in new.counted], new.percent) == (
            ["Заявление", "Заверенные копии документов", "Согласие на обработку персональных данных",
             "Акт обследования", "Социальный паспорт семьи"],
            0,
        )  # fmt: skip
        percents = []
        for code in ("D01", "D02", "D05", "D06"):
            PAPERS[code](world)
            percents.append(file_now(world).percent)
        assert percents == [20, 40, 60, 80]
        assert [one.label for one in file_now(world).missing] == ["Заверенные копии документов"]
        whole_file(world)
        assert file_now(world).percent == 100


def test_S000_6a_the_application_is_there_once_it_is_registered(centres: Centres) -> None:
    with centres.world("sudogda", "file") as world:
        assert there(world)["D01"] is False
        PAPERS["D01"](world)
        position = next(one for one in file_now(world).positions if one.code == "D01")
        assert (position.is_there, position.day, position.by_hand) == (True, today(), False)


def test_S000_6b_a_copy_counts_when_it_says_who_certified_it_and_when(centres: Centres) -> None:
    with centres.world("sudogda", "file") as world:
        clerk = make_staff(world.session, world.by)
        keep_paper(world.case, "copy:passport", by=world.by, received_on=today())
        assert there(world)["copies"] is False
        keep_paper(
            world.case, "copy:passport", by=world.by, received_on=today(), certified_by=clerk, certified_on=today()
        )
        assert there(world)["copies"] is True
        keep_paper(world.case, "copy:mse", by=world.by, received_on=today())
        assert there(world)["copies"] is False, "a copy that lies there without its certification spoils the position"
        take_out(next(one for one in world.case.file_items if one.code == "copy:mse"), by=world.by)
        assert there(world)["copies"] is True


def test_a_mark_is_kept_once_and_changed(centres: Centres) -> None:
    with centres.world("rostov") as world:
        first = keep_paper(world.case, "copy:passport", by=world.by, received_on=today(), page_from=3, page_to=4)
        again = keep_paper(world.case, "copy:passport", by=world.by, received_on=today(), page_from=5)
        assert (first is again, again.page_from, again.page_to) == (True, 5, None)


@pytest.mark.parametrize(
    ("told", "sentence", "field"),
    [
        ({"code": "D99"}, "Такой позиции в личном деле нет. Обновите страницу.", "code"),
        ({"received_on": dt.date(2026, 2, 19)}, "Этот день ещё не наступил. Проверьте дату.", "received_on"),
        ({"certified_on": dt.date(2026, 2, 18)}, "Укажите и кто заверил копию, и когда.", "certified_by_id"),
        ({"clerk": True}, "Укажите и кто заверил копию, и когда.", "certified_on"),
        ({"clerk": True, "certified_on": dt.date(2026, 2, 19)}, "Этот день ещё не наступил. Проверьте дату.",
         "certified_on"),
        ({"page_to": 4}, "Укажите, с какого листа начинается документ.", "page_from"),
        ({"page_from": 0}, "Укажите, с какого листа начинается документ.", "page_from"),
        ({"page_from": 4, "page_to": 3}, "Последний лист не может идти раньше первого.", "page_to"),
    ],
)  # fmt: skip
def test_what_a_mark_may_not_say(centres: Centres, told: dict[str, object], sentence: str, field: str) -> None:
    with centres.world("rostov") as world:
        told = {"received_on": today(), **told}
        code = str(told.pop("code", "copy:passport"))
        if told.pop("clerk", False):
            told["certified_by"] = make_staff(world.session, world.by)
        with refused(sentence, field):
            keep_paper(world.case, code, by=world.by, **told)  # type: ignore[arg-type]


def test_somebody_who_did_not_work_then_certified_nothing(centres: Centres) -> None:
    with centres.world("rostov") as world:
        clerk = make_staff(world.session, world.by, active_from=today(), last_name="Новичкова")
        day = today() - dt.timedelta(days=1)
        with refused(f"{clerk} не работает в этот день. Проверьте дату.", "certified_by_id"):
            keep_paper(world.case, "copy:passport", by=world.by, received_on=day, certified_by=clerk, certified_on=day)


def test_the_file_is_kept_by_the_curator_the_head_and_the_registrar(centres: Centres) -> None:
    with centres.world("rostov") as world:
        item = keep_paper(world.case, "copy:passport", by=world.by, received_on=today())
        unit = world.session.get_one(ServiceUnit, world.case.service_unit_id)
        psychologist = make_actor(unit, roles=("psychologist",))
        with refused("Личное дело ведёт куратор или регистратор. Попросите об этом."):
            keep_paper(world.case, "copy:passport", by=psychologist, received_on=today())
        with refused("Личное дело ведёт куратор или регистратор. Попросите об этом."):
            take_out(item, by=psychologist)


@pytest.mark.parametrize("name", ["sudogda", "mishkino", "alliance", "rostov"])
def test_every_required_position_can_be_there(centres: Centres, name: str) -> None:
    with centres.world(name) as world:
        required = [one for one in world.order.personal_file if one.required and one.code in PAPERS]
        for item in required:
            PAPERS[item.code](world)
        found = there(world)
        assert all(found[item.code] for item in required)

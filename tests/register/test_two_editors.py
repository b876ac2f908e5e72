"""Two people change one card at the same time: nothing of either is lost (checks K01)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.journal.models import JournalRow
from app.organisation.models import Territory, TerritoryLevel
from app.people.models import FamilyKind
from tests.register import stock
from tests.register.conftest import Office
from tests.register.forms import filled, held

pytestmark = pytest.mark.both


def test_different_fields_are_joined_and_both_are_told(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    opened = second.get(here)
    first.post(here, data=filled(first.get(here), here, address="д. Тестово, 2"))
    answer = second.post(here, data=filled(opened, here, name="Тестовы-Младшие"), follow_redirects=True)
    assert (family.name, family.address) == ("Тестовы-Младшие", "д. Тестово, 2")
    assert "Правки соединены" in answer.text


def test_one_field_changed_by_both_shows_both_versions_and_saves_nothing(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    opened = second.get(here)
    first.post(here, data=filled(first.get(here), here, address="д. Тестово, 2", note="От первого"))
    answer = second.post(here, data=filled(opened, here, address="д. Тестово, 3", name="Тестовы-Младшие"))
    assert answer.status_code == 200
    for words in ("было: д. Тестово, 1", "д. Тестово, 2", "д. Тестово, 3", "От первого", "Карточку изменили двое"):
        assert words in answer.text
    assert (family.name, family.address, family.note) == ("Тестовы", "д. Тестово, 2", "От первого")


@pytest.mark.parametrize(("pick", "address"), [("mine", "д. Тестово, 3"), ("theirs", "д. Тестово, 2")])
def test_the_choice_made_on_the_conflict_page_is_saved_with_the_rest(office: Office, pick: str, address: str) -> None:
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    opened = second.get(here)
    first.post(here, data=filled(first.get(here), here, address="д. Тестово, 2", note="От первого"))
    conflict = second.post(here, data=filled(opened, here, address="д. Тестово, 3", name="Тестовы-Младшие"))
    answer = second.post(here, data=filled(conflict, here, **{"pick.address": pick}))
    assert answer.status_code == 302
    assert (family.name, family.address, family.note) == ("Тестовы-Младшие", address, "От первого")


def test_a_link_changed_by_the_other_survives_the_conflict_page(office: Office) -> None:
    farm = Territory(name="Дальний хутор", level=TerritoryLevel.SETTLEMENT)
    office.stored.add(farm)
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    opened = second.get(here)
    moved = {"territory_id": farm.id, "territory_id.text": "Дальний хутор", "address": "Дальний хутор, 2"}
    first.post(here, data=filled(first.get(here), here, **moved))
    conflict = second.post(here, data=filled(opened, here, address="д. Тестово, 3"))
    second.post(here, data=filled(conflict, here, **{"pick.address": "mine"}))
    assert (family.territory_id, family.address) == (farm.id, "д. Тестово, 3")


def test_choices_money_numbers_and_dates_are_compared_by_meaning(office: Office) -> None:
    family = office.family(
        per_capita_income=Decimal("9140.50"), area_m2=Decimal("42.0"), rooms=2, features=["large", "poor"]
    )
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    opened = second.get(here)
    changed = {"per_capita_income": "10 000", "rooms": "3", "income_at": "01.02.2026", "features": ["poor"]}
    first.post(here, data=filled(first.get(here), here, **changed))
    answer = second.post(here, data=filled(opened, here, per_capita_income="12000,50", family_kind="full"))
    assert "было: 9\u202f140,50" in answer.text and "12\u202f000,50" in answer.text
    second.post(here, data=filled(answer, here, **{"pick.per_capita_income": "mine"}))
    assert family.per_capita_income == Decimal("12000.50")
    assert (family.rooms, family.features, family.family_kind) == (3, ["poor"], FamilyKind.FULL)
    assert family.income_at is not None


def test_a_third_editor_between_conflict_and_choice_is_not_lost(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    people = [office.come() for _ in range(3)]
    here = f"/families/edit/{family.id}"
    opened = people[1].get(here)
    people[0].post(here, data=filled(people[0].get(here), here, address="д. Тестово, 2"))
    conflict = people[1].post(here, data=filled(opened, here, address="д. Тестово, 3"))
    people[2].post(here, data=filled(people[2].get(here), here, note="От третьего"))
    answer = people[1].post(here, data=filled(conflict, here, **{"pick.address": "mine"}))
    assert answer.status_code == 302
    assert (family.address, family.note) == ("д. Тестово, 3", "От третьего")


def test_the_history_tells_who_wrote_what(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    opened = second.get(here)
    first.post(here, data=filled(first.get(here), here, note="От первого"))
    second.post(here, data=filled(opened, here, address="д. Тестово, 9"))
    changes = office.stored.execute(
        select(JournalRow.user_id, JournalRow.record_version).where(
            JournalRow.table_name == "family", JournalRow.verb == "change", JournalRow.record_id == family.id
        )
    ).all()
    assert [tuple(row) for row in changes] == [(first.user_id, 2), (second.user_id, 3)]


def test_a_version_that_was_never_shown_is_refused(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    browser, here = office.come(), f"/families/edit/{family.id}"
    form = filled(browser.get(here), here, address="д. Тестово, 5")
    for version in ("99", "-1", "", "abc", "1.0", "٣"):
        form["row_version"] = version
        assert browser.post(here, data=form).status_code == 400
    assert family.address == "д. Тестово, 1"


def test_a_card_deleted_by_the_other_is_gone(office: Office) -> None:
    family = office.family()
    browser, here = office.come(), f"/families/edit/{family.id}"
    form = held(browser.get(here), here)
    office.stored.delete(family)
    assert browser.post(here, data=form).status_code == 404


@stock.as_it_is
def test_stock_fab_lets_the_second_editor_win_silently(tmp_path: Path) -> None:
    with stock.stock_app(tmp_path) as app:
        stock.db.session.add(stock.ToyFamily(id=1, name="Тестовы"))
        stock.db.session.commit()
        first, second = app.test_client(), app.test_client()
        assert second.get("/stockfamilies/edit/1").status_code == 200
        first.post("/stockfamilies/edit/1", data={"name": "Первый написал"})
        second.post("/stockfamilies/edit/1", data={"name": "Второй написал"})
        assert stock.db.session.scalars(select(stock.ToyFamily.name)).all() == ["Второй написал"]

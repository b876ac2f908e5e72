"""Fields of many records: chosen, previewed, done by the single rule, undone as one step within a day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import acting
from app.acting import clock_at, now
from app.base import RuleBroken
from app.journal.models import JournalRow
from app.organisation.models import ServiceArea
from app.people.models import ConsentKind, Family, FamilyKind, Person
from app.people.rules import give_consent
from app.register import bulk_edit, many, steps
from app.register.forms import typed
from app.register.models import BulkStep
from app.register.view import registers
from tests.make import make_adult
from tests.register.conftest import Office
from tests.register.forms import filled, held, no_machinery
from tests.visiting import Browser

HEAD = "Заведующий отделением"
CHANGE = "/families/change"


def ask(browser: Browser, *records: Any, key: str = "families", query: str = "", **more: Any) -> TestResponse:
    """Tick *records* and press «Изменить поля»."""
    sent = {"action": bulk_edit.CHANGE, "rowid": [record.id for record in records], **more}
    return browser.post(f"/{key}/bulk{query}", data=sent)


def preview(browser: Browser, *records: Any, key: str = "families", **typed: Any) -> TestResponse:
    """Choose the fields of *typed* for *records* and go on to the preview."""
    form = filled(ask(browser, *records, key=key), f"/{key}/change", set=list(typed), **typed)
    return browser.post(f"/{key}/change", data=form)


def do(browser: Browser, shown: TestResponse, key: str = "families") -> TestResponse:
    """Press the button of the preview."""
    return browser.post(f"/{key}/change", data=held(shown, f"/{key}/change"))


def only_step(office: Office) -> BulkStep:
    """Return the one step that was kept."""
    office.stored.expire_all()
    return office.stored.scalars(select(BulkStep)).one()


@pytest.mark.both
def test_chosen_fields_are_previewed_then_done_then_undone(office: Office) -> None:
    first = office.family("Первые", phone="+79000001421", note="Как была")
    second, same = office.family("Вторые"), office.family("Такие", family_kind=FamilyKind.FULL)
    browser = office.come(HEAD)
    asked = ask(browser, first, second, same)
    assert "Отмечено строк: 3." in asked.text and "Менять: Телефон" in asked.text
    assert "Менять: Учётный номер" not in asked.text, "what is unique cannot be the same for many"
    shown = preview(browser, first, second, same, family_kind="full")
    assert "Изменится строк: 2." in shown.text and "Уже так: 1." in shown.text
    for words in ("Первые", "Вторые", f"<ins>{FamilyKind.FULL.label}</ins>", "<del>"):
        assert words in shown.text
    office.stored.expire_all()
    assert (first.family_kind, office.stored.scalars(select(BulkStep)).all()) == (FamilyKind.MOTHER, [])
    done = do(browser, shown)
    assert done.status_code == 200 and "Сделано строк: 2 из 2." in done.text and "Отменить весь шаг" in done.text
    step = only_step(office)
    assert (first.family_kind, second.family_kind, first.note) == (FamilyKind.FULL, FamilyKind.FULL, "Как была")
    assert (step.records, step.register, step.user_id) == (2, "families", browser.user_id)
    assert "Изменены поля".lower() in step.title.lower()
    undone = browser.post(f"/families/steps/{step.id}/undo")
    assert undone.location.startswith("/families/")
    office.stored.expire_all()
    assert (first.family_kind, second.family_kind, same.family_kind) == (
        FamilyKind.MOTHER, FamilyKind.MOTHER, FamilyKind.FULL,
    )  # fmt: skip
    events = office.stored.scalars(
        select(JournalRow).where(JournalRow.table_name == "bulk_step").order_by(JournalRow.id)
    ).all()
    assert [event.verb for event in events] == ["bulk.change", "bulk.undo"]
    assert {event.record_id for event in events} == {step.id}


@pytest.mark.both
def test_several_fields_links_and_lists_come_back_as_they_were(office: Office) -> None:
    family = office.family(features=["large"], phone="+79000001421")
    browser = office.come(HEAD)
    area = ServiceArea(number="7", name="Дальний", curator_id=browser.staff_id, service_unit_id=office.unit.id)
    office.stored.add(area)
    office.stored.flush()
    before = {name: getattr(family, name) for name in ("features", "phone", "area_id", "address")}
    shown = preview(browser, family, features=[_codes()[-1]], phone="", area_id=area.id, address="ул. Новая, 1")
    assert "Изменится строк: 1." in shown.text and str(area) in shown.text
    do(browser, shown)
    office.stored.expire_all()
    now_is = (family.features, family.phone, family.area_id, family.address)
    assert now_is == ([_codes()[-1]], None, area.id, "ул. Новая, 1")
    browser.post(f"/families/steps/{only_step(office).id}/undo")
    office.stored.expire_all()
    assert {name: getattr(family, name) for name in before} == before


def _codes() -> list[str]:
    return [member.value for member in Family.__table__.c.features.type.choices]


def test_what_a_rule_refuses_is_known_from_the_preview_and_left_alone(office: Office) -> None:
    """A СНИЛС stops nobody, a birth date after the death of the century does: the person's own rule refuses."""
    old = make_adult(office.stored, office.by, last_name="Старова", birth_date=dt.date(1950, 1, 1))
    fine = make_adult(office.stored, office.by, last_name="Новова", birth_date=dt.date(2000, 1, 1))
    old.doc_issued_at = dt.date(1970, 1, 1)
    office.stored.flush()
    register_change = RuleBroken("Паспорт выдан до рождения. Проверьте даты.", field="doc_issued_at")

    def refuse(session: Any, person: Person) -> None:
        if person.last_name == "Старова":
            raise register_change

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.people.views.rules.check_person", refuse)
        browser = office.come(HEAD)
        shown = preview(browser, old, fine, key="people", employment="works")
        assert "Изменится строк: 1." in shown.text and "Паспорт выдан до рождения" in shown.text
        done = do(browser, shown, "people")
    assert "Сделано строк: 1 из 1." in done.text
    office.stored.expire_all()
    assert (old.employment, fine.employment is not None) == (None, True)


@pytest.mark.both
def test_a_record_changed_after_the_preview_is_left_and_named(office: Office) -> None:
    first, second = office.family("Первые"), office.family("Вторые")
    browser = office.come(HEAD)
    shown = preview(browser, first, second, phone="+7 900 000-14-21")
    first.note = "Кто-то успел"
    office.stored.flush()
    done = do(browser, shown)
    assert "Сделано строк: 1 из 2." in done.text and many.SINCE_SEEN in done.text and "Первые" in done.text
    office.stored.expire_all()
    assert (first.phone, second.phone) == (None, "+79000001421")


@pytest.mark.both
def test_undoing_leaves_what_was_changed_since_and_names_it(office: Office) -> None:
    first, second = office.family("Первые"), office.family("Вторые")
    browser = office.come(HEAD)
    do(browser, preview(browser, first, second, phone="+7 900 000-14-21"))
    office.stored.expire_all()
    first.note = "Кто-то дописал"
    office.stored.flush()
    step = only_step(office)
    undone = browser.post(f"/families/steps/{step.id}/undo")
    assert undone.status_code == 200 and "Первые" in undone.text and steps.CHANGED_SINCE in undone.text
    office.stored.expire_all()
    assert (first.phone, second.phone) == ("+79000001421", None)
    again = browser.post(f"/families/steps/{step.id}/undo")
    assert "Этот шаг уже отменён." in browser.get(again.location).text


def test_a_step_is_undone_by_its_owner_within_a_day_only(office: Office) -> None:
    family = office.family()
    browser = office.come(HEAD)
    do(browser, preview(browser, family, phone="+7 900 000-14-21"))
    step = only_step(office)
    assert "Посмотреть и отменить" in browser.get("/families/").text
    assert step.title in browser.get("/families/steps").text
    mate = office.come(HEAD)
    assert mate.post(f"/families/steps/{step.id}/undo").status_code == 404
    assert "Посмотреть и отменить" not in mate.get("/families/").text
    with clock_at(now() + dt.timedelta(hours=24, minutes=1)):
        assert "ничего не меняли" in browser.get("/families/steps").text
        refused = browser.post(f"/families/steps/{step.id}/undo")
        assert "в течение суток" in browser.get(refused.location).text
    office.stored.expire_all()
    assert (family.phone, step.undone_at) == ("+79000001421", None)


@pytest.mark.both
def test_the_button_pressed_twice_does_it_once(office: Office) -> None:
    family = office.family()
    browser = office.come(HEAD)
    shown = preview(browser, family, phone="+7 900 000-14-21")
    assert do(browser, shown).status_code == 200
    assert do(browser, shown).location == "/families/steps"
    assert only_step(office).records == 1
    assert family.version == 2


def test_what_it_held_before_is_sealed_at_rest(office: Office) -> None:
    person = make_adult(office.stored, office.by)
    person.health_note = "Тайное прежнее"
    give_consent(person, by=office.by, kind=ConsentKind.SPECIAL)
    office.stored.flush()
    browser = office.come(HEAD)
    do(browser, preview(browser, person, key="people", health_note="Новое"), "people")
    step = only_step(office)
    assert "Тайное прежнее" in json.loads(step.made)[0]["before"]["health_note"]
    raw = office.stored.connection().exec_driver_sql("SELECT made, title FROM bulk_step").one()
    assert "Тайное" not in bytes(raw[0]).decode("utf-8", "ignore") + raw[1]


def test_a_field_out_of_the_persons_sight_is_not_offered_and_not_taken(office: Office) -> None:
    person = make_adult(office.stored, office.by)
    registrar = office.come("Регистратор")
    asked = ask(registrar, person, key="people")
    assert "health_note" not in asked.text
    sent = {"step": "preview", "rows": str(person.id), "set": ["health_note"], "health_note": "x"}
    assert "Отметьте хотя бы одно поле" in registrar.post("/people/change", data=sent).text


@pytest.mark.both
def test_what_cannot_be_read_is_refused_at_its_field(office: Office) -> None:
    family = office.family()
    browser = office.come(HEAD)
    refused = preview(browser, family, phone="12", address="ул. Лесная")
    assert "В номере должно быть 10 цифр" in refused.text
    form = held(refused, CHANGE)
    assert (form["phone"], form["address"], form.getlist("set")) == ("12", "ул. Лесная", ["address", "phone"])
    no_machinery(refused)
    empty = preview(browser, family, name="")
    assert "Заполните это поле." in empty.text, "a required field is emptied for nobody"
    nothing = browser.post(CHANGE, data=filled(ask(browser, family), CHANGE))
    assert "Отметьте хотя бы одно поле, которое изменить." in nothing.text


def test_who_may_not_change_many_is_not_offered_it(office: Office) -> None:
    family = office.family()
    curator = office.come("Куратор")
    assert bulk_edit.CHANGE not in curator.get("/families/").text
    assert ask(curator, family).status_code == 404
    assert curator.post(CHANGE, data={"rows": "1", "set": "phone", "phone": ""}).status_code == 403
    director = office.come("Директор")  # May share views, but changes no family.
    assert bulk_edit.CHANGE not in director.get("/families/").text
    assert director.post(CHANGE, data={"rows": "1"}).status_code == 403
    assert director.get("/families/steps").status_code == 403


@pytest.mark.parametrize(
    "sent",
    [
        {"rows": ""}, {"rows": "x"}, {"rows": "1:x"}, {"rows": "99999999999"},
        {"rows": " ".join(map(str, range(1, bulk_edit.MOST + 2)))}, {},
        {"step": "do", "rows": "1:1", "token": "t"}, {"step": "do", "rows": "1:1", "set": "phone", "phone": ""},
    ],
    ids=lambda sent: str(sent)[:30],
)  # fmt: skip
def test_a_form_nobody_drew_is_400(office: Office, sent: dict[str, str]) -> None:
    office.family()
    assert office.come(HEAD).post(CHANGE, data=sent).status_code == 400


def test_a_foreign_record_is_out_of_reach(office: Office) -> None:
    own, foreign = office.family(), office.foreign()
    browser = office.almighty()
    assert ask(browser, own, foreign).status_code == 404
    sent = {"step": "do", "rows": f"{foreign.id}:1", "set": "phone", "phone": "", "token": "t"}
    assert "Сделано строк: 0" in browser.post(CHANGE, data=sent).text
    office.stored.expire_all()
    assert foreign.version == 1
    assert browser.post("/families/steps/1/undo").status_code == 404


def test_everything_found_is_taken_up_to_the_limit(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        office.family(f"Тестовы{number}", phone="+79000001421" if number else None)
    browser = office.come(HEAD)
    asked = ask(browser, query="?f.phone.op=filled", all="1")
    assert "Отмечено строк: 3." in asked.text
    monkeypatch.setattr(bulk_edit, "MOST", 2)
    refused = ask(browser, query="?f.phone.op=filled", all="1")
    assert "За один раз можно взять до 2 строк" in browser.get(refused.location).text


def test_a_record_a_step_created_is_removed_by_its_undoing(office: Office) -> None:
    """An import keeps its way back the same way: a record without values before did not exist."""
    browser = office.come(HEAD)
    by = office.by
    with acting.acting(by):
        family = office.family("Загруженные")
        step = steps.keep(office.stored, "families", "Загрузка", [steps.Made(family, None)], by=by)
    step.user_id = browser.user_id
    office.stored.flush()
    pk = family.id
    assert browser.post(f"/families/steps/{step.id}/undo").status_code == 302
    office.stored.expire_all()
    assert office.stored.get(Family, pk) is None


# ---- whatever is changed, undoing brings back what was ------------------------------------------------

KINDS = st.sampled_from(list(FamilyKind))
TEXT = st.one_of(st.none(), st.text("абвё -", min_size=1, max_size=12).map(str.strip).map(lambda text: text or None))
STATE_NAMES = ("family_kind", "address", "note", "phone", "features", "rooms", "income_at", "name", "territory_id")
STATE = st.fixed_dictionaries(
    {
        "family_kind": KINDS,
        "address": st.text("абвё -", min_size=1, max_size=12).map(lambda text: f"ул. {text}".strip()),
        "note": TEXT,
        "phone": st.sampled_from([None, "+79000001421", "2-14-21"]),
        "features": st.lists(st.sampled_from(_codes()), unique=True, max_size=3),
        "rooms": st.one_of(st.none(), st.integers(0, 9)),
        "income_at": st.one_of(st.none(), st.dates(dt.date(2000, 1, 1), dt.date(2026, 1, 1))),
    }
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    states=st.lists(STATE, min_size=1, max_size=4),
    wanted=STATE,
    chosen=st.sets(
        st.sampled_from(["family_kind", "address", "note", "phone", "features", "rooms", "income_at"]), min_size=1
    ),
)
def test_a_step_undone_leaves_everything_as_it_was(
    office: Office, states: list[dict[str, Any]], wanted: dict[str, Any], chosen: set[str]
) -> None:
    browser = office.come(HEAD)
    families = [office.family(f"Семья{number}", **state) for number, state in enumerate(states)]
    office.stored.commit()
    office.stored.expire_all()
    before = [{name: getattr(family, name) for name in STATE_NAMES} for family in families]
    made = steps_of(office, families, {name: wanted[name] for name in chosen}, browser)
    office.stored.expire_all()
    after = [{name: getattr(family, name) for name in STATE_NAMES} for family in families]
    for was, now_is in zip(before, after, strict=True):
        assert {n: v for n, v in now_is.items() if n not in chosen} == {n: v for n, v in was.items() if n not in chosen}
    if made:
        assert browser.post(f"/families/steps/{made}/undo").status_code == 302
    office.stored.expire_all()
    assert [{name: getattr(family, name) for name in STATE_NAMES} for family in families] == before


def steps_of(office: Office, families: list[Family], values: dict[str, Any], browser: Browser) -> int | None:
    """Change *families* on screen to *values* and return the id of the step, None when nothing was to change."""
    with browser.application.app_context():
        fields = registers().by_key["families"].spec.fields
    sent = {name: typed(value, fields[name].kind) for name, value in values.items()}
    shown = preview(browser, *families, **{name: value or None for name, value in sent.items()})
    assert shown.status_code == 200
    if "Менять нечего." in shown.text:
        return None
    assert "Сделано строк" in do(browser, shown).text
    office.stored.expire_all()
    return office.stored.scalars(select(BulkStep.id).order_by(BulkStep.id.desc())).first()

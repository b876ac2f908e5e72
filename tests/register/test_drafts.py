"""What was typed stays: drafts of forms, whose they are, and the way back through the door."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from werkzeug.datastructures import MultiDict

from app import sealing
from app.acting import SYSTEM, acting, clock_at, now
from app.base import RuleBroken
from app.entering import NUMBER
from app.jobs.tasks import DAILIES
from app.organisation.models import Account
from app.people.models import Family, FamilyMember
from app.register import drafts
from app.register.drafts import TICKET, Ticket, keep, of_person, own, read_ticket, sweep, typed_in
from app.register.models import Draft, FormReceipt
from tests.make import make_adult
from tests.register.conftest import Office
from tests.register.forms import filled, held
from tests.visiting import Browser, begun

pytestmark = pytest.mark.both

KEEP = "/drafts/keep"


def _ticket(user_id: int = 7, **more: Any) -> Ticket:
    given = {"place": "families:edit:1", "slot": "abc", "url": "/families/edit/1", "title": "Семья: Тестовы",
             "token": "t" * 32, "row_version": 1, "made_at": now().timestamp()}  # fmt: skip
    return Ticket(user_id, **{**given, **more})


def _number(office: Office) -> int:
    office.stored.commit()
    return office.stored.scalar(select(func.count(Draft.id))) or 0


def _typed(browser: Browser, here: str, **words: Any) -> MultiDict[str, str]:
    """Return the form at *here* as a person has typed into it, his ticket within."""
    return filled(browser.get(here), here.partition("?")[0], **words)


# ---- tickets ---------------------------------------------------------------------------------------------------------


def test_a_ticket_comes_back_as_it_was_and_nobody_can_read_it() -> None:
    ticket = _ticket()
    sealed = ticket.sealed()
    assert read_ticket(sealed) == ticket
    assert "families" not in sealed and ticket.sealed() != sealed


@pytest.mark.parametrize("text", ["", "x", "я" * 90, "A" * 200, "====", "\x00"])
def test_what_is_no_ticket_opens_nothing(text: str) -> None:
    assert read_ticket(text) is None


def test_another_sealed_value_is_no_ticket() -> None:
    from base64 import urlsafe_b64encode

    assert read_ticket(urlsafe_b64encode(sealing.seal("Диагноз: здоров")).decode()) is None


def test_a_ticket_older_than_a_week_keeps_nothing(office: Office) -> None:
    old = _ticket(made_at=now().timestamp() - 7 * 86_400 - 1).sealed()
    answer = office.come().post(KEEP, data={TICKET: old, "name": "Поздно"})
    assert answer.status_code == 400 and _number(office) == 0


# ---- keeping ---------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_sealed_and_without_what_was_not_typed(office: Office) -> None:
    typed = [("name", "Сугробовы"), ("features", "poor"), ("features", "large"), ("back", "/families/?q=Сугробовы")]
    sent = MultiDict([*typed, ("csrf_token", "x"), (TICKET, "y"), ("more", "1"), ("password", "тайна")])
    draft = keep(office.stored, _ticket(), sent)
    assert draft is not None
    office.stored.commit()
    assert list(typed_in(draft).items(multi=True)) == typed
    row = office.stored.execute(text("SELECT url, title, body FROM draft")).one()
    assert row.url == "/families/edit/1"
    for stored in (row.title, row.body):
        assert not any(word.encode() in bytes(stored) for word in ("Сугробовы", "Тестовы"))


def test_a_later_state_of_the_page_takes_the_place_of_the_earlier_and_never_the_other_way(office: Office) -> None:
    for number, name in (("5", "пятое"), ("7", "седьмое"), ("6", "шестое")):
        keep(office.stored, _ticket(), MultiDict({"name": name, drafts.NUMBER: number}))
    (draft,) = of_person(office.stored, 7)
    assert typed_in(draft)["name"] == "седьмое"


def test_two_pages_of_one_form_keep_a_draft_each(office: Office) -> None:
    for slot in ("abc", "def"):
        keep(office.stored, _ticket(slot=slot), MultiDict({"name": slot}))
    assert [typed_in(draft)["name"] for draft in of_person(office.stored, 7, "families:edit:1")] == ["def", "abc"]
    assert of_person(office.stored, 7, "families:edit:11") == of_person(office.stored, 8) == []


def test_too_much_is_refused_with_a_sentence(office: Office) -> None:
    with pytest.raises(RuleBroken, match="Набрано больше"):
        keep(office.stored, _ticket(), MultiDict({"note": "ы" * drafts.MOST_SIGNS}))
    answer = office.come().post(KEEP, data={TICKET: _ticket().sealed(), "note": "ы" * drafts.MOST_SIGNS})
    assert (answer.status_code, "Набрано больше" in answer.json["text"], _number(office)) == (413, True, 0)


def test_the_oldest_draft_makes_room_and_those_of_others_stay(office: Office) -> None:
    keep(office.stored, _ticket(user_id=8), MultiDict({"name": "чужое"}))
    for each in range(drafts.MOST_DRAFTS + 2):
        keep(office.stored, _ticket(slot=str(each)), MultiDict({"name": str(each)}))
    left = [typed_in(draft)["name"] for draft in of_person(office.stored, 7)]
    assert left == [str(each) for each in range(drafts.MOST_DRAFTS + 1, 1, -1)]
    assert len(of_person(office.stored, 8)) == 1


def test_after_a_week_a_draft_is_neither_offered_nor_kept(office: Office) -> None:
    with clock_at(now() - dt.timedelta(days=7, minutes=1)):
        old = keep(office.stored, _ticket(slot="old"), MultiDict({"name": "старое"}))
    fresh = keep(office.stored, _ticket(), MultiDict({"name": "свежее"}))
    assert old is not None and fresh is not None
    assert own(office.stored, 7, old.id) is None
    assert of_person(office.stored, 7) == [fresh]
    assert sweep(office.stored) == 1
    assert office.stored.scalars(select(Draft.id)).all() == [fresh.id]


def test_the_daily_work_sweeps_the_drafts(office: Office) -> None:
    with clock_at(now() - dt.timedelta(days=8)):
        keep(office.stored, _ticket(), MultiDict({"name": "старое"}))
    office.stored.commit()
    with office.come().application.app_context():
        office.stored.commit()
        assert DAILIES["register.drafts"].run() == "Убрано черновиков: 1."
    assert _number(office) == 0


# ---- the forms -------------------------------------------------------------------------------------------------------


def test_a_draft_of_an_edit_form_is_offered_gone_on_with_and_forgotten_when_saved(office: Office) -> None:
    family, browser = office.family(address="д. Тестово, 1"), office.come()
    here = f"/families/edit/{family.id}"
    answer = browser.post(KEEP, data=_typed(browser, here, address="д. Тестово, 2"))
    assert answer.status_code == 201 and re.fullmatch(r"Черновик сохранён в \d\d:\d\d\.", answer.json["text"])
    offered = browser.get(here)
    assert "Есть черновик от" in offered.text and "д. Тестово, 2" not in offered.text
    link = re.search(rf'href="({here}\?draft=\d+)"', offered.text)
    assert link is not None
    resumed = browser.get(link[1])
    assert held(resumed, here)["address"] == "д. Тестово, 2" and "Это черновик от" in resumed.text
    assert browser.post(here, data=held(resumed, here)).status_code == 302
    assert (family.address, _number(office)) == ("д. Тестово, 2", 0)


def test_a_draft_of_an_add_form_keeps_the_records_it_was_opened_from(office: Office) -> None:
    family, browser = office.family(), office.come()
    person = make_adult(office.stored, office.by, first_name="Анна")
    opened = browser.get(f"/members/add?family_id={family.id}&back=/families/show/{family.id}")
    form = filled(opened, "/members/add", person_id=person.id, role="mother")
    assert browser.post(KEEP, data=form).status_code == 201
    assert "Есть черновик" not in browser.get("/members/add").text
    offered = browser.get(f"/members/add?family_id={family.id}")
    link = re.search(r'href="(/members/add\?family_id=\d+&amp;draft=\d+)"', offered.text)
    assert link is not None
    again = held(browser.get(link[1].replace("&amp;", "&")), "/members/add")
    card = f"/families/show/{family.id}"
    assert (again["person_id"], again["role"], again["back"]) == (str(person.id), "mother", card)
    again["date_from"] = "01.02.2026"
    assert browser.post("/members/add", data=again).location == f"/families/show/{family.id}"
    assert office.stored.scalar(select(func.count(FamilyMember.id))) == 1 and _number(office) == 0


def test_a_draft_half_done_is_not_scolded(office: Office) -> None:
    browser = office.come()
    browser.post(KEEP, data=_typed(browser, "/people/add", last_name="Тестова", birth_date="31.02.20"))
    page = browser.get("/people/add?draft=last")
    assert held(page, "/people/add")["birth_date"] == "31.02.20"
    assert "исправьте" not in page.text and "Заполните" not in page.text


def test_a_draft_over_an_older_card_is_joined_with_what_the_other_saved(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    second.post(KEEP, data=_typed(second, here, name="Тестовы-Младшие"))
    first.post(here, data=_typed(first, here, address="д. Тестово, 2"))
    resumed = second.get(f"{here}?draft=last")
    assert "при сохранении правки соединятся" in resumed.text
    answer = second.post(here, data=held(resumed, here), follow_redirects=True)
    assert "Правки соединены" in answer.text
    assert (family.name, family.address) == ("Тестовы-Младшие", "д. Тестово, 2")


def test_a_draft_that_clashes_with_what_the_other_saved_overwrites_nothing(office: Office) -> None:
    family = office.family(address="д. Тестово, 1")
    first, second, here = office.come(), office.come(), f"/families/edit/{family.id}"
    second.post(KEEP, data=_typed(second, here, address="д. Тестово, 3"))
    first.post(here, data=_typed(first, here, address="д. Тестово, 2"))
    conflict = second.post(here, data=held(second.get(f"{here}?draft=last"), here))
    assert "карточку изменил другой сотрудник" in conflict.text and family.address == "д. Тестово, 2"
    assert _number(office) == 1
    second.post(here, data=filled(conflict, here, **{"pick.address": "mine"}))
    assert (family.address, _number(office)) == ("д. Тестово, 3", 0)


def test_what_comes_late_from_a_saved_form_is_not_kept(office: Office) -> None:
    family, browser = office.family(), office.come()
    here = f"/families/edit/{family.id}"
    form = _typed(browser, here, note="Сохранено")
    assert browser.post(here, data=form).status_code == 302
    late = browser.post(KEEP, data=form)
    assert (late.status_code, late.json, _number(office)) == (202, {"text": ""}, 0)
    new = _typed(browser, "/people/add", last_name="Тестова", first_name="Анна", sex="female", birth_date="1.2.1990")
    assert browser.post("/people/add", data=new).status_code == 302
    assert browser.post(KEEP, data=new).status_code == 202 and _number(office) == 0


def test_a_refused_form_goes_on_with_the_same_draft(office: Office) -> None:
    browser = office.come()
    form = _typed(browser, "/people/add", last_name="Тестова")
    browser.post(KEEP, data=form)
    refused = browser.post("/people/add", data=form)
    assert refused.status_code == 200
    browser.post(KEEP, data=filled(refused, "/people/add", first_name="Анна"))
    office.stored.commit()
    (draft,) = office.stored.scalars(select(Draft)).all()
    assert typed_in(draft)["first_name"] == "Анна"


def test_a_new_family_is_kept_with_its_children(office: Office) -> None:
    browser, here = office.come(), "/families/add"
    form = _typed(browser, here, p_last_name="Сугробова", c2_name="Сугробов Илья", note="Ждут")
    assert browser.post(KEEP, data=form).status_code == 201
    assert "Есть черновик от" in browser.get(here).text
    page = browser.get(f"{here}?draft=last")
    again = held(page, here)
    assert (again["p_last_name"], again["c2_name"], again["note"]) == ("Сугробова", "Сугробов Илья", "Ждут")
    assert "исправьте" not in page.text


def test_a_question_before_an_action_keeps_its_answer(office: Office) -> None:
    from tests.make import make_case

    with acting(office.by):
        case = make_case(office.stored, office.by)
    office.stored.commit()
    browser = office.almighty()
    here = f"/cases/action/refuse/{case.id}"
    form = filled(browser.get(here), here, note="Набранное")
    assert browser.post(KEEP, data=form).status_code == 201
    again = held(browser.get(f"{here}?draft=last"), here)
    assert "Набранное" in again.values()


# ---- whose it is -----------------------------------------------------------------------------------------------------


def test_nobody_reads_or_throws_away_anothers_draft(office: Office) -> None:
    family, one, two = office.family(), office.come(), office.come()
    here = f"/families/edit/{family.id}"
    one.post(KEEP, data=_typed(one, here, note="Только моё"))
    office.stored.commit()
    pk = office.stored.scalars(select(Draft.id)).one()
    office.stored.commit()
    assert two.get(f"{here}?draft={pk}").status_code == 404
    assert two.post(f"/drafts/discard/{pk}").status_code == 404
    assert "Только моё" not in two.get(f"{here}?draft=last").text
    for page in (here, "/profile/", "/"):
        seen = two.get(page).text
        assert "черновик от" not in seen.casefold() and "Недописанное" not in seen
    assert office.stored.get(Draft, pk) is not None


@pytest.mark.parametrize("asked", ["0", "99999", "²", "x", "9" * 40, "-1"])
def test_a_draft_that_is_not_there_is_not_found(office: Office, asked: str) -> None:
    assert office.come().get(f"/people/add?draft={asked}").status_code == 404


def test_a_draft_opens_only_the_form_it_was_typed_into(office: Office) -> None:
    family, other, browser = office.family(), office.family(name="Прочие"), office.come()
    here = f"/families/edit/{family.id}"
    browser.post(KEEP, data=_typed(browser, here, note="Сюда"))
    office.stored.commit()
    pk = office.stored.scalars(select(Draft.id)).one()
    assert browser.get(f"/families/edit/{other.id}?draft={pk}").status_code == 404
    assert browser.get(f"/people/add?draft={pk}").status_code == 404


def test_own_drafts_stand_in_the_profile_and_on_the_day_until_thrown_away(office: Office) -> None:
    family, browser = office.family(), office.come()
    here = f"/families/edit/{family.id}"
    browser.post(KEEP, data=_typed(browser, here, note="Позже"))
    office.stored.commit()
    pk = office.stored.scalars(select(Draft.id)).one()
    for page in ("/profile/", "/"):
        seen = browser.get(page).text
        assert "Недописанное" in seen and f"{here}?draft={pk}" in seen
    answer = browser.post(f"/drafts/discard/{pk}", data={"back": "/profile/"})
    assert (answer.status_code, answer.location) == (302, "/profile/")
    assert _number(office) == 0 and "Недописанное" not in browser.get("/profile/").text


def test_a_draft_of_a_record_out_of_sight_is_not_offered(office: Office) -> None:
    family, browser = office.family(), office.come()
    with acting(SYSTEM):
        family = office.stored.get_one(Family, family.id)
    here = f"/families/edit/{family.id}"
    browser.post(KEEP, data=_typed(browser, here, note="Было моё"))
    office.stored.execute(
        update(Family.__table__).where(Family.__table__.c.id == family.id).values(service_unit_id=office.other.id)
    )
    office.stored.commit()
    assert "Недописанное" not in browser.get("/profile/").text
    assert browser.get(f"{here}?draft=last").status_code == 404


def test_a_draft_of_a_form_closed_to_the_role_is_not_offered(office: Office) -> None:
    browser = office.come("Секретарь")
    own_ticket = _ticket(user_id=browser.user_id, place="accounts:add", url="/accounts/add")
    assert browser.post(KEEP, data={TICKET: own_ticket.sealed(), "username": "x"}).status_code == 201
    assert "Недописанное" not in browser.get("/profile/").text


# ---- the door --------------------------------------------------------------------------------------------------------


def _end_session(office: Office, browser: Browser) -> None:
    account = office.stored.scalars(select(Account).where(Account.user_id == browser.user_id)).one()
    account.epoch += 1
    office.stored.commit()


def _come_again(office: Office, browser: Browser) -> None:
    account = office.stored.scalars(select(Account).where(Account.user_id == browser.user_id)).one()
    number = begun(account)
    with browser.session_transaction() as session:
        session[NUMBER] = number


@pytest.mark.parametrize("how", ["ended", "gone"])
def test_what_was_typed_comes_back_after_the_door(office: Office, how: str) -> None:
    family, browser = office.family(), office.come()
    office.stored.commit()
    browser.application.config["WTF_CSRF_ENABLED"] = True
    here = f"/families/edit/{family.id}"
    form = _typed(browser, here, note="Записано ночью", address="д. Тестово, 5")
    if how == "ended":
        _end_session(office, browser)
    else:
        browser.delete_cookie("opora_session")
    answer = browser.post(here, data=form)
    assert (answer.status_code, answer.location) == (302, f"/login/?next={here}?draft%3Dlast")
    assert "набранное сохранено и вернётся" in browser.get(answer.location).text
    assert "ночью" not in str(answer.headers)
    _come_again(office, browser)
    page = browser.get(f"{here}?draft=last")
    again = held(page, here)
    assert (again["note"], again["address"]) == ("Записано ночью", "д. Тестово, 5")
    assert browser.post(here, data=again).status_code == 302
    assert (family.note, family.address, _number(office)) == ("Записано ночью", "д. Тестово, 5", 0)


def test_who_comes_in_instead_sees_nothing_of_it(office: Office) -> None:
    family, browser, other = office.family(), office.come(), office.come()
    here = f"/families/edit/{family.id}"
    form = _typed(browser, here, note="Не для всех")
    browser.delete_cookie("opora_session")
    assert browser.post(here, data=form).status_code == 302
    page = other.get(f"{here}?draft=last")
    assert page.status_code == 200 and "Не для всех" not in page.text


def test_a_form_without_a_ticket_is_sent_to_the_door_as_before(client: Browser, office: Office) -> None:
    answer = client.post("/people/add", data={"last_name": "Тестова"})
    assert (answer.status_code, answer.location, _number(office)) == (302, "/login/", 0)


def test_a_draft_is_still_put_by_after_the_session_has_ended(office: Office) -> None:
    browser = office.come()
    form = _typed(browser, "/people/add", last_name="Тестова")
    browser.application.config["WTF_CSRF_ENABLED"] = True
    browser.delete_cookie("opora_session")
    answer = browser.post(KEEP, data=form)
    assert answer.status_code == 201 and "Вход закончился" in answer.json["text"]
    office.stored.commit()
    assert [draft.user_id for draft in office.stored.scalars(select(Draft))] == [browser.user_id]


def test_a_page_of_another_site_keeps_nothing(office: Office) -> None:
    browser = office.come()
    assert browser.post(KEEP, data={"last_name": "Чужая"}).status_code == 400
    assert _number(office) == 0


def test_the_ticket_of_one_person_does_not_save_the_draft_of_another_away(office: Office) -> None:
    family, one, two = office.family(), office.come(), office.come()
    here = f"/families/edit/{family.id}"
    form = _typed(one, here, note="Моё")
    one.post(KEEP, data=form)
    assert two.post(here, data=form).status_code == 302
    assert _number(office) == 1
    assert office.stored.scalar(select(func.count(FormReceipt.id))) == 0

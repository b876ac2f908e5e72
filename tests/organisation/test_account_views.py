"""Screens of accounts, of roles and rights, and of one's own profile."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.acting import SYSTEM
from app.journal.models import JournalRow
from app.organisation.models import Account, StaffMember
from app.organisation.rights import change_rights, rights_of
from app.organisation.rules import add_staff, make_account
from app.roles import ADMINISTRATOR, CURATOR, DIRECTOR, HEAD, ROLES
from tests.visiting import PASSWORD, Browser, Visit

NEW = "Ромашка-поле-8"


def hire(stored: Session, unit_id: int, name: str = "Тестова Анна Юрьевна") -> StaffMember:
    return add_staff(stored, unit_id, name, "специалист", by=SYSTEM)


def account_in(stored: Session, unit_id: int, *roles: str, username: str = "testova") -> Account:
    return make_account(stored, hire(stored, unit_id), username, PASSWORD, roles, by=SYSTEM, must_change=False)


def role_names(account: Account) -> list[str]:
    return sorted(role.name for role in account.user.roles)


def shown_password(text: str) -> str:
    found = re.search(r"<kbd[^>]*>([a-z0-9-]+)</kbd>", text)
    assert found is not None
    return found[1]


# ---- accounts ----------------------------------------------------------------------------------------


def test_an_administrator_opens_an_account_and_sees_its_password_once(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    staff = hire(stored, admin.unit_id)
    answer = admin.post("/accounts/add", data={"staff_id": staff.id, "staff_id.text": "", "username": "Testova",
                                               "roles": [CURATOR]})  # fmt: skip
    assert answer.status_code == 200
    account = stored.scalars(select(Account).where(Account.staff_id == staff.id)).one()
    assert (account.user.username, role_names(account), account.must_change_password) == ("testova", [CURATOR], True)
    password = shown_password(answer.text)
    assert check_password_hash(account.user.password, password)
    assert password not in admin.get(f"/accounts/show/{account.id}").text
    assert password.encode() not in (answer.headers.get("Set-Cookie") or "").encode()


def test_a_refused_account_keeps_what_was_typed(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    staff = hire(stored, admin.unit_id)
    answer = admin.post("/accounts/add", data={"staff_id": staff.id, "username": "иванова", "roles": [CURATOR]})
    assert "Логин — от трёх латинских букв и цифр" in answer.text
    assert 'value="иванова"' in answer.text
    assert stored.scalars(select(Account).where(Account.staff_id == staff.id)).all() == []


def test_roles_are_changed(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    account = account_in(stored, admin.unit_id, CURATOR)
    answer = admin.post(f"/accounts/edit/{account.id}", data={"roles": [HEAD, CURATOR]})
    assert answer.status_code == 302
    stored.refresh(account.user)
    assert role_names(account) == sorted([HEAD, CURATOR])


def test_a_role_above_ones_own_cannot_be_given(visit: Visit, stored: Session) -> None:
    give_to_head(stored, ("can_edit", "accounts"), ("can_work", "accounts"))
    head = visit(HEAD)
    account = account_in(stored, head.unit_id, CURATOR)
    page = head.get(f"/accounts/edit/{account.id}").text
    assert f'value="{DIRECTOR}"' not in page
    answer = head.post(f"/accounts/edit/{account.id}", data={"roles": [DIRECTOR]})
    assert "Такого варианта в списке нет" in answer.text
    assert role_names(account) == [CURATOR]


def test_the_account_of_somebody_higher_is_not_touched(visit: Visit, stored: Session) -> None:
    give_to_head(
        stored, ("can_edit", "accounts"), ("can_work", "accounts"), ("close", "accounts"), ("can_show", "accounts")
    )
    head = visit(HEAD)
    account = account_in(stored, head.unit_id, ADMINISTRATOR)
    before = account.user.password
    told = head.post(f"/accounts/password/{account.id}", follow_redirects=True).text
    assert "У входа «testova» роль старше ваших. Его меняет администратор." in told
    told = head.post(f"/accounts/action/close/{account.id}", data={"sure": "1"}, follow_redirects=True).text
    assert "роль старше ваших" in told
    told = head.post(f"/accounts/edit/{account.id}", data={"roles": [CURATOR]}).text
    assert "роль старше ваших" in told
    stored.refresh(account.user)
    assert (account.user.password, account.user.active, role_names(account)) == (before, True, [ADMINISTRATOR])


def test_a_new_password_is_shown_once_and_ends_the_open_sessions(visit: Visit, stored: Session) -> None:
    admin, curator = visit(ADMINISTRATOR), visit(CURATOR)
    account = stored.scalars(select(Account).where(Account.user_id == curator.user_id)).one()
    answer = admin.post(f"/accounts/password/{account.id}")
    stored.refresh(account)
    stored.refresh(account.user)
    assert check_password_hash(account.user.password, shown_password(answer.text))
    assert account.must_change_password
    assert curator.get("/families/").status_code == 302


def test_an_account_is_closed_and_opened_again(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    account = account_in(stored, admin.unit_id, CURATOR)
    admin.post(f"/accounts/action/close/{account.id}", data={"sure": "1"})
    stored.refresh(account.user)
    assert not account.user.active
    assert "Открыть снова" in admin.get(f"/accounts/show/{account.id}").text
    admin.post(f"/accounts/action/reopen/{account.id}")
    stored.refresh(account.user)
    assert account.user.active


def test_the_last_administrator_stays(client: Browser, stored: Session, visit: Visit) -> None:
    first = stored.scalars(select(Account)).one()
    admin = visit(ADMINISTRATOR)
    admin.post(f"/accounts/action/close/{first.id}", data={"sure": "1"})
    own = stored.scalars(select(Account).where(Account.user_id == admin.user_id)).one()
    told = admin.post(f"/accounts/edit/{own.id}", data={"roles": [CURATOR]}).text
    assert "Это последний администратор. Сначала дайте эту роль ещё кому-нибудь." in told
    told = admin.post(f"/accounts/action/close/{own.id}", data={"sure": "1"}, follow_redirects=True).text
    assert "Это последний администратор." in told


def test_accounts_are_closed_to_a_curator(visit: Visit, stored: Session) -> None:
    curator = visit(CURATOR)
    own = stored.scalars(select(Account).where(Account.user_id == curator.user_id)).one()
    assert [curator.get(url).status_code for url in ("/accounts/", "/accounts/add", "/roles/")] == [403] * 3
    assert curator.post(f"/accounts/password/{own.id}").status_code == 403


# ---- roles and rights --------------------------------------------------------------------------------


def role_of(stored: Session, name: str) -> Role:
    return stored.scalars(select(Role).where(Role.name == name)).one()


def give_to_head(stored: Session, *rights: tuple[str, str]) -> None:
    change_rights(role_of(stored, HEAD), rights, (), by=SYSTEM, said=lambda right: right)


def ticked(text: str) -> list[str]:
    return re.findall(r'name="grant" value="([^"]+)"[^>]*? checked', text)


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_a_right_is_given_and_taken_and_both_are_journalled_by_name(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    page = admin.get("/roles/", query_string={"role": CURATOR}).text
    ticks = [tick for tick in ticked(page) if tick != "families.W"] + ["families.D"]
    answer = admin.post("/roles/save", data={"role": CURATOR, "seen": seen(page), "grant": ticks})
    assert answer.status_code == 302
    rights = rights_of(role_of(stored, CURATOR))
    assert {permission for permission, screen in rights if screen == "families"} == {
        "can_list", "can_show", "can_lookup", "can_export", "can_special", "can_delete",
    }  # fmt: skip
    told = stored.scalars(select(JournalRow.sentence).where(JournalRow.verb == "role.rights")).all()
    assert told == ["Роль «Куратор», «Семьи»: дано: удалять; снято: вносить и менять."]


def test_a_role_is_put_back_as_delivered(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    before = rights_of(role_of(stored, CURATOR))
    page = admin.get("/roles/", query_string={"role": CURATOR}).text
    admin.post("/roles/save", data={"role": CURATOR, "seen": seen(page), "grant": ["families.D"]})
    assert rights_of(role_of(stored, CURATOR)) == {("can_delete", "families")}
    admin.post("/roles/restore", query_string={"role": CURATOR}, data={"sure": "1"})
    assert rights_of(role_of(stored, CURATOR)) == before


@pytest.mark.parametrize("role", ROLES)
def test_saving_a_matrix_as_it_stands_changes_nothing(visit: Visit, stored: Session, role: str) -> None:
    admin = visit(ADMINISTRATOR)
    before = rights_of(role_of(stored, role))
    page = admin.get("/roles/", query_string={"role": role}).text
    told = admin.post("/roles/save", data={"role": role, "seen": seen(page), "grant": ticked(page)},
                      follow_redirects=True).text  # fmt: skip
    assert "Ничего не изменилось." in told
    assert rights_of(role_of(stored, role)) == before


def test_a_matrix_seen_before_another_change_is_not_saved(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    page = admin.get("/roles/", query_string={"role": CURATOR}).text
    admin.post("/roles/save", data={"role": CURATOR, "seen": seen(page), "grant": ["families.R"]})
    after = rights_of(role_of(stored, CURATOR))
    told = admin.post(
        "/roles/save", data={"role": CURATOR, "seen": seen(page), "grant": []}, follow_redirects=True
    ).text
    assert "Пока вы смотрели, права этой роли изменил другой человек." in told
    assert rights_of(role_of(stored, CURATOR)) == after


def test_the_administrator_keeps_the_keys(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    before = rights_of(role_of(stored, ADMINISTRATOR))
    page = admin.get("/roles/", query_string={"role": ADMINISTRATOR}).text
    told = admin.post("/roles/save", data={"role": ADMINISTRATOR, "seen": seen(page), "grant": []},
                      follow_redirects=True).text  # fmt: skip
    assert "Без этого права никто не сможет менять права и входы." in told
    assert rights_of(role_of(stored, ADMINISTRATOR)) == before


def test_the_rights_of_a_higher_role_are_not_touched(visit: Visit, stored: Session) -> None:
    give_to_head(stored, ("can_show", "roles"), ("can_work", "roles"))
    head = visit(HEAD)
    page = head.get("/roles/", query_string={"role": DIRECTOR}).text
    told = head.post(
        "/roles/save", data={"role": DIRECTOR, "seen": seen(page), "grant": []}, follow_redirects=True
    ).text
    assert "Роль «Директор» старше ваших. Её права меняет администратор." in told


def test_a_role_nobody_delivered_is_not_found(visit: Visit) -> None:
    admin = visit(ADMINISTRATOR)
    assert admin.get("/roles/?role=Волшебник").status_code == 404


# ---- one's own profile -------------------------------------------------------------------------------


def sign_in(client: Browser, username: str, password: str) -> None:
    client.post("/login/", data={"username": username, "password": password})


def test_the_first_password_must_be_changed_before_anything_opens(
    app, client: Browser, stored: Session, visit: Visit
) -> None:
    unit_id = visit(CURATOR).unit_id
    make_account(stored, hire(stored, unit_id), "testova", PASSWORD, [CURATOR], by=SYSTEM)
    stored.commit()
    sign_in(client, "testova", PASSWORD)
    answer = client.get("/families/?q=тест")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/profile/password/")
    page = client.get(answer.headers["Location"]).text
    assert "Этот пароль вам выдали." in page
    done = client.post("/profile/password/", data={"current": PASSWORD, "password": NEW, "again": NEW,
                                                   "back": "/families/?q=тест"})  # fmt: skip
    assert done.status_code == 302
    assert client.get("/families/").status_code == 200


def test_after_a_change_of_password_this_session_goes_on_and_others_end(
    app, client: Browser, stored: Session, visit: Visit
) -> None:
    unit_id = visit(CURATOR).unit_id
    account_in(stored, unit_id, CURATOR)
    stored.commit()
    other = app.test_client()
    sign_in(client, "testova", PASSWORD)
    sign_in(other, "testova", PASSWORD)
    client.post("/profile/password/", data={"current": PASSWORD, "password": NEW, "again": NEW})
    assert (client.get("/families/").status_code, other.get("/families/").status_code) == (200, 302)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"current": "не тот пароль"}, "Это не ваш нынешний пароль. Проверьте раскладку и клавишу Caps Lock."),
        ({"again": "другое-другое"}, "Пароли не совпали. Наберите новый ещё раз."),
        ({"password": "short", "again": "short"}, "В пароле нужно не меньше 12 знаков. Добавьте ещё слово."),
        ({"password": PASSWORD, "again": PASSWORD}, "Это тот же пароль. Придумайте другой."),
        ({"current": ""}, "Заполните это поле."),
    ],
)
def test_a_refused_password_changes_nothing(
    visit: Visit, stored: Session, typed: dict[str, str], sentence: str
) -> None:
    curator = visit(CURATOR)
    account = stored.scalars(select(Account).where(Account.user_id == curator.user_id)).one()
    before = account.user.password
    answer = curator.post("/profile/password/", data={"current": PASSWORD, "password": NEW, "again": NEW, **typed})
    assert sentence in answer.text
    stored.refresh(account.user)
    assert account.user.password == before


def test_the_profile_shows_own_data_roles_and_entries(client: Browser, stored: Session, visit: Visit) -> None:
    unit_id = visit(CURATOR).unit_id
    account_in(stored, unit_id, CURATOR)
    stored.commit()
    sign_in(client, "testova", PASSWORD)
    page = client.get("/profile/").text
    assert all(words in page for words in ("Тестова Анна Юрьевна", "testova", CURATOR, "Последние входы"))
    assert 'href="/profile/"' in client.get("/").text


def test_a_stranger_has_no_profile(client: Browser) -> None:
    assert client.get("/profile/").headers["Location"].startswith("/login/")

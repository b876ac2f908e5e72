"""Rules of staff and accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from app.acting import Actor
from app.organisation.models import Account, Department
from app.organisation.rules import (
    ADMINISTRATOR,
    add_staff,
    change_own_password,
    change_password,
    deactivate_account,
    dismiss_staff,
    give_new_password,
    grantable,
    make_account,
    reopen_account,
    set_roles,
)
from tests import make
from tests.make import DAY, refused

GOOD = "Сирень-цветёт-7"


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        yield both


@pytest.fixture
def session(centre) -> Session:
    return centre[0]


@pytest.fixture
def by(centre) -> Actor:
    return replace(centre[1], roles=frozenset({ADMINISTRATOR}))


def open_account(session: Session, by: Actor, username: str = "ivanova", *roles: str) -> Account:
    return make_account(session, make.make_staff(session, by), username, GOOD, roles or ("Куратор",), by=by)


def role_names(account: Account) -> list[str]:
    return sorted(role.name for role in account.user.roles)


# ---- staff -------------------------------------------------------------------------------------------


def test_a_person_is_taken_on(session, by):
    department = Department(name="Отделение", service_unit_id=by.unit_id)
    staff = add_staff(session, by.unit_id, " Мамедова  Севиль Гусейн кызы", " психолог ", department, by=by)
    kept = (staff.last_name, staff.first_name, staff.middle_name, staff.name_key, staff.position, staff.active_from)
    assert kept == ("Мамедова", "Севиль", "Гусейн кызы", "мамедова севиль гусейн кызы", "психолог", DAY)
    assert (staff.department, str(staff)) == (department, "Мамедова\u00a0С.\u00a0Г.")


@pytest.mark.parametrize("name", ["", "Иванова"])
def test_a_person_without_a_first_name_is_not_taken_on(session, by, name):
    with refused("Укажите фамилию и имя полностью.", "last_name"):
        add_staff(session, by.unit_id, name, "психолог", by=by)


def test_a_person_without_a_position_is_not_taken_on(session, by):
    with refused("Укажите должность.", "position"):
        add_staff(session, by.unit_id, "Иванова Анна", " ", by=by)


def test_one_who_is_dismissed_loses_the_account(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    dismiss_staff(account.staff, by=by)
    staff = account.staff
    assert (staff.active_to, staff.works_on(DAY), staff.works_on(DAY + dt.timedelta(days=1))) == (DAY, True, False)
    assert (account.user.active, account.epoch) == (False, 1)


def test_a_person_is_dismissed_once(session, by):
    staff = make.make_staff(session, by)
    dismiss_staff(staff, by=by)
    with refused(f"{staff} уже не работает с 18.02.2026."):
        dismiss_staff(staff, by=by)


def test_a_person_is_not_dismissed_before_being_taken_on(session, by):
    staff = make.make_staff(session, by, active_from=DAY)
    with refused("Сотрудник работает с 18.02.2026. Укажите день не раньше.", "active_to"):
        dismiss_staff(staff, by=by, on=dt.date(2026, 2, 17))


# ---- accounts ----------------------------------------------------------------------------------------


def test_an_account_has_a_hashed_password_and_roles(session, by):
    make.make_roles(session, "Куратор")
    account = make_account(session, make.make_staff(session, by), " Ivanova ", GOOD, ["Куратор"], by=by)
    user = account.user
    assert (user.username, user.active, role_names(account)) == ("ivanova", True, ["Куратор"])
    assert check_password_hash(user.password, GOOD)
    assert (account.must_change_password, account.epoch, account.service_unit_id) == (True, 0, by.unit_id)


def test_a_second_account_is_refused(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    session.refresh(account.staff)
    with refused("У сотрудника уже есть вход: ivanova.", "staff_id"):
        make_account(session, account.staff, "petrova", GOOD, ["Куратор"], by=by)


def test_one_who_no_longer_works_here_gets_no_account(session, by):
    staff = make.make_staff(session, by, active_to=dt.date(2026, 2, 17))
    with refused(f"{staff} у нас не работает. Вход не нужен.", "staff_id"):
        make_account(session, staff, "ivanova", GOOD, ["Куратор"], by=by)


@pytest.mark.parametrize("username", ["", "ab", "1abc", "иванова", "iva nova", "i" * 33])
def test_an_odd_login_is_refused(session, by, username):
    staff = make.make_staff(session, by)
    with refused("Логин — от трёх латинских букв и цифр, первой идёт буква. Например: ivanova.", "username"):
        make_account(session, staff, username, GOOD, ["Куратор"], by=by)


def test_a_taken_login_is_refused_whatever_its_letters(session, by):
    make.make_roles(session, "Куратор")
    open_account(session, by)
    with refused("Логин «ivanova» занят. Придумайте другой.", "username"):
        open_account(session, by, "IVANOVA")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Сирень-7", "В пароле нужно не меньше 12 знаков. Добавьте ещё слово."),
        ("моя-IVANOVA-2026", "В пароле не должно быть логина. Придумайте другой."),
        ("Qwerty123456", "Такой пароль подбирают первым. Придумайте другой."),
        ("121212121212", "Такой пароль подбирают первым. Придумайте другой."),
    ],
)
def test_a_weak_password_is_refused(session, by, password, sentence):
    staff = make.make_staff(session, by)
    with refused(sentence, "password"):
        make_account(session, staff, "ivanova", password, ["Куратор"], by=by)


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ([], "Выберите хотя бы одну роль."),
        (["Куратор", "Волшебник"], "Роли «Волшебник» нет. Выберите роль из списка."),
    ],
)
def test_roles_that_do_not_exist_are_refused(session, by, roles, sentence):
    make.make_roles(session, "Куратор")
    staff = make.make_staff(session, by)
    with refused(sentence, "roles"):
        make_account(session, staff, "ivanova", GOOD, roles, by=by)


def test_new_roles_end_the_open_sessions(session, by):
    make.make_roles(session, "Куратор", "Заведующий")
    account = open_account(session, by)
    set_roles(account, ["Заведующий"], by=by)
    assert (role_names(account), account.epoch) == (["Заведующий"], 1)


def test_the_last_administrator_keeps_the_role_and_the_account(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by, "admin1", ADMINISTRATOR)
    sentence = "Это последний администратор. Сначала дайте эту роль ещё кому-нибудь."
    with refused(sentence):
        set_roles(account, ["Куратор"], by=by)
    with refused(sentence):
        deactivate_account(account, by=by)
    with refused(sentence):
        dismiss_staff(account.staff, by=by)
    assert (role_names(account), account.user.active, account.staff.active_to) == ([ADMINISTRATOR], True, None)


def test_an_administrator_whose_account_is_closed_does_not_count(session, by):
    make.make_roles(session)
    first, second = (
        open_account(session, by, "admin1", ADMINISTRATOR),
        open_account(session, by, "admin2", ADMINISTRATOR),
    )
    deactivate_account(first, by=by)
    with refused("Это последний администратор. Сначала дайте эту роль ещё кому-нибудь."):
        deactivate_account(second, by=by)


def test_one_of_two_administrators_may_become_something_else(session, by):
    make.make_roles(session, "Куратор")
    first = open_account(session, by, "admin1", ADMINISTRATOR)
    open_account(session, by, "admin2", ADMINISTRATOR)
    set_roles(first, ["Куратор"], by=by)
    assert role_names(first) == ["Куратор"]


def test_an_account_is_closed_once(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    deactivate_account(account, by=by)
    with refused("Вход «ivanova» уже закрыт."):
        deactivate_account(account, by=by)


def test_a_new_password_ends_the_open_sessions(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    change_password(account, "Ромашка-поле-8", by=by)
    assert check_password_hash(account.user.password, "Ромашка-поле-8")
    assert (account.must_change_password, account.epoch) == (False, 1)


def test_a_weak_new_password_changes_nothing(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    with refused("В пароле не должно быть логина. Придумайте другой.", "password"):
        change_password(account, "ivanova-2026", by=by)
    assert check_password_hash(account.user.password, GOOD)


def test_a_closed_account_is_opened_again_with_what_it_had(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    with refused("Вход «ivanova» и так открыт."):
        reopen_account(account, by=by)
    deactivate_account(account, by=by)
    reopen_account(account, by=by)
    assert (account.user.active, role_names(account), check_password_hash(account.user.password, GOOD)) == (
        True, ["Куратор"], True)  # fmt: skip


def test_the_account_of_one_who_has_left_stays_closed(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    dismiss_staff(account.staff, by=by, on=DAY - dt.timedelta(days=1))
    with refused(f"{account.staff} у нас не работает. Вход не нужен."):
        reopen_account(account, by=by)


def test_a_closed_account_gets_no_new_password(session, by):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    deactivate_account(account, by=by)
    with refused("Вход «ivanova» закрыт. Сначала откройте его."):
        give_new_password(account, by=by)


@pytest.mark.parametrize(
    ("current", "password", "sentence", "field"),
    [
        ("не тот", "Ромашка-поле-8", "Это не ваш нынешний пароль. Проверьте раскладку и клавишу Caps Lock.", "current"),
        (GOOD, GOOD, "Это тот же пароль. Придумайте другой.", "password"),
    ],
)
def test_an_own_password_is_changed_by_who_knows_it(session, by, current, password, sentence, field):
    make.make_roles(session, "Куратор")
    account = open_account(session, by)
    with refused(sentence, field):
        change_own_password(account, current, password, by=by)
    change_own_password(account, GOOD, "Ромашка-поле-8", by=by)
    assert (check_password_hash(account.user.password, "Ромашка-поле-8"), account.must_change_password) == (True, False)


@pytest.mark.parametrize(
    ("own", "offered"),
    [("Администратор", 16), ("Директор", 15), ("Заведующий отделением", 14), ("Куратор", 13)],
)
def test_nobody_hands_out_a_role_above_the_own(session, by, own, offered):
    assert len(grantable(replace(by, roles=frozenset({own})))) == offered


def test_a_role_above_the_own_is_refused(session, by):
    make.make_roles(session, "Куратор", "Директор")
    account = open_account(session, by)
    curator = replace(by, roles=frozenset({"curator"}))
    with refused("Роль «Директор» старше ваших. Её даёт администратор.", "roles"):
        set_roles(account, ["Директор"], by=curator)
    with refused("Роль «Директор» старше ваших. Её даёт администратор.", "roles"):
        open_account(session, curator, "petrova", "Директор")
    set_roles(account, ["Директор"], by=by)
    for step in (set_roles, deactivate_account, give_new_password):
        with refused("У входа «ivanova» роль старше ваших. Его меняет администратор."):
            step(account, *([["Куратор"]] if step is set_roles else []), by=curator)

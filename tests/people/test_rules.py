"""Rules of persons, families and consents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.organisation.models import ServiceUnit
from app.people.models import (
    Consent,
    ConsentKind,
    ConsentStatus,
    FamilyKind,
    FamilyMember,
    FamilyRole,
    Person,
    Sex,
    age_on,
)
from app.people.rules import (
    NewMember,
    add_member,
    check_person,
    check_snils,
    end_membership,
    give_consent,
    normal_phone,
    normal_snils,
    refuse_namesake,
    register_family,
    revoke_consent,
)
from tests import make
from tests.make import DAY, refused

TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        yield both


@pytest.fixture
def session(centre) -> Session:
    return centre[0]


@pytest.fixture
def by(centre) -> Actor:
    return centre[1]


# ---- plain values ------------------------------------------------------------------------------------


@pytest.mark.rows("X-7")
@pytest.mark.parametrize("digits", ["11223344595", "08765430300", "00100199800", "00000000199"])
def test_a_snils_that_may_be_right_is_taken(digits):
    check_snils(digits)


@pytest.mark.rows("X-7")
@pytest.mark.parametrize("digits", ["11223344596", "08765430301", "00100199900"])
def test_a_snils_whose_last_digits_do_not_match_is_refused(digits):
    with refused("Последние две цифры не сходятся. Сверьте номер с карточкой.", "snils"):
        check_snils(digits)


@pytest.mark.parametrize("digits", ["1122334459", "112233445950"])
def test_a_snils_of_another_length_is_refused(digits):
    with refused("В СНИЛС одиннадцать цифр. Сверьте номер с карточкой.", "snils"):
        check_snils(digits)


@pytest.mark.parametrize(
    ("typed", "kept"), [("112-233-445 95", "11223344595"), (" 11223344595 ", "11223344595"), ("", None), (None, None)]
)
def test_a_snils_is_kept_as_digits(typed, kept):
    assert normal_snils(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8 (900) 123-45-67", "+79001234567"),
        ("+7 900 123 45 67", "+79001234567"),
        ("9001234567", "+79001234567"),
        ("2-14-15", "2-14-15"),
        ("8 900 123 45 67 доб. 4", "8 900 123 45 67 доб. 4"),
        ("+1 900 123 4567", "+1 900 123 4567"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_phone_that_can_be_read_is_kept_in_one_form(typed, kept):
    assert normal_phone(typed) == kept


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ((2008, 2, 18), (2026, 2, 18), 18),
        ((2008, 2, 19), (2026, 2, 18), 17),
        ((2008, 2, 29), (2026, 2, 28), 17),
        ((2008, 2, 29), (2026, 3, 1), 18),
    ],
)
def test_age_is_counted_in_full_years(born, day, years):
    assert age_on(dt.date(*born), dt.date(*day)) == years


# ---- persons -----------------------------------------------------------------------------------------


def test_a_person_is_tidied_and_keeps_yo(session, by):
    person = make.make_adult(
        session,
        by,
        last_name="  Ёлкина-Подъяблонская ",
        first_name="Алёна",
        middle_name="  Гусейн   кызы",
        snils="112-233-445 95",
        phone="8 900 123-45-67",
    )
    kept = (str(person), person.name_key, person.snils, person.phone, person.search_key)
    assert kept == (
        "Ёлкина-Подъяблонская Алёна Гусейн кызы",
        "елкина-подъяблонская алена гусейн кызы",
        "11223344595",
        "+79001234567",
        "елкина-подъяблонская алена гусейн кызы 11223344595 +79001234567",
    )


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"last_name": " "}, "Укажите фамилию.", "last_name"),
        ({"first_name": ""}, "Укажите имя.", "first_name"),
        ({"birth_date": None}, "Укажите дату рождения.", "birth_date"),
        ({"birth_date": TOMORROW}, "Дата рождения ещё не наступила. Проверьте год.", "birth_date"),
        ({"birth_date": dt.date(1899, 12, 31)}, "Дата рождения раньше 1900 года. Проверьте год.", "birth_date"),
        (
            {"died_at": dt.date(1980, 1, 1)},
            "Дата смерти должна быть после рождения и не позже сегодняшнего дня.",
            "died_at",
        ),
        ({"died_at": TOMORROW}, "Дата смерти должна быть после рождения и не позже сегодняшнего дня.", "died_at"),
        ({"snils": "112-233-445 96"}, "Последние две цифры не сходятся. Сверьте номер с карточкой.", "snils"),
    ],
)
@pytest.mark.rows("X-7")
def test_a_person_with_a_wrong_field_is_refused(session, by, values, sentence, field):
    with refused(sentence, field):
        make.make_adult(session, by, **values)


def test_the_snils_of_another_person_is_refused(session, by):
    make.make_adult(session, by, snils="11223344595")
    with refused("Этот СНИЛС уже указан в карточке «Тестова Мария». Откройте её или сверьте номер.", "snils"):
        make.make_adult(session, by, last_name="Другая", snils="112 233 445 95")


def test_a_persons_own_snils_is_no_hindrance(session, by):
    person = make.make_adult(session, by, snils="11223344595")
    check_person(session, person)
    assert person.snils == "11223344595"


def test_each_unit_keeps_its_own_card_of_a_person(session, by):
    make.make_adult(session, by, snils="11223344595")
    with acting(make.make_actor(make.make_unit(session))) as other:
        assert make.make_adult(session, other, snils="11223344595").snils == "11223344595"


def test_the_database_refuses_a_second_card_with_the_same_snils(session, by):
    make.make_adult(session, by, snils="11223344595")
    with pytest.raises(IntegrityError):
        make.make_adult(session, by)
        session.execute(text("UPDATE person SET snils = '11223344595'"))


def test_a_health_note_lies_sealed_in_the_table(session, by):
    make.make_child(session, by, health_note="Секретный диагноз")
    stored = session.connection().execute(text("SELECT health_note FROM person")).scalar_one()
    assert "Секретный".encode() not in stored
    session.expire_all()
    assert session.scalars(select(Person)).one().health_note == "Секретный диагноз"


# ---- families ----------------------------------------------------------------------------------------


def test_a_family_is_registered_under_the_next_number_with_its_members(session, by):
    first, second = make.make_family(session, by), make.make_family(session, by, members=[])
    assert (first.reg_number, second.reg_number) == ("00001", "00002")
    seats = [(str(seat.person), seat.role, seat.is_legal_representative, seat.date_from) for seat in first.members]
    assert seats == [
        ("Тестова Мария", FamilyRole.MOTHER, True, DAY),
        ("Тестов Пётр", FamilyRole.CHILD, False, DAY),
    ]


def test_a_family_without_a_name_is_called_after_the_mother(session, by):
    members = [
        NewMember(make.make_adult(session, by, last_name="Бабушкина"), FamilyRole.GRANDMOTHER),
        NewMember(make.make_adult(session, by, last_name="Папин", sex=Sex.MALE), FamilyRole.FATHER),
        NewMember(make.make_adult(session, by, last_name="Мамина"), FamilyRole.MOTHER),
    ]
    assert make.make_family(session, by, name=None, members=members).name == "Мамина"


def test_a_family_without_any_name_is_refused(session, by):
    with refused("Укажите фамилию семьи.", "name"):
        make.make_family(session, by, name=" ", members=[])


def test_a_family_without_an_address_is_refused(session, by):
    with refused("Укажите, где семья живёт.", "address"):
        register_family(session, by=by, name="Тестовы", address=" ", family_kind=FamilyKind.FULL)


def test_a_person_joins_a_family_once(session, by):
    family = make.make_family(session, by)
    with refused("Тестова Мария уже в составе семьи.", "person_id"):
        add_member(family, make.mother_of(family), by=by, role=FamilyRole.MOTHER)


def test_the_database_refuses_a_second_membership(session, by):
    family = make.make_family(session, by)
    seat = {"family_id": family.id, "person_id": make.mother_of(family).id, "service_unit_id": by.unit_id}
    session.add(FamilyMember(**seat, role=FamilyRole.MOTHER, date_from=DAY))
    with pytest.raises(IntegrityError):
        session.flush()


def test_one_who_has_died_does_not_join(session, by):
    family = make.make_family(session, by)
    person = make.make_adult(session, by, died_at=DAY)
    with refused("Тестова Мария: указана дата смерти. Проверьте карточку.", "person_id"):
        add_member(family, person, by=by, role=FamilyRole.GRANDMOTHER)


def test_nobody_joins_from_tomorrow_on(session, by):
    family = make.make_family(session, by)
    with refused("Этот день ещё не наступил. Укажите, с какого дня человек в семье.", "date_from"):
        add_member(family, make.make_child(session, by), by=by, role=FamilyRole.CHILD, since=TOMORROW)


def test_nobody_joins_before_being_born(session, by):
    family = make.make_family(session, by)
    with refused("Человек не мог войти в семью до своего рождения. Проверьте дату.", "date_from"):
        add_member(family, make.make_child(session, by), by=by, role=FamilyRole.CHILD, since=dt.date(2018, 5, 31))


def test_a_child_does_not_represent_itself(session, by):
    family, child = make.make_family(session, by), make.make_child(session, by)
    with refused("Ребёнок не бывает своим законным представителем. Снимите отметку.", "role"):
        add_member(family, child, by=by, role=FamilyRole.CHILD, is_legal_representative=True)


def test_one_who_left_may_come_back(session, by):
    family = make.make_family(session, by)
    first = family.members[0]
    end_membership(first, by=by)
    assert (first.date_to, first.is_current, first.covers(DAY), first.covers(TOMORROW)) == (DAY, False, True, False)
    again = add_member(family, first.person, by=by, role=FamilyRole.MOTHER)
    assert again.is_current


def test_a_membership_ends_once(session, by):
    member = make.make_family(session, by).members[0]
    end_membership(member, by=by)
    with refused("Тестова Мария уже не в составе семьи."):
        end_membership(member, by=by)


def test_a_membership_does_not_end_before_it_began(session, by):
    member = make.make_family(session, by).members[0]
    with refused("Человек в семье с 18.02.2026. Укажите день не раньше.", "date_to"):
        end_membership(member, by=by, on=DAY - dt.timedelta(days=1))


def test_a_membership_does_not_end_tomorrow(session, by):
    member = make.make_family(session, by).members[0]
    with refused("Этот день ещё не наступил. Укажите, когда человек выбыл.", "date_to"):
        end_membership(member, by=by, on=TOMORROW)


# ---- consents ----------------------------------------------------------------------------------------


def test_a_mother_consents_for_her_child(session, by):
    family = make.make_family(session, by)
    consent = give_consent(
        make.child_of(family), by=by, kind=ConsentKind.SPECIAL, given_by=make.mother_of(family), valid_to=TOMORROW
    )
    kept = (consent.signed_at, consent.valid_to, consent.special_categories, consent.status)
    assert kept == (DAY, TOMORROW, True, ConsentStatus.ACTIVE)


def test_a_consent_ends_after_its_last_day(session, by):
    consent = give_consent(make.make_adult(session, by), by=by, kind=ConsentKind.PROCESSING, valid_to=TOMORROW)
    with clock_at(TOMORROW):
        assert consent.status == ConsentStatus.ACTIVE
    with clock_at(TOMORROW + dt.timedelta(days=1)):
        assert consent.status == ConsentStatus.EXPIRED


def test_a_consent_is_not_signed_tomorrow(session, by):
    with refused("День подписания ещё не наступил. Проверьте дату.", "signed_at"):
        give_consent(make.make_adult(session, by), by=by, kind=ConsentKind.PROCESSING, signed_at=TOMORROW)


def test_a_consent_does_not_end_before_it_is_signed(session, by):
    with refused("Согласие не может закончиться раньше, чем подписано. Проверьте срок.", "valid_to"):
        give_consent(
            make.make_adult(session, by), by=by, kind=ConsentKind.PROCESSING, valid_to=DAY - dt.timedelta(days=1)
        )


def test_a_child_does_not_consent_for_itself(session, by):
    with refused("За ребёнка согласие даёт законный представитель. Выберите его.", "given_by_id"):
        give_consent(make.make_child(session, by), by=by, kind=ConsentKind.PROCESSING)


def test_a_stranger_does_not_consent_for_a_child(session, by):
    family, stranger = make.make_family(session, by), make.make_adult(session, by, last_name="Чужая")
    sentence = "Чужая Мария: в семье нет отметки о законном представителе. Проверьте состав семьи."
    with refused(sentence, "given_by_id"):
        give_consent(make.child_of(family), by=by, kind=ConsentKind.PROCESSING, given_by=stranger)


def test_a_representative_who_left_the_family_does_not_consent(session, by):
    family = make.make_family(session, by)
    mother = make.mother_of(family)
    end_membership(family.members[0], by=by)
    sentence = "Тестова Мария: в семье нет отметки о законном представителе. Проверьте состав семьи."
    with refused(sentence, "given_by_id"):
        give_consent(make.child_of(family), by=by, kind=ConsentKind.PROCESSING, given_by=mother)


def make_consent(session: Session, by: Actor) -> Consent:
    return give_consent(make.make_adult(session, by), by=by, kind=ConsentKind.PROCESSING)


def test_a_consent_is_revoked(session, by):
    consent = make_consent(session, by)
    revoke_consent(consent, by=by, reason="  Семья переезжает ")
    kept = (consent.revoked_at, consent.revoke_reason, consent.status)
    assert kept == (DAY, "Семья переезжает", ConsentStatus.REVOKED)


def test_a_consent_is_revoked_once(session, by):
    consent = make_consent(session, by)
    revoke_consent(consent, by=by, reason="Переезд")
    with refused("Это согласие уже не действует: отозвано."):
        revoke_consent(consent, by=by, reason="Переезд")


@pytest.mark.parametrize("on", [DAY - dt.timedelta(days=1), TOMORROW])
def test_a_consent_is_revoked_between_signing_and_today(session, by, on):
    consent = make_consent(session, by)
    with refused("Отзыв не может быть раньше подписания или позже сегодняшнего дня.", "revoked_at"):
        revoke_consent(consent, by=by, reason="Переезд", on=on)


def test_a_consent_is_not_revoked_without_a_reason(session, by):
    consent = make_consent(session, by)
    with refused("Напишите, почему согласие отозвано.", "revoke_reason"):
        revoke_consent(consent, by=by, reason=" ")


def test_S000_3_a_person_of_the_same_full_name_and_birth_date_is_refused_unless_a_snils_tells_them_apart(
    session: Session, by: Actor
) -> None:
    known = make.make_adult(session, by, last_name="Тестова", middle_name="Ивановна")
    again = Person(last_name="Тестова", first_name="Мария", middle_name="Ивановна", birth_date=known.birth_date)
    with refused(
        "«Тестова Мария Ивановна», 04.05.1990, уже есть. Откройте эту карточку, а если это другой человек, "
        "укажите его СНИЛС.",
        "last_name",
    ):
        refuse_namesake(session, again)
    refuse_namesake(session, known)
    again.snils = "11223344595"
    refuse_namesake(session, again)
    for name, value in (("middle_name", None), ("birth_date", dt.date(1990, 5, 5))):
        other = Person(last_name="Тестова", first_name="Мария", middle_name="Ивановна", birth_date=known.birth_date)
        setattr(other, name, value)
        refuse_namesake(session, other)


def test_a_namesake_out_of_sight_is_not_named(session: Session, by: Actor) -> None:
    known = make.make_adult(session, by)
    unit, staff = session.get_one(ServiceUnit, by.unit), make.make_staff(session, by)
    curator = replace(make.make_actor(unit, staff=staff, roles=("curator",), sees_unit=False), user_id=7)
    again = Person(last_name=known.last_name, first_name=known.first_name, birth_date=known.birth_date)
    with acting(curator), refused(
        "Такой человек уже есть, но его карточка вам не открыта. Спросите руководителя службы.", "last_name"
    ):  # fmt: skip
        refuse_namesake(session, again)

"""Names of people as tables keep them, and colleagues found by them."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.register.sheet.cells import (
    Around,
    Cell,
    Lookup,
)
from app.register.sheet.dates import Years
from app.register.sheet.names import Directory, NotAName, PersonName, clean, in_russian, read_name

TODAY = dt.date(2026, 2, 18)
AROUND = Around(TODAY)
PARENT, CHILD, TERM = Years(-100, -12), Years(-30, 0), Years(-20, 20)


WORDS = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяё", min_size=2, max_size=12).map(str.capitalize)
FULL = st.builds(PersonName, WORDS, WORDS, WORDS.map(lambda word: f"{word}овна"))
LATIN = str.maketrans("АВСЕНКМОРТХУасеорху", "ABCEHKMOPTXYaceopxy")


@given(
    FULL,
    st.sampled_from(["{}", " {} ", "{}.", "\u200b{}", "{} (мать)", "{} – опекун"]),
    st.sampled_from([" ", "  ", "\u00a0", "\n"]),
)
def test_a_name_is_read_through_its_dress(name: PersonName, form: str, space: str) -> None:
    text = form.format(name.full.replace(" ", space))
    assert read_name(text) == name
    assert read_name(form.format(name.full.upper().replace(" ", space))) == name


@given(FULL)
def test_latin_letters_that_look_russian_become_russian(name: PersonName) -> None:
    mixed = name.full.translate(LATIN)
    if any(letter not in string.ascii_letters + " " for letter in mixed):
        read = read_name(mixed)
        assert (read.full, read.corrected) == (name.full, mixed != name.full)


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_is_told_why_not(text: str) -> None:
    try:
        name = read_name(text)
    except NotAName as refusal:
        assert str(refusal)
    else:
        assert name.last and name.first and name.full == clean(name.full)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("САЛТЫКОВА-ЩЕДРИНА АННА-МАРИЯ ЮРЬЕВНА", PersonName("Салтыкова-Щедрина", "Анна-Мария", "Юрьевна")),
        ("Мамедов Али Гасан оглы", PersonName("Мамедов", "Али", "Гасан оглы")),
        ("Анна Юрьевна Тестова", PersonName("Тестова", "Анна", "Юрьевна")),
        ("Ким Лев", PersonName("Ким", "Лев")),
        ("Тестова (Пробина) Анна Юрьевна", PersonName("Тестова", "Анна", "Юрьевна")),
        ("Плoтникoва Oльга Юрьевна", PersonName("Плотникова", "Ольга", "Юрьевна", corrected=True)),
        ("д'Артаньян Шарль", PersonName("д'Артаньян", "Шарль")),
        ("John Smith", PersonName("John", "Smith")),
    ],
)
def test_a_name_of_every_making_is_read(text: str, name: PersonName) -> None:
    assert read_name(text) == name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "имя не указано"),
        ("Тестова", "«Тестова»: нужны фамилия и имя"),
        ("Тестова А.Ю.", "«Тестова А.Ю.»: имя указано инициалами, напишите его полностью"),
        ("Тестова 2", "в имени «Тестова 2» есть цифры: напишите фамилию, имя и отчество"),
        ("Тесtова Анна", "в имени «Тесtова Анна» русские и латинские буквы: напишите его заново"),
        ("Тестова + Анна", "«Тестова + Анна» не похоже на фамилию, имя и отчество"),
    ],
)
def test_what_is_no_name_is_told_in_words(text: str, why: str) -> None:
    with pytest.raises(NotAName) as refusal:
        read_name(text)
    assert str(refusal.value) == why


STAFF = Directory(
    [
        (1, "Кураторова", "Инна", "Павловна"),
        (2, "Заботина", "Вера", "Львовна"),
        (3, "Заботина", "Вера", "Игоревна"),
        (4, "Ёлкина-Берёзкина", "Юлия", None),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Кураторова Инна Павловна", {1}),
        ("КУРАТОРОВА  ИННА\u00a0ПАВЛОВНА", {1}),
        ("Кураторова Инна", {1}),
        ("Кураторова И.П.", {1}),
        ("Кураторова И. П.", {1}),
        ("Кураторова И.", {1}),
        ("И.П. Кураторова", {1}),
        ("И. П. Кураторова", {1}),
        ("Кураторова", {1}),
        ("Курaторовa И.П.", {1}),
        ("Заботина В.Л.", {2}),
        ("Заботина В.", {2, 3}),
        ("Заботина Вера", {2, 3}),
        ("Елкина-Березкина Ю.", {4}),
        ("Кураторова П.И.", set()),
        ("Чужая Анна", set()),
        ("", set()),
    ],
)
def test_a_colleague_is_found_by_name_or_initials(text: str, found: set[int]) -> None:
    assert STAFF.find(text) == found


def test_a_curator_nobody_knows_and_one_of_namesakes_are_problems() -> None:
    kind = Lookup("staff", "unknown_curator", "такого сотрудника нет", "ambiguous_curator")
    around = Around(TODAY, lookups={"staff": STAFF})
    assert [kind.read(text, around) for text in ("И.П. Кураторова", "нет", "Уткин Я.Я.", "Заботина В.")] == [
        Cell(1),
        Cell(),
        Cell(problem="unknown_curator", message="«Уткин Я.Я.»: такого сотрудника нет"),
        Cell(
            problem="ambiguous_curator",
            message="«Заботина В.»: таких несколько, напишите имя и отчество полностью",
        ),
    ]


@given(st.text(max_size=40))
def test_letters_are_turned_only_into_letters(text: str) -> None:
    assert len(in_russian(text)) == len(text)

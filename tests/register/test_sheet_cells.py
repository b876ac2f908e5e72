"""Cells as people write them: days, СНИЛС, names, phones, choices, each read or told why not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.register.kinds import snils_sum
from app.register.sheet.book import address, letters, number
from app.register.sheet.cells import (
    Amount,
    Around,
    Cell,
    Choices,
    Day,
    Person,
    Phones,
    Running,
    Snils,
    Text,
    YesNo,
    says_nothing,
    split_items,
)
from app.register.sheet.dates import NotADay, Years, find_day, read_day
from app.register.sheet.names import PersonName

TODAY = dt.date(2026, 2, 18)
AROUND = Around(TODAY)
PARENT, CHILD, TERM = Years(-100, -12), Years(-30, 0), Years(-20, 20)


# ---- days --------------------------------------------------------------------------------------------------

NOTATIONS = [
    "{:%d.%m.%Y}",
    "{:%d.%m.%Y} г.",
    "{:%d.%m.%Y}г",
    " {:%d. %m. %Y} ",
    "{:%d/%m/%Y}",
    "{:%d-%m-%Y}",
    "{:%d,%m,%Y}",
    "{:%Y-%m-%d}",
    "{:%Y.%m.%d}",
    "{:%Y-%m-%d} 00:00:00",
    "{:%d.%m.%Y} г.р.",
    "{:%d.%m.%Y} года рождения",
    "{0.day}.{0.month}.{0.year}",
]
DAYS = st.dates(dt.date(1928, 1, 1), dt.date(2030, 12, 31))


@given(DAYS, st.sampled_from(NOTATIONS))
def test_a_day_is_read_in_every_notation(day: dt.date, notation: str) -> None:
    assert read_day(notation.format(day), TERM, TODAY) == day


@given(DAYS)
def test_a_day_is_read_from_the_count_of_excel(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    assert [read_day(value, TERM, TODAY) for value in (serial, float(serial), serial + 0.5, str(serial), day)] == [
        day
    ] * 5
    assert read_day(serial - 1462, TERM, TODAY, from_1904=True) == day


@given(st.dates(dt.date(2026 - 99, 1, 1), dt.date(2026 - 13, 12, 31)))
def test_two_digits_of_a_parents_year_mean_a_grown_up(day: dt.date) -> None:
    read = read_day(f"{day:%d.%m.%y}", PARENT, TODAY) if (day.month, day.day) != (2, 29) else day
    assert read == day or read.year == day.year + 100


@given(st.dates(dt.date(1997, 1, 1), dt.date(2025, 12, 31)))
def test_two_digits_of_a_childs_year_mean_a_child(day: dt.date) -> None:
    assert read_day(f"{day:%d.%m.%y}", CHILD, TODAY) == day


@pytest.mark.parametrize(
    ("text", "years", "day"),
    [
        ("22.09.68", PARENT, dt.date(1968, 9, 22)),
        ("01.01.05", PARENT, dt.date(2005, 1, 1)),
        ("22.02.22", CHILD, dt.date(2022, 2, 22)),
        ("12.02.28", TERM, dt.date(2028, 2, 12)),
        ("25.02.22", Years(-30, 1), dt.date(2022, 2, 25)),
        ("5 марта 2015 г.", CHILD, dt.date(2015, 3, 5)),
        ("«05» мая 2015 года", CHILD, dt.date(2015, 5, 5)),
        ("17 сен 2015", CHILD, dt.date(2015, 9, 17)),
        ("29.02.2024", CHILD, dt.date(2024, 2, 29)),
    ],
)
def test_a_day_means_what_is_possible_in_its_column(text: str, years: Years, day: dt.date) -> None:
    assert read_day(text, years, TODAY) == day


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("31.02.2024", "в феврале нет 31-го числа: проверьте дату"),
        ("29.02.2023", "в феврале 2023 года нет 29-го числа: проверьте дату"),
        ("31.04.2024", "в апреле нет 31-го числа: проверьте дату"),
        ("15.13.2023", "месяца с номером 13 не бывает: проверьте дату"),
        ("00.00.2023", "дата записана не полностью (00.00.2023): укажите день и месяц"),
        ("01.01.0203", "год 203 не подходит: проверьте дату"),
        ("2015", "указан только год: нужны день, месяц и год"),
        ("весной", "дата «весной» не читается: напишите её как 31.12.2024"),
        ("5 мартобря 2015", "дата «5 мартобря 2015» не читается: напишите её как 31.12.2024"),
        (15, "число 15 не похоже на дату: напишите её как 31.12.2024"),
        (89101234567, "число 89101234567 не похоже на дату: напишите её как 31.12.2024"),
        (True, "здесь не дата"),
        ("00:00:00", "дата «00:00:00» не читается: напишите её как 31.12.2024"),
    ],
)
def test_what_is_no_day_is_told_in_words(value: object, why: str) -> None:
    with pytest.raises(NotADay) as refusal:
        read_day(value, CHILD, TODAY)
    assert str(refusal.value) == why


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans()))
def test_any_value_is_a_day_or_is_told_why_not(value: object) -> None:
    try:
        assert isinstance(read_day(value, CHILD, TODAY), dt.date)
    except NotADay as refusal:
        assert str(refusal)


@given(
    DAYS,
    st.sampled_from(["{}, {:%d.%m.%Y} г.р.", "{} {:%d.%m.%Y}", "{} ({:%Y-%m-%d})", "{}\n{:%d.%m.%Y} года рождения"]),
)
def test_a_name_and_a_day_in_one_cell_are_parted(day: dt.date, form: str) -> None:
    cell = Person(TERM).read(form.format("Тестова Анна Юрьевна", day), AROUND)
    assert (cell.value, cell.day, cell.problem) == (PersonName("Тестова", "Анна", "Юрьевна"), day, "")


def test_a_text_without_a_day_stays_whole() -> None:
    assert find_day("Тестова Анна, кв. 12", CHILD, TODAY) == ("Тестова Анна, кв. 12", None)


def test_a_day_to_come_is_a_problem_where_it_cannot_be() -> None:
    kind = Day(CHILD, future="future_birth")
    assert kind.read("12.05.2031", AROUND) == Cell(
        problem="future_birth", message="12.05.2031 ещё не наступило: проверьте год"
    )
    assert Day(TERM).read("12.05.2031", AROUND) == Cell(dt.date(2031, 5, 12))


# ---- СНИЛС -------------------------------------------------------------------------------------------------

NUMBERS = (
    st.integers(1_001_999, 999_999_999)
    .map(lambda value: f"{value:09d}")
    .map(lambda nine: f"{nine}{snils_sum(nine):02d}")
)


@given(NUMBERS)
def test_a_snils_is_read_in_every_notation(digits: str) -> None:
    a, b, c, d = digits[:3], digits[3:6], digits[6:9], digits[9:]
    forms = [digits, f"{a}-{b}-{c} {d}", f"{a}-{b}-{c}-{d}", f"{a} {b} {c} {d}", f"{a}-{b}-{c}\u00a0{d}", int(digits)]
    assert [Snils().read(form, AROUND).value for form in forms] == [digits] * 6


@given(NUMBERS, st.integers(0, 10), st.integers(1, 9))
def test_a_snils_with_one_wrong_digit_is_a_problem(digits: str, at: int, shift: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + shift) % 10) + digits[at + 1 :]
    # 101 is prime, so the sum always shows one wrong digit, unless two remainders fold into «00».
    if int(wrong[:9]) > 1_001_998 and int(wrong[9:]) != snils_sum(wrong):
        assert Snils().read(wrong, AROUND).problem == "bad_snils"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("112-233-445 95", Cell("11223344595")),
        ("087-654-303 00", Cell("08765430300")),
        (8765430300, Cell("08765430300", note="к СНИЛС добавлены нули, потерянные в Excel")),
        ("001-001-998 77", Cell("00100199877")),
        ("нет", Cell()),
        ("-", Cell()),
        ("б/н", Cell()),
        (
            "112-233-445 96",
            Cell(problem="bad_snils", message="контрольное число СНИЛС не сходится: проверьте «112-233-445 96»"),
        ),
        ("112-233", Cell(problem="bad_snils", message="в СНИЛС 6 цифр вместо 11: проверьте «112-233»")),
        ("утерян", Cell(problem="bad_snils", message="«утерян» не похоже на СНИЛС: нужны 11 цифр")),
        ("١٢٣", Cell(problem="bad_snils", message="«١٢٣» не похоже на СНИЛС: нужны 11 цифр")),
    ],
)
def test_a_snils_is_read_or_told_why_not(value: str | int, read: Cell) -> None:
    assert Snils().read(value, AROUND) == read


# ---- the other kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("89104349434", "+79104349434"),
        ("+7 910 746-86-11", "+79107468611"),
        ("8(49235)2-97-13", "+74923529713"),
        ("9104349434", "+79104349434"),
        (89104349434, "+79104349434"),
        ("89107721610; 2-58-45", "+79107721610; 2-58-45"),
        ("89107721610, 8 910 772 16 10", "+79107721610"),
        ("спросить в школе", "спросить в школе"),
        ("нет", None),
    ],
)
def test_a_phone_is_kept_as_the_base_keeps_it(text: str | int, read: str | None) -> None:
    assert Phones().read(text, AROUND) == Cell(read)


def test_of_too_many_phones_the_first_two_stay() -> None:
    cell = Phones().read("89100000001; 89100000002; 89100000003; 89100000004", AROUND)
    assert cell == Cell(
        "+79100000001; +79100000002", note="из нескольких телефонов оставлены: +79100000001; +79100000002"
    )


CATEGORY = Choices({"disabled": ("инв", "=ди"), "ovz": ("овз", "ограничен")})


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("инв., ОВЗ", ("disabled", "ovz")),
        ("Ребёнок-инвалид", ("disabled",)),
        ("ОВЗ", ("ovz",)),
        ("с ограниченными возможностями", ("ovz",)),
        ("ДИ", ("disabled",)),
        ("дитя", ()),
        ("нет", ()),
    ],
)
def test_choices_are_found_by_the_stems_of_words(text: str, codes: tuple[str, ...]) -> None:
    assert CATEGORY.read(text, AROUND).value == codes


def test_a_choice_nobody_knows_is_noted_and_left_blank() -> None:
    assert CATEGORY.read("здоров", AROUND) == Cell((), note="«здоров» не узнано и оставлено без отметки")


def test_yes_and_no_are_read_as_people_mark_them() -> None:
    said = {
        text: YesNo().read(text, AROUND).value for text in ("да", "Да.", "+", "v", "1", 1, True, "нет", "-", "0", False)
    }
    assert said == {
        **dict.fromkeys(("да", "Да.", "+", "v", "1", 1, True), True),
        "нет": False,
        "-": False,
        "0": False,
        False: False,
    }
    assert YesNo().read("иногда", AROUND) == Cell(problem="bad_choice", message="«иногда»: напишите «да» или «нет»")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("1 250,50 руб.", Cell(Decimal("1250.50"))),
        ("12\u00a0000", Cell(Decimal("12000"))),
        (3, Cell(Decimal(3))),
        ("три", Cell(problem="bad_number", message="«три» не число: исправьте")),
        ("NaN", Cell(problem="bad_number", message="«NaN» не число: исправьте")),
        ("1e400", Cell(problem="bad_number", message="«1e400» не число: исправьте")),
    ],
)
def test_money_is_read_with_its_spaces_and_comma(value: object, read: Cell) -> None:
    assert Amount().read(value, AROUND) == read


def test_a_count_is_whole() -> None:
    kind = Amount("bad_quantity", whole=True)
    assert kind.read("2", AROUND) == Cell(2)
    assert kind.read("2,5", AROUND) == Cell(problem="bad_quantity", message="«2,5» не целое число: исправьте")


def test_a_text_is_never_cut() -> None:
    assert Text(5).read("  а   б ", AROUND) == Cell("а б")
    assert Text(5).read("абвгдеё", AROUND) == Cell(problem="too_long", message="текст длиннее 5 знаков: сократите его")
    assert Text().read("=2+2", AROUND) == Cell("=2+2")
    assert Running().read(12, AROUND) == Cell("12")


@pytest.mark.parametrize("nothing", [None, "", " ", "нет", "НЕТ", "-", "–", "б/н", "\u00a0"])
def test_nothing_is_said_in_many_ways(nothing: str | None) -> None:
    assert says_nothing(nothing)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Тестов Иван", ["Тестов Иван"]),
        ("1) Тестов Иван 2) Тестова Мария", ["Тестов Иван", "Тестова Мария"]),
        ("Тестов Иван;\nТестова Мария\n", ["Тестов Иван", "Тестова Мария"]),
        ("1. Тестов Иван, 01.02.2015", ["Тестов Иван, 01.02.2015"]),
        (12, [12]),
        (None, [None]),
    ],
)
def test_a_cell_that_lists_several_is_parted(text: object, items: list) -> None:
    assert split_items(text) == items


@given(st.integers(0, 20_000))
def test_the_letters_of_a_column_lead_back_to_it(column: int) -> None:
    assert number(letters(column)) == column
    assert address(7, 27) == "AB7"

"""Two orders of work side by side."""

from __future__ import annotations

from app.profiles.difference import Difference, differences, in_columns
from app.profiles.loading import load, text_of


def test_an_order_of_work_does_not_differ_from_itself() -> None:
    assert differences(load(text_of("rostov")), load(text_of("rostov"))) == []


def test_one_changed_value_is_the_one_difference() -> None:
    text = text_of("alliance").replace("amount: 1, unit: workday", "amount: 2, unit: workday")
    assert differences(load(text_of("alliance")), load(text)) == [
        Difference(
            "Сроки",
            "curator_1wd",
            "Назначение куратора: 1\u00a0рабочий день (договор подписан → специалист-куратор назначен). "
            "П. 3.5 Порядка.",
            "Назначение куратора: 2\u00a0рабочих дня (договор подписан → специалист-куратор назначен). П. 3.5 Порядка.",
        )
    ]


def test_what_one_side_lacks_is_a_dash_there() -> None:
    found = {(one.section, one.what): (one.left, one.right) for one in differences(
        load(text_of("alliance")), load(text_of("rostov")))}  # fmt: skip
    assert found["Слова", "Кто утверждает программу"] == ("–", "КДНиЗП")
    assert found["Слова", "Куратор"] == ("специалист-куратор", "куратор")
    assert ("Слова", "Куратор, падежи") not in found
    assert found["Рассылка", "Программу рассылают"] == ("нет", "да")
    assert found["После завершения", "Проверки через, мес."] == ("–", "1, 3, 6")
    assert found["Кто решает", "kdn"][0] == "–"
    assert found["Этап 6", "Название"] == ("Реализация программы. П. 3.6 Порядка.", "–")


def test_sections_stand_together_in_the_order_of_the_file() -> None:
    sections = [one.section for one in differences(load(text_of("sudogda")), load(text_of("mishkino")))]
    told = list(dict.fromkeys(sections))
    assert sections == [section for name in told for section in sections if section == name]
    assert told[:3] == ["Центр", "Слова", "Целевые группы"]


def test_the_terminal_gets_two_columns_no_wider_than_it_is() -> None:
    lines = list(in_columns(differences(load(text_of("sudogda")), load(text_of("rostov"))), ("sudogda", "rostov")))
    assert lines[0].split() == ["sudogda", "rostov"]
    assert max(map(len, lines)) <= 118
    assert any(line.startswith("  Куратор ") and "участковый социальный работник" in line for line in lines)

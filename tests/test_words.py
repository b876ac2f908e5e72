"""Russian text as the engine compares, counts and declines it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import counted, fold, full_phone, initials, plural, search_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Щёголева", "щеголева"),
        ("  Ёлкина \u00a0 Мария\t", "елкина мария"),
        ("ЁЖ", "еж"),
        ("и\u0306од", "йод"),
        ("е\u0308лка", "елка"),
        ("а\x00б", "а б"),
        (None, ""),
        ("", ""),
    ],
)
def test_fold_compares_as_a_reader_does(text: str | None, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_no_sign_a_database_refuses(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert "\x00" not in once and "ё" not in once and once == once.strip()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Тестова Мария", ["тестова", "мария"]),
        ("112-233-445 95", ["11223344595"]),
        ("+7 (900) 000-14-26", ["9000001426"]),
        ("8 900 000-14-26", ["9000001426"]),
        ("14/2026", ["14/2026"]),
        ("1.2", ["1.2"]),
        ("---", []),
        ("", []),
        ("   ", []),
    ],
)
def test_a_query_is_split_into_words_that_must_all_be_found(query: str, words: list[str]) -> None:
    assert search_words(query) == words


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "семей"), (1, "семья"), (2, "семьи"), (4, "семьи"), (5, "семей"), (11, "семей"), (14, "семей"), (21, "семья"),
     (22, "семьи"), (111, "семей"), (1001, "семья"), (-1, "семья")],
)  # fmt: skip
def test_a_noun_agrees_with_its_number(number: int, word: str) -> None:
    assert plural(number, "семья", "семьи", "семей") == word


def test_a_counted_noun_stays_on_one_line() -> None:
    assert counted(20_001, "семья", "семьи", "семей") == "20\u202f001\u00a0семья"


def test_initials_are_those_of_protocols() -> None:
    assert initials("Щёголева", "Полина", "Фёдоровна") == "Щёголева\u00a0П.\u00a0Ф."
    assert initials("Щёголева", "Полина") == "Щёголева\u00a0П."


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8 (900) 000-14-26", "+79000001426"),
        ("+7 900 000–14–26", "+79000001426"),
        ("9000001426", "+79000001426"),
        ("+9000001426", None),
        ("2-14-26", None),
        ("тел. 89000001426", None),
        ("", None),
    ],
)
def test_a_whole_phone_is_kept_in_one_form(typed: str, kept: str | None) -> None:
    assert full_phone(typed) == kept

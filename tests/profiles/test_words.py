"""The words of the centres in their case forms, given by the file or declined."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.declining import CASES, PLURAL, decline, gender_of
from app.profiles.loading import load, text_of
from app.terms import NEUTRAL, TERMS, UnknownTerm, Word, Words, fall_silent, say, speak, word


@contextmanager
def speaking(words: Words) -> Iterator[None]:
    """Speak *words* inside the block."""
    token = speak(words)
    try:
        yield
    finally:
        fall_silent(token)


def words_of(name: str) -> Words:
    """Return the words of a delivered order of work."""
    return load(text_of(name), name).words


CURATORS = {
    "sudogda": "участковый социальный работник, участкового социального работника, участковому социальному работнику, "
    "участкового социального работника, участковым социальным работником, участковом социальном работнике",
    "mishkino": "социальный тьютор, социального тьютора, социальному тьютору, социального тьютора, "
    "социальным тьютором, социальном тьюторе",
    "alliance": "специалист-куратор, специалиста-куратора, специалисту-куратору, специалиста-куратора, "
    "специалистом-куратором, специалисте-кураторе",
    "rostov": "куратор, куратора, куратору, куратора, куратором, кураторе",
}


@pytest.mark.parametrize("name", CURATORS)
def test_the_curator_is_called_as_the_centre_calls_him_in_every_case(name: str) -> None:
    one = words_of(name).word("curator")
    assert ", ".join(one.form(case) for case in CASES) == CURATORS[name]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("sudogda", "Участковый социальный работник назначен. Договор подписан. ИПСС утверждена."),
        ("mishkino", "Социальный тьютор назначен. Соглашение подписано. Программа сопровождения утверждена."),
        ("alliance", "Специалист-куратор назначен. Договор подписан. Программа утверждена."),
        ("rostov", "Куратор назначен. Соглашение подписано. ИПСС утверждена."),
    ],
)
def test_a_sentence_agrees_with_the_word_of_the_centre(name: str, sentence: str) -> None:
    with speaking(words_of(name)):
        assert say(
            "{Curator} {curator?назначен|назначена|назначено}. "
            "{Agreement_short} {agreement_short?подписан|подписана|подписано}. "
            "{Programme_short} {programme_short?утверждён|утверждена|утверждено}."
        ) == sentence  # fmt: skip


@pytest.mark.parametrize("name", [*CURATORS])
def test_what_the_files_give_is_what_the_dictionary_would_say(name: str) -> None:
    """The given forms were written by hand; the dictionary reads them again, but for what it declines wrongly."""
    for term in ("family", "curator", "programme", "programme_short", "agreement", "agreement_short"):
        given = words_of(name).word(term)
        alone = Word(given.nom, animate=given.animate)
        # «Тьютор» is a thing to the dictionary, and of a compound it declines both parts as one or the other.
        many = () if "-" in given.nom else [form for form in PLURAL.values() if form in given.given]
        cases = [case for case in CASES if not ("-" in given.nom and case == "acc")]
        assert {form: given.form(form) for form in (*cases, *many)} == {
            form: alone.form(form) for form in (*cases, *many)
        }
        assert given.gender == gender_of(given.nom) or given.nom.isupper()


@pytest.mark.parametrize(
    ("phrase", "form", "declined"),
    [
        ("заведующая отделением", "dat", "заведующей отделением"),
        ("наставник семьи", "pl_ins", "наставниками семьи"),
        ("семья, имеющая ребёнка-инвалида", "pl_gen", "семей, имеющих ребёнка-инвалида"),
        ("семья с детьми, нуждающаяся в помощи", "acc", "семью с детьми, нуждающуюся в помощи"),
        ("Реабилитационный совет Учреждения", "prep", "Реабилитационном совете Учреждения"),
        ("КДНиЗП", "ins", "КДНиЗП"),
        ("ИПСС", "pl_gen", "ИПСС"),
        ("", "gen", ""),
    ],
)
def test_a_phrase_nobody_gave_the_forms_of_is_declined(phrase: str, form: str, declined: str) -> None:
    assert decline(phrase, form) == declined


def test_a_person_the_dictionary_takes_for_a_thing_is_declined_as_a_person() -> None:
    tutor = Word("социальный тьютор", animate=True)
    assert (tutor.form("acc"), tutor.form("pl_acc")) == ("социального тьютора", "социальных тьюторов")
    assert Word("социальная няня", animate=True).form("acc") == "социальную няню"


def test_a_form_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        decline("куратор", "vocative")
    with pytest.raises(KeyError):
        decline("ИПСС", "vocative")
    with pytest.raises(UnknownTerm, match="known forms are nom, gen"):
        say("{curator:vocative}")
    with pytest.raises(UnknownTerm, match="known terms are agreement"):
        say("{kurator}")


def test_without_an_order_of_work_the_words_are_those_of_before() -> None:
    assert say("{Curator:pl}, {programme_short:pl_gen}, {agreement_short:ins}") == "Кураторы, программ, договором"
    assert word("register") == "Реестр (банк данных) семей"
    assert NEUTRAL.by_term.keys() == TERMS


def test_a_centre_that_has_no_word_for_something_speaks_neutrally() -> None:
    with speaking(words_of("alliance")):  # nobody approves there
        assert word("approving_body") == NEUTRAL.word("approving_body").nom


def test_facts_are_never_read_as_terms() -> None:
    assert say("{who} – {curator}", who="{curator:pl} {x}") == "{curator:pl} {x} – куратор"


def test_words_are_put_back() -> None:
    with speaking(words_of("mishkino")):
        with speaking(words_of("rostov")):
            assert word("curator") == "куратор"
        assert word("curator") == "социальный тьютор"
    assert word("curator", "dat") == "куратору"

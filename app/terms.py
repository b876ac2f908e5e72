"""The words of a centre: one calls the curator «социальный тьютор», another «участковый социальный работник».

A text is a literal with terms, spoken when it is shown::

    say("Дело без {curator:gen}")                               # «Дело без социального тьютора»
    say("{Agreement_short} {agreement_short?подписан|подписана|подписано}")    # «Соглашение подписано»
    say("{number} ведёт {curator} {who}.", number="№ 4", who=staff)           # facts are never read as terms

A term is a key of ``vocabulary`` in the centre's order of work (:mod:`app.profiles`). Who acts brings the words of
his unit (:mod:`app.acting`); without an order of work :data:`NEUTRAL` is spoken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

from app.declining import CASES, PLURAL, decline, gender_of

FORMS = (*CASES, *PLURAL.values())
"""Every form a term can be asked for: ``nom`` … ``prep`` of one, ``pl`` … ``pl_prep`` of many."""


@dataclass(frozen=True)
class Word:
    """A word or phrase: its nominative, the *given* other forms, the gender (m, f or n) when it is given.

    What is not given is declined by itself, when it is asked for. *animate* says that it names a person, which the
    dictionary does not know of a «тьютор».
    """

    nom: str
    given: Mapping[str, str] = field(default_factory=dict)
    gender: str = ""
    animate: bool = False

    def form(self, name: str) -> str:
        """Return the form *name*, one of :data:`FORMS`."""
        if name == "nom":
            return self.nom
        if name not in self.given and self.animate and (name == "pl_acc" or (name == "acc" and self.is_masculine)):
            return self.form("pl_gen" if name == "pl_acc" else "gen")
        return self.given.get(name) or decline(self.nom, name)

    @property
    def is_masculine(self) -> bool:
        """Whether the word is of the masculine gender."""
        return (self.gender or gender_of(self.nom)) == "m"

    def agreeing(self, masculine: str, feminine: str, neuter: str) -> str:
        """Return which of the three agrees with the word: договор подписан, программа подписана."""
        return {"m": masculine, "f": feminine, "n": neuter}[self.gender or gender_of(self.nom)]


@dataclass(frozen=True, eq=False)
class Words:
    """The words of one centre, by term. A term the centre has no word for is spoken neutrally."""

    by_term: Mapping[str, Word]

    def word(self, term: str) -> Word:
        """Return the word of *term*.

        Raises:
            UnknownTerm: there is no such term.
        """
        found = self.by_term.get(term) or _NEUTRAL.get(term)
        if found is None:
            raise UnknownTerm(f"{term!r}: known terms are {', '.join(sorted(_NEUTRAL))}")
        return found


class UnknownTerm(KeyError):
    """A text names a term or a form that does not exist."""


def _six(*forms: str, prefix: str = "") -> dict[str, str]:
    return {prefix + case: form for case, form in zip(CASES, forms, strict=True)}


def _word(gender: str, one: str, many: str) -> Word:
    """Make a word of its six forms and the six of many, each written in one line."""
    single, plural = one.split(), many.split()
    given = {**_six(*single), **{PLURAL[case]: form for case, form in zip(CASES, plural, strict=True)}}
    return Word(single[0], given, gender)


_PROGRAMME = _word(
    "f",
    "программа программы программе программу программой программе",
    "программы программ программам программы программами программах",
)
_AGREEMENT = _word(
    "m",
    "договор договора договору договор договором договоре",
    "договоры договоров договорам договоры договорами договорах",
)
_FAMILY = _word("f", "семья семьи семье семью семьёй семье", "семьи семей семьям семьи семьями семьях")

_NEUTRAL: dict[str, Word] = {
    "family": _FAMILY,
    "family_short": _FAMILY,
    "curator": _word(
        "m",
        "куратор куратора куратору куратора куратором кураторе",
        "кураторы кураторов кураторам кураторов кураторами кураторах",
    ),
    "programme": _PROGRAMME,
    "programme_short": _PROGRAMME,
    "programme_doc_title": Word("Индивидуальная программа социального сопровождения семьи", gender="f"),
    "agreement": _AGREEMENT,
    "agreement_short": _AGREEMENT,
    "approving_body": Word("орган, который утверждает", gender="m"),
    "review_body": Word("орган, который решает", gender="m"),
    "recognition_body": Word("орган, который признаёт", gender="m"),
    "customer": Word("законный представитель", gender="m"),
    "service_unit": Word("служба сопровождения", gender="f"),
    "register": Word("Реестр (банк данных) семей", gender="m"),
    "intake_journal": Word("Журнал учёта обращений", gender="m"),
    "family_journal": Word("Журнал учёта семей", gender="m"),
}

NEUTRAL = Words(_NEUTRAL)
"""What is spoken until a centre has an order of work; every term stands here."""

TERMS = frozenset(_NEUTRAL)

_spoken: ContextVar[Words] = ContextVar("opora_words", default=NEUTRAL)


def speak(words: Words) -> Token[Words]:
    """Speak *words* from here on; give the result to :func:`fall_silent`."""
    return _spoken.set(words)


def fall_silent(token: Token[Words]) -> None:
    """Speak again as before the :func:`speak` that gave *token*."""
    _spoken.reset(token)


def words() -> Words:
    """Return the words spoken now."""
    return _spoken.get()


PLACE = re.compile(r"\{([A-Za-z_]+)(?::([a-z_]+)|\?([^{}|]*)\|([^{}|]*)\|([^{}|]*))?\}")
"""A term in a text: ``{curator}``, ``{curator:gen}``, ``{curator?назначен|назначена|назначено}``."""


def say(text: str, **facts: Any) -> str:
    """Return *text* with its terms in the centre's words and *facts* in their places.

    A term with a capital («{Curator}») is spoken with a capital.

    Raises:
        UnknownTerm: neither a fact nor a term, or the form does not exist.
    """
    if "{" not in text:
        return text
    table = _spoken.get()

    def spoken(place: re.Match[str]) -> str:
        name, form, *agreeing = place.groups()
        if name in facts:
            return str(facts[name])
        one = table.word(name[:1].lower() + name[1:])
        if agreeing[0] is not None:
            return one.agreeing(*agreeing)
        if form is not None and form not in FORMS:
            raise UnknownTerm(f"{place[0]}: known forms are {', '.join(FORMS)}")
        said = one.form(form or "nom")
        return said[:1].upper() + said[1:] if name[0].isupper() else said

    return PLACE.sub(spoken, text)


def word(term: str, form: str = "nom") -> str:
    """Return one form of *term* in the centre's words, for texts put together from parts."""
    return say(f"{{{term}:{form}}}")

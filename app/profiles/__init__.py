"""The words of a centre. Labels are literals with terms, resolved when they are shown: «{curator:gen}».

Until a centre's order of work is loaded the neutral words below are spoken.
"""

from __future__ import annotations

import re

NEUTRAL: dict[str, dict[str, str]] = {
    "curator": {
        "nom": "куратор",
        "gen": "куратора",
        "dat": "куратору",
        "acc": "куратора",
        "ins": "куратором",
        "pl": "кураторы",
    },
    "programme": {
        "nom": "программа",
        "gen": "программы",
        "dat": "программе",
        "acc": "программу",
        "ins": "программой",
        "pl": "программы",
    },
    "agreement": {
        "nom": "договор",
        "gen": "договора",
        "dat": "договору",
        "acc": "договор",
        "ins": "договором",
        "pl": "договоры",
    },
}

_TERM = re.compile(r"\{([A-Za-z_]+)(?::([a-z]+))?\}")


class UnknownTerm(KeyError):
    """A label names a term or a case form that no order of work defines."""


def say(text: str) -> str:
    """Return *text* with its terms put in words. A term with a capital («{Curator}») is spoken with a capital.

    Raises:
        UnknownTerm: the term or its form is not defined.
    """
    return _TERM.sub(_spoken, text) if "{" in text else text


def _spoken(match: re.Match[str]) -> str:
    term, form = match[1], match[2] or "nom"
    try:
        word = NEUTRAL[term.lower()][form]
    except KeyError:
        raise UnknownTerm(f"{match[0]}: known terms are {', '.join(sorted(NEUTRAL))}") from None
    return word[:1].upper() + word[1:] if term[0].isupper() else word

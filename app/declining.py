"""Declining Russian phrases nobody has given the forms of: «социальный тьютор» → «социального тьютора».

The head is the first noun in the nominative; it and what agrees with it before it are declined, what follows
(«…социального сопровождения семьи») stands as it is. What the dictionary does not know stays unchanged, and an
abbreviation («ИПСС», «КДНиЗП») is never declined.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pymorphy3 import MorphAnalyzer

CASES = ("nom", "gen", "dat", "acc", "ins", "prep")
"""Именительный, родительный, дательный, винительный, творительный, предложный."""

PLURAL = {"nom": "pl", **{case: f"pl_{case}" for case in CASES[1:]}}
"""The names of the forms of many, by case."""

_TAGS = {"nom": "nomn", "gen": "gent", "dat": "datv", "acc": "accs", "ins": "ablt", "prep": "loct"}
_GENDERS = {"masc": "m", "femn": "f", "neut": "n"}
_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*")
_SET_OFF = re.compile(rf", ({_WORD.pattern})")
_AGREEING = frozenset({"ADJF", "PRTF"})


@cache
def _dictionary() -> MorphAnalyzer:
    """Return the dictionary; half a second to open, so only when a form is missing."""
    return MorphAnalyzer()


def _is_abbreviation(word: str) -> bool:
    return sum(letter.isupper() for letter in word) > 1


def _read(phrase: str) -> tuple[list[tuple[re.Match[str], Any]], Any | None]:
    """Return what of *phrase* is declined, each place with its reading, and the reading of the head."""
    before: list[tuple[re.Match[str], Any]] = []
    for place in _WORD.finditer(phrase):
        if _is_abbreviation(place[0]):
            return [], None
        readings = [one for one in _dictionary().parse(place[0]) if "nomn" in one.tag and "sing" in one.tag]
        # «Участковый» is a policeman to the dictionary first; before another noun it is an adjective.
        adjective = next((one for one in readings if one.tag.POS in _AGREEING), None)
        noun = next((one for one in readings if one.tag.POS == "NOUN"), None)
        if adjective is not None and _noun_follows(phrase, place.end()):
            before.append((place, adjective))
        elif noun is not None or adjective is not None:
            head = noun or adjective  # «Заведующая отделением» has no noun to lead it.
            return [*before, (place, head), *_set_off(phrase, place.end())], head
        else:
            return [], None
    return [], None


def _set_off(phrase: str, end: int) -> list[tuple[re.Match[str], Any]]:
    """Return the participle set off after the head: «семья, имеющая …», «семья с детьми, нуждающаяся …»."""
    place = _SET_OFF.search(phrase, end)
    found = _WORD.match(phrase, place.start(1)) if place else None
    if found is None:
        return []
    return [(found, one) for one in _dictionary().parse(found[0]) if one.tag.POS == "PRTF" and "nomn" in one.tag][:1]


def _noun_follows(phrase: str, end: int) -> bool:
    """Whether what stands at *end* still agrees with an adjective: a noun or one more adjective, in the nominative."""
    following = _WORD.search(phrase, end)
    return following is not None and any(
        "nomn" in one.tag and "sing" in one.tag for one in _dictionary().parse(following[0])
    )


@cache
def decline(phrase: str, form: str) -> str:
    """Return *phrase*, given in the nominative of one, in *form*: ``gen``, ``pl_dat`` …

    Raises:
        KeyError: there is no such form.
    """
    many = form.startswith("pl")
    case = (form.removeprefix("pl").removeprefix("_") or "nom") if many else form
    places, head = _read(phrase)
    if head is None:
        _TAGS[case]
        return phrase
    made, end = [], 0
    for place, reading in places:
        wanted = {_TAGS[case], "plur" if many else "sing"}
        if reading is not head and not many:
            wanted.add(str(head.tag.gender))
            if case == "acc" and head.tag.gender == "masc":
                wanted.add(str(head.tag.animacy))
        elif reading is not head and case == "acc":
            wanted.add(str(head.tag.animacy))
        found = reading.inflect(wanted)
        made += [phrase[end : place.start()], _like(place[0], found.word) if found else place[0]]
        end = place.end()
    return "".join(made) + phrase[end:]


def _like(model: str, word: str) -> str:
    """Return *word* with the capital of *model*; the dictionary answers in small letters."""
    return word[:1].upper() + word[1:] if model[0].isupper() else word


@cache
def gender_of(phrase: str) -> str:
    """Return the gender of the head of *phrase*: m, f or n; masculine where the dictionary has no answer."""
    _, head = _read(phrase)
    return _GENDERS.get(str(head.tag.gender), "m") if head is not None else "m"

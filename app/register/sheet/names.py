"""People's names as tables keep them: capitals, stray spaces, Latin letters that look Russian, initials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from app.words import fold

_LOOKALIKES = str.maketrans("ABCEHKMOPTXYaceopxyëË", "АВСЕНКМОРТХУасеорхуёЁ")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_CYRILLIC, _LATIN = re.compile("[А-Яа-яЁё]"), re.compile("[A-Za-zëË]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PARTICLES = {"оглы", "кызы", "гызы", "углы", "улы", "уулу", "кизи"}
_PLAIN = re.compile(r"[А-Яа-яЁё]{2,}(?:-[А-Яа-яЁё]{2,})?(?: [А-Яа-яЁё]{2,}(?:-[А-Яа-яЁё]{2,})?)+")
_PATRONYMIC = re.compile(r".{2,}(?:ович|евич|ич|овна|евна|ична|инична)$", re.IGNORECASE)
_INITIALS = re.compile(r"\b([^\W\d_])\.\s*(?:([^\W\d_])\.?)?", re.UNICODE)


class NotAName(ValueError):
    """The text names no person; the message says why, in Russian, without the cell's address."""


@dataclass(frozen=True)
class PersonName:
    """A person's name. ``corrected`` tells that Latin letters were replaced by the Russian ones they look like."""

    last: str
    first: str
    middle: str | None = None
    corrected: bool = False

    @property
    def full(self) -> str:
        """Фамилия Имя Отчество."""
        return " ".join(filter(None, (self.last, self.first, self.middle)))

    @property
    def key(self) -> str:
        """The name as duplicates are looked for."""
        return fold(self.full)


def clean(text: str) -> str:
    """Return *text* in one composed form with single ordinary spaces and no invisible characters."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def in_russian(text: str) -> str:
    """Replace the Latin letters of a Russian word by the Russian letters they look like."""
    if not _LATIN.search(text):
        return text
    words = re.split(r"(\s+|-)", text)
    russian = any(_CYRILLIC.search(word) for word in words)
    for at, word in enumerate(words):
        if russian and _LATIN.search(word):
            turned = word.translate(_LOOKALIKES)
            if not _LATIN.search(turned):
                words[at] = turned
    return "".join(words)


def in_case(word: str) -> str:
    """Return a name written in capitals (or in small letters) as names are written; a mixed one stays."""
    if len(word) > 1 and not (word.isupper() or word.islower()):
        return word
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)


def read_name(text: str) -> PersonName:
    """Return the name written in *text*.

    Raises:
        NotAName: one word, digits, initials or letters of two alphabets.
    """
    source = clean(text)
    bare = source.strip(" ,.;:-–—")
    if not _PLAIN.fullmatch(bare):
        bare = re.sub(r"\([^)]*\)", " ", source).strip(" ,.;:-–—")
        bare = re.sub(r"[,–—]\s*[а-яё ]+$", "", bare)
    turned = in_russian(bare)
    words = turned.split()
    if len(words) == 3 and _PLAIN.fullmatch(turned) and _PATRONYMIC.match(words[2]):
        last, first, middle = map(in_case, words)
        return PersonName(last, first, middle, corrected=turned != bare)
    if not words:
        raise NotAName("имя не указано")
    if re.search(r"\d", turned):
        raise NotAName(f"в имени «{source[:60]}» есть цифры: напишите фамилию, имя и отчество")
    if _INITIALS.search(turned) or any(len(word) == 1 and word.isalpha() for word in words):
        raise NotAName(f"«{source[:60]}»: имя указано инициалами, напишите его полностью")
    words = [word.strip(".,") for word in words]
    if not all(_WORD.fullmatch(word) for word in words) or len(words) > 6:
        raise NotAName(f"«{source[:60]}» не похоже на фамилию, имя и отчество")
    if len(words) == 1:
        raise NotAName(f"«{source[:60]}»: нужны фамилия и имя")
    if any(_LATIN.search(word) and _CYRILLIC.search(word) for word in words):
        raise NotAName(f"в имени «{source[:60]}» русские и латинские буквы: напишите его заново")
    if len(words) == 3 and _PATRONYMIC.match(words[1]) and not _PATRONYMIC.match(words[2]):
        words = [words[2], words[0], words[1]]
    # «Гасан оглы»: a particle is part of the patronymic; the same word in front is a name like any other.
    words = [word.lower() if at >= 2 and word.lower() in _PARTICLES else in_case(word) for at, word in enumerate(words)]
    return PersonName(words[0], words[1], " ".join(words[2:]) or None, corrected=turned != bare)


class Directory:
    """Finds people of a short list by full name or by surname and initials, in either order."""

    def __init__(self, people: Iterable[tuple[Hashable, str, str, str | None]]) -> None:
        self._full: dict[str, set[Hashable]] = {}
        self._short: dict[tuple[str, ...], set[Hashable]] = {}
        for who, last, first, middle in people:
            self._full.setdefault(fold(f"{last} {first} {middle or ''}"), set()).add(who)
            self._full.setdefault(fold(f"{last} {first}"), set()).add(who)
            letters = [fold(part)[:1] for part in (first, middle) if part]
            for size in range(len(letters) + 1):
                self._short.setdefault((fold(last), *letters[:size]), set()).add(who)

    def find(self, text: str) -> set[Hashable]:
        """Return everybody the text may mean: nobody, one, or several namesakes."""
        flat = fold(in_russian(clean(text)))
        short = flat.replace(".", " ").split()
        exact = self._full.get(" ".join(short))
        if exact:
            return exact
        letters = tuple(word for word in short if len(word) == 1)
        rest = " ".join(word for word in short if len(word) > 1)
        return self._short.get((rest, *letters), set())

"""Kinds of cells: each reads one value into what the base keeps, or says in Russian why it cannot.

A kind also tells how much a column's values look like it (0…1), so that columns are recognised by what is in
them and not only by their headers. A kind of its own is any object with ``read`` and ``likes``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar, Protocol

from app.register.kinds import snils_fits
from app.register.sheet.book import Broken, Value
from app.register.sheet.dates import NotADay, Years, find_day, read_day
from app.register.sheet.names import Directory, NotAName, clean, read_name
from app.words import fold, full_phone

NOTHING = {
    "",
    "нет",
    "-",
    "--",
    "–",
    "—",
    "б/н",
    "отсутствует",
    "не имеется",
    "нет данных",
    "не указано",
    "н/д",
    "0",
    "/",
}
"""What people write in a cell to say that there is nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was read: a value, or a *problem* code with its sentence. A *note* corrects without stopping."""

    value: Any = None
    problem: str = ""
    message: str = ""
    note: str = ""
    day: dt.date | None = None
    """The day found in the same cell as a name."""


@dataclass(frozen=True)
class Around:
    """What a cell is read against: the day, the book's day count, and lists to look values up in.

    *title*: the name of the sheet and what stands above its header, «Январь Журнал услуг за январь 2025 г.».
    """

    today: dt.date
    from_1904: bool = False
    title: str = ""
    lookups: Mapping[str, Directory] = field(default_factory=dict)


class Kind(Protocol):
    """How cells of a column are read.

    *evident*: its values show themselves, so that a header is not believed when the values deny it.
    """

    evident: ClassVar[bool]

    def read(self, value: Value, around: Around) -> Cell:
        """Read one filled cell."""

    def likes(self, value: Value, around: Around) -> float:
        """Return how much one filled cell looks like this kind, 0…1."""


def text_of(value: Value) -> str:
    """Return a cell as text; a whole number has no «.0» and a day is 31.12.2024."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dt.date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, bool):
        return "да" if value else "нет"
    return clean(str(value)) if value is not None else ""


def says_nothing(value: Value) -> bool:
    """Whether the cell is empty or says «нет»."""
    return value is None or (len(text := text_of(value)) < 16 and fold(text) in NOTHING)


def split_items(value: Value) -> list[Value]:
    """Return the entries of a cell that lists several, one a line or numbered «1) … 2) …»; else the value alone."""
    if not isinstance(value, str):
        return [value]
    if "\n" not in value and ";" not in value and not value[:1].isdigit():
        return [value]
    parts = re.split(r"\n|;(?=\s*\D)|(?:(?<=\s)|^)\d{1,2}[.)]\s+(?=[^\W\d_])", value.strip())
    parts = [part.strip(" ,;\t") for part in parts if part and part.strip(" ,;\t")]
    return list(parts) if len(parts) > 1 else [value if not parts else parts[0]]


@dataclass(frozen=True)
class Text:
    """Any text, kept as it is, in one line; it looks like nothing in particular."""

    longest: int = 250
    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return the text; one longer than the base keeps is a problem, never cut."""
        text = text_of(value)
        if len(text) > self.longest:
            return Cell(problem="too_long", message=f"текст длиннее {self.longest} знаков: сократите его")
        return Cell(text or None)

    def likes(self, value: Value, around: Around) -> float:
        """Text is recognised by its header only."""
        return 0.0


@dataclass(frozen=True)
class Running:
    """A running number, as text: it may be «12а»."""

    evident: ClassVar[bool] = True

    def read(self, value: Value, around: Around) -> Cell:
        """Return the number as it stands."""
        return Cell(text_of(value)[:20] or None)

    def likes(self, value: Value, around: Around) -> float:
        """A short whole number; many columns have such, so it is no proof."""
        return 0.5 if re.fullmatch(r"\d{1,6}[а-я]?\.?", text_of(value)) else 0.0


@dataclass(frozen=True)
class Person:
    """A person's name; a date of birth in the same cell is taken out."""

    born: Years
    evident: ClassVar[bool] = True

    def read(self, value: Value, around: Around) -> Cell:
        """Return :class:`~app.register.sheet.names.PersonName`."""
        try:
            rest, day = find_day(text_of(value), self.born, around.today)
        except NotADay as wrong:
            return Cell(problem="bad_date", message=str(wrong))
        try:
            name = read_name(rest)
        except NotAName as wrong:
            return Cell(problem="bad_name", message=str(wrong), day=day)
        note = "латинские буквы в имени заменены русскими" if name.corrected else ""
        return Cell(name, note=note, day=day)

    def likes(self, value: Value, around: Around) -> float:
        """Two or three capitalised words; a patronymic makes it sure."""
        if not isinstance(value, str):
            return 0.0
        cell = self.read(value, around)
        name = cell.value
        if not name or not value.strip()[0].isupper():
            return 0.0
        return 1.0 if name.middle and re.search(r"(?:вич|ьич|вна|чна|оглы|кызы)$", name.middle) else 0.3


@dataclass(frozen=True)
class Day:
    """A day; *years* is what is possible in the column, *future* the problem of a day after today."""

    years: Years
    future: str = ""
    evident: ClassVar[bool] = True

    def read(self, value: Value, around: Around) -> Cell:
        """Return the day."""
        try:
            day = read_day(value, self.years, around.today, from_1904=around.from_1904)
        except NotADay as wrong:
            return Cell(problem="bad_date", message=str(wrong))
        if self.future and day > around.today:
            return Cell(problem=self.future, message=f"{day:%d.%m.%Y} ещё не наступило: проверьте год")
        return Cell(day)

    def likes(self, value: Value, around: Around) -> float:
        """A readable day counts in full inside the possible years and a little outside."""
        if isinstance(value, bool | Broken):
            return 0.0
        try:
            day = read_day(value, self.years, around.today, from_1904=around.from_1904)
        except NotADay:
            return 0.0
        low, high = around.today.year + self.years.earliest, around.today.year + self.years.latest
        return 1.0 if low <= day.year <= high else 0.2


@dataclass(frozen=True)
class Snils:
    """СНИЛС in any notation, as a number too, with the zeros Excel has lost."""

    evident: ClassVar[bool] = True

    def read(self, value: Value, around: Around) -> Cell:
        """Return eleven digits, or nothing when the cell says there is none."""
        if says_nothing(value):
            return Cell()
        text = text_of(value)
        digits = re.sub(r"[\s\-–—._]", "", text)
        if not digits.isascii() or not digits.isdigit():
            return Cell(problem="bad_snils", message=f"«{text[:40]}» не похоже на СНИЛС: нужны 11 цифр")
        note = ""
        if len(digits) in (9, 10) or (isinstance(value, int) and 8 <= len(digits) < 11):
            digits, note = digits.zfill(11), "к СНИЛС добавлены нули, потерянные в Excel"
        if len(digits) != 11:
            return Cell(problem="bad_snils", message=f"в СНИЛС {len(digits)} цифр вместо 11: проверьте «{text[:40]}»")
        if not snils_fits(digits):
            return Cell(problem="bad_snils", message=f"контрольное число СНИЛС не сходится: проверьте «{text}»")
        return Cell(digits, note=note)

    def likes(self, value: Value, around: Around) -> float:
        """Eleven digits with a right control number; a phone passes it once in a hundred."""
        if says_nothing(value):
            return 0.2
        cell = self.read(value, around)
        return 1.0 if cell.value else 0.0


@dataclass(frozen=True)
class Phones:
    """One or several phone numbers; what cannot be read stays as it was typed."""

    longest: int = 40
    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return numbers as +79001234567, several parted by «; »."""
        if says_nothing(value):
            return Cell()
        numbers = [self.one(part) for part in re.split(r"[;,\n]|\s{2,}", text_of(value)) if part.strip()]
        text = "; ".join(dict.fromkeys(numbers))
        if len(text) > self.longest:
            kept = "; ".join(dict.fromkeys(numbers[:2]))
            return Cell(kept[: self.longest], note=f"из нескольких телефонов оставлены: {kept[: self.longest]}")
        return Cell(text)

    @staticmethod
    def one(text: str) -> str:
        """Return one number in the form the base keeps, or the text itself."""
        return full_phone(text) or clean(text)

    def likes(self, value: Value, around: Around) -> float:
        """Ten or eleven digits that begin as Russian numbers do."""
        text = text_of(value)
        if isinstance(value, dt.date) or Snils().likes(value, around) == 1.0:
            return 0.0
        digits = re.sub(r"\D", "", re.split(r"[;,\n]", text)[0])
        return (
            1.0 if re.fullmatch(r"[78]?[3489]\d{9}", digits) and len(re.sub(r"[\d\s()+\-.;,]", "", text)) < 6 else 0.0
        )


@dataclass(frozen=True)
class Choices:
    """One or several values of a closed list, found by the stems people use for them: ``{"ovz": ("овз",)}``."""

    stems: Mapping[str, tuple[str, ...]]
    evident: ClassVar[bool] = True

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(code, _any_word(stems)) for code, stems in self.stems.items()]

    @cached_property
    def _seen(self) -> dict[str, Cell]:
        return {}

    def read(self, value: Value, around: Around) -> Cell:
        """Return the codes found, in the order of the list."""
        text = text_of(value)
        cell = self._seen.get(text)
        if cell is None:
            flat = fold(text)
            found = tuple(code for code, pattern in self._patterns if pattern.search(flat))
            note = "" if found or says_nothing(value) else f"«{text[:60]}» не узнано и оставлено без отметки"
            cell = Cell(found, note=note)
            if len(self._seen) < 1000:
                self._seen[text] = cell
        return cell

    def likes(self, value: Value, around: Around) -> float:
        """A short text with a known stem."""
        return 0.9 if isinstance(value, str) and len(value) < 60 and self.read(value, around).value else 0.0


def _any_word(stems: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a text some word of which begins with a stem; «=стем» asks for the whole word."""
    parts = [re.escape(stem[1:]) + r"(?!\w)" if stem.startswith("=") else re.escape(stem) for stem in stems]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})")


@dataclass(frozen=True)
class YesNo:
    """Да or нет, also «+», «-», «v», 1 and 0."""

    evident: ClassVar[bool] = True

    def read(self, value: Value, around: Around) -> Cell:
        """Return True or False; anything else is a problem."""
        text = fold(text_of(value)).strip(".")
        if text in {"да", "+", "v", "х", "x", "1", "есть", "имеется", "true", "истина", "✓", "✔"}:
            return Cell(True)
        if text in NOTHING or text in {"не", "false", "ложь", "0"}:
            return Cell(False)
        return Cell(problem="bad_choice", message=f"«{text_of(value)[:40]}»: напишите «да» или «нет»")

    def likes(self, value: Value, around: Around) -> float:
        """Hardly evidence alone: many columns say «да» and «нет»."""
        return 0.4 if not self.read(value, around).problem else 0.0


@dataclass(frozen=True)
class Amount:
    """A number of things or of roubles: «1 250,50 руб.» is 1250.50."""

    problem: str = "bad_number"
    whole: bool = False
    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return ``Decimal`` (``int`` when *whole*)."""
        text = re.sub(r"(?:руб(?:лей|ля|ль)?|р)\.?$", "", re.sub(r"\s", "", text_of(value)).casefold()).replace(
            ",", "."
        )
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= 10**10 or (self.whole and number != int(number)):
            wanted = "целое число" if self.whole else "число"
            return Cell(problem=self.problem, message=f"«{text_of(value)[:40]}» не {wanted}: исправьте")
        return Cell(int(number) if self.whole else number)

    def likes(self, value: Value, around: Around) -> float:
        """Numbers are everywhere, so this is weak evidence."""
        return 0.3 if not isinstance(value, dt.date) and not self.read(value, around).problem else 0.0


@dataclass(frozen=True)
class Lookup:
    """A person of a short list (the unit's staff), named in full or by initials."""

    list_name: str
    problem: str
    whom: str
    several: str
    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return the key of the one person meant."""
        if says_nothing(value):
            return Cell()
        found = around.lookups.get(self.list_name, Directory(())).find(text_of(value))
        if len(found) == 1:
            return Cell(next(iter(found)))
        said = f"«{text_of(value)[:60]}»"
        if found:
            return Cell(problem=self.several, message=f"{said}: таких несколько, напишите имя и отчество полностью")
        return Cell(problem=self.problem, message=f"{said}: {self.whom}")

    def likes(self, value: Value, around: Around) -> float:
        """Somebody of the list, or a surname with initials."""
        text = text_of(value)
        if around.lookups.get(self.list_name, Directory(())).find(text):
            return 1.0
        return (
            0.6
            if re.fullmatch(r"(?:[А-ЯЁ][а-яё-]+ [А-ЯЁ]\. ?[А-ЯЁ]\.)|(?:[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё-]+)", text)
            else 0.0
        )

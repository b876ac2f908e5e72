"""How typed text becomes a value: one function a kind. Each raises :class:`NotRead` with a Russian sentence."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from app.acting import today
from app.register.field import zone
from app.words import IN_MONTHS, full_phone

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
OLDEST_SNILS = 1_001_998
"""Numbers up to 001-001-998 were given out before the control digits existed (domain.md 4.36)."""
_DATE = re.compile(r"(\d{1,2})[.,/\s-](\d{1,2})[.,/\s-](\d{4}|\d{2})(?:\s*г\.?)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME = re.compile(r"(.+?)[,\s]+(\d{1,2})[:.](\d{2})")


class NotRead(ValueError):
    """The text cannot be read as this kind; the message is one Russian sentence for the person."""


def read_date(text: str) -> dt.date:
    """Read 31.12.2026, 3.5.91, 2026-12-31, 31/12/26. A two-digit year up to ten years ahead is of this century."""
    typed = text.strip()
    if match := _ISO.fullmatch(typed):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DATE.fullmatch(typed):
        day, month, year = (int(part) for part in match.groups())
        if len(match[3]) == 2:
            century = today().year // 100 * 100
            year += century if year + century <= today().year + 10 else century - 100
    else:
        raise NotRead("Напишите дату так: 31.12.2026.")
    if not 1 <= month <= 12:
        raise NotRead(f"Месяца с номером {month} нет. Напишите дату так: 31.12.2026.")
    try:
        made = dt.date(year, month, day)
    except ValueError:
        raise NotRead(f"В {IN_MONTHS[month - 1]} нет {day}-го числа.") from None
    if made < EARLIEST:
        raise NotRead("Проверьте год: он раньше 1900-го.")
    if made > LATEST:
        raise NotRead("Проверьте год: он слишком далеко впереди.")
    return made


def read_moment(text: str) -> dt.datetime:
    """Read «31.12.2026 14:30» as a moment in the acting unit's zone."""
    match = _TIME.fullmatch(text.strip().replace("T", " "))
    if not match:
        raise NotRead("Напишите день и время так: 31.12.2026 14:30.")
    hour, minute = int(match[2]), int(match[3])
    if hour > 23 or minute > 59:
        raise NotRead("Напишите время так: 14:30.")
    return dt.datetime.combine(read_date(match[1]), dt.time(hour, minute), zone())


def read_number(text: str, *, scale: int = 0, whole: int = 10) -> int | Decimal:
    """Read a whole number, or one with up to *scale* digits after the comma and *whole* before it."""
    plain = re.sub(r"\s", "", text).replace(",", ".")
    try:
        made = Decimal(plain)
    except InvalidOperation:
        raise NotRead("Напишите число цифрами.") from None
    if not made.is_finite() or abs(made) >= Decimal(10) ** whole:
        raise NotRead("Число слишком большое.")
    if scale == 0:
        if made != made.to_integral_value():
            raise NotRead("Напишите целое число.")
        if abs(made) > 2_147_483_647:
            raise NotRead("Число слишком большое.")
        return int(made)
    if made != round(made, scale):
        raise NotRead(f"После запятой помещается знаков: {scale}.")
    return made


def read_money(text: str, *, whole: int = 10) -> Decimal:
    """Read an amount in roubles: 9140, 9 140,50, 9140 ₽."""
    made = read_number(re.sub(r"(₽|руб\.?|р\.)\s*$", "", text.strip()), scale=2, whole=whole)
    return Decimal(made)


def read_phone(text: str) -> str:
    """Return a Russian number as +7 and ten digits; a short local number stays as typed."""
    digits = re.sub(r"\D", "", text)
    if phone := full_phone(digits):
        return phone
    if 5 <= len(digits) <= 7 and not re.search(r"[A-Za-zА-Яа-яЁё]{4,}", text):
        return text.strip()
    raise NotRead("В номере должно быть 10 цифр после +7 (или 5–7 цифр городского номера).")


def snils_sum(digits: str) -> int:
    """Return the control number of a СНИЛС by its first nine digits (domain.md 4.36)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100


def snils_fits(digits: str) -> bool:
    """Whether the two control digits agree with the nine before them; the oldest numbers were given without any."""
    return int(digits[:9]) <= OLDEST_SNILS or int(digits[9:]) == snils_sum(digits)


def read_snils(text: str) -> str:
    """Return СНИЛС as 11 digits, its control sum checked."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 11:
        raise NotRead("В СНИЛС 11 цифр. Сверьте номер с карточкой.")
    if not snils_fits(digits):
        raise NotRead("Последние две цифры не сходятся. Сверьте номер с карточкой.")
    return digits


def read_line(text: str, *, max_length: int | None) -> str:
    """Return one line with single spaces and without control characters.

    Raises:
        NotRead: it is longer than the column.
    """
    plain = re.sub(r"\s+", " ", _printable(text)).strip()
    if max_length is not None and len(plain) > max_length:
        raise NotRead(f"Сократите: помещается {max_length} знаков, набрано {len(plain)}.")
    return plain


def read_prose(text: str) -> str:
    """Return several lines with plain line ends and without control characters."""
    plain = _printable(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(plain) > 20_000:
        raise NotRead(f"Сократите: помещается 20 000 знаков, набрано {len(plain)}.")
    return plain


def _printable(text: str) -> str:
    return "".join(
        char
        for char in text
        if char in "\n\t" or (ord(char) >= 32 and not 0xD800 <= ord(char) <= 0xDFFF and ord(char) != 127)
    )

"""What a password must be, and how it is compared: any alphabet, up to 1 000 signs, never cut short."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from app.base import RuleBroken
from app.words import fold

SHORTEST, LONGEST = 12, 1000
FIRST_LIVES = dt.timedelta(hours=24)
"""How long a password somebody else has made opens the door: to the page on which it is changed."""

# fmt: off
_WORDS = (
    "password", "passw0rd", "pass", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "qazwsx",
    "qazwsxedc", "1q2w3e4r", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx", "1qaz2wsx3edc", "q1w2e3r4", "q1w2e3r4t5y6",
    "admin", "administrator", "user", "login", "welcome", "letmein", "iloveyou", "secret", "dragon", "monkey",
    "football", "master", "sunshine", "princess", "superman", "test", "guest", "root", "changeme", "default",
    "пароль", "йцукен", "йцукенг", "йцукенгшщз", "фывапр", "фывапролд", "ячсмить", "привет", "админ",
    "администратор", "логин", "люблю", "любовь", "солнышко", "россия", "москва", "сопровождение", "соцзащита",
    "семья", "опора", "opora", "центр", "секрет", "работа", "куратор", "директор", "лето", "весна", "осень", "зима",
)
# fmt: on
"""Words guessed first: those of keyboards, of lists that leak everywhere, and of a centre's own daily work."""
_TAIL = r"[\W\d_]*"
_RUNS = (
    "0123456789012345678901234567890", "9876543210987654321098765432109", "abcdefghijklmnopqrstuvwxyz",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзхъфывапролджэячсмитьбю",
)  # fmt: skip


@cache
def _guessed() -> re.Pattern[str]:
    """Return the pattern of one common word, said up to four times, with digits and signs around it."""
    return re.compile(rf"{_TAIL}(?P<word>{'|'.join(map(re.escape, _WORDS))})({_TAIL}(?P=word)){{0,3}}{_TAIL}")


def is_common(password: str) -> bool:
    """Whether the password is among those tried first: a known word with digits, a run of keys, one thing repeated."""
    folded = prepared(password).casefold()
    bare = re.sub(r"[\W_]+", "", folded)
    if len(set(folded)) < 5 or _guessed().fullmatch(folded):
        return True
    if len(bare) > 5 and any(bare in run or bare in run[::-1] for run in _RUNS):
        return True
    halves = range(1, len(folded) // 2 + 1)
    return any(len(folded) % n == 0 and folded == folded[:n] * (len(folded) // n) for n in halves)


def check_password(password: str, username: str, about: Iterable[str] = ()) -> None:
    """Check that a password is not easily guessed. *about*: names of the person and of the organisation.

    Raises:
        RuleBroken: it is short, too long, common, or made of the login or of one of the names.
    """
    if len(password) < SHORTEST:
        raise RuleBroken(f"В пароле нужно не меньше {SHORTEST} знаков. Добавьте ещё слово.", field="password")
    if len(password) > LONGEST:
        raise RuleBroken(f"В пароле больше {LONGEST} знаков. Возьмите покороче.", field="password")
    if username.casefold() in password.casefold():
        raise RuleBroken("В пароле не должно быть логина. Придумайте другой.", field="password")
    if is_common(password):
        raise RuleBroken("Такой пароль подбирают первым. Придумайте другой.", field="password")
    if _is_made_of(password, about):
        raise RuleBroken("Имя и название центра угадать легко. Придумайте другой пароль.", field="password")


def _is_made_of(password: str, about: Iterable[str]) -> bool:
    """Whether nothing but signs and digits is left once the words of the names are taken out."""
    whole = left = fold(prepared(password))
    for word in sorted({word for name in about for word in re.findall(r"\w{3,}", fold(name))}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != whole and len(re.sub(r"[\W\d_]+", "", left)) < 4


def prepared(password: str) -> str:
    """Return the password with its letters composed: a phone may send «й» as two signs, a computer as one."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    """Return what is kept of a password: scrypt with a salt of its own."""
    return generate_password_hash(prepared(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether *password* is the one *kept*; with nothing kept the work is the same, and the answer no."""
    right = check_password_hash(kept or _nobodys(), prepared(password))
    return right and kept is not None


@cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())


def one_time_password() -> str:
    """Return a password easy to read out: three groups of four signs, none like another (no l, 1, o, 0)."""
    signs = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(3))

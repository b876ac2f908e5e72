"""What a password must be (A05) and how it is kept (A07)."""

from __future__ import annotations

import unicodedata
from contextlib import nullcontext

import pytest
from werkzeug.security import generate_password_hash

from app.door import passwords
from app.door.passwords import check_password, hashed, is_right, one_time_password
from tests.make import refused

ABOUT = ("Семьянинова Анна", "Комплексный центр «Ромашка»", "Ромашка")
SHORT = "В пароле нужно не меньше 12 знаков. Добавьте ещё слово."
COMMON = "Такой пароль подбирают первым. Придумайте другой."
NAMES = "Имя и название центра угадать легко. Придумайте другой пароль."


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Сирень7", SHORT),
        ("Сирень-под-о", None),
        ("я" * 1001, "В пароле больше 1000 знаков. Возьмите покороче."),
        ("моя-IVANOVA-2026", "В пароле не должно быть логина. Придумайте другой."),
        ("Qwerty123456", COMMON),
        ("пароль123456", COMMON),
        ("Password!2026", COMMON),
        ("passwordpassword", COMMON),
        ("йцукен-йцукен-1", COMMON),
        ("121212121212", COMMON),
        ("123456789012", COMMON),
        ("qwertyuiopas", COMMON),
        ("абвгдеёжзийкл", COMMON),
        ("сирень сирень ", COMMON),
        ("\x00" * 12, COMMON),
        (" " * 20, COMMON),
        ("ромашка-ромашка-2", NAMES),
        ("Семьянинова2026", NAMES),
        ("Анна-Ромашка-1", NAMES),
        ("сирень-под-окном", None),
        ("correct horse battery", None),
        ("дом, где всегда тепло ", None),
        ("🌲🌊🐈🌞🍎🚲🏔🎈🥕🧩🪁🧭", None),
        ("密码很长很长的句子也可以用吗", None),
        ("".join(chr(0x430 + at % 32) + "xq7"[at % 3] for at in range(500)), None),
    ],
)
def test_a_password_is_long_uncommon_and_of_any_alphabet(password: str, sentence: str | None) -> None:
    with refused(sentence, "password") if sentence else nullcontext():
        check_password(password, "ivanova", ABOUT)


def test_a_password_is_never_cut_short() -> None:
    for length in (72, 73, 128, 1000):
        kept = hashed("д" * length)
        assert is_right(kept, "д" * length)
        assert not is_right(kept, "д" * (length - 1))
    assert not is_right(hashed("сирень-под-окном"), "сирень-под-окном ")


def test_a_letter_sent_as_two_signs_is_the_same_letter() -> None:
    word = "йогурт-ёлочный-й"
    assert unicodedata.normalize("NFD", word) != word
    assert is_right(hashed(unicodedata.normalize("NFD", word)), word)


def test_nothing_is_right_where_nothing_is_kept() -> None:
    assert not is_right(None, "сирень-под-окном")


def test_what_is_kept_is_scrypt_with_its_own_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "generate_password_hash", generate_password_hash)
    one, other = hashed("сирень-под-окном"), hashed("сирень-под-окном")
    assert one != other and {kept.split("$")[0] for kept in (one, other)} == {"scrypt:32768:8:1"}


def test_a_one_time_password_is_good_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "ivanova", ABOUT)

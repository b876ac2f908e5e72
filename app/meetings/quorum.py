"""How many must come, and how that is said. Pure."""

from __future__ import annotations

import math

from app.meetings.models import Quorum
from app.words import plural

_GENITIVE = {
    1: "одного",
    2: "двух",
    3: "трёх",
    4: "четырёх",
    5: "пяти",
    6: "шести",
    7: "семи",
    8: "восьми",
    9: "девяти",
    10: "десяти",
}


def needed(rule: Quorum, members: int) -> int:
    """Return how many of *members* must come; at least one, unless no quorum is asked for."""
    count = {
        Quorum.NONE: 0,
        Quorum.HALF: math.ceil(members / 2),
        Quorum.HALF_PLUS: members // 2 + 1,
        Quorum.TWO_THIRDS: math.ceil(members * 2 / 3),
    }[rule]
    return count if rule is Quorum.NONE else max(count, 1)


def sentence(came: int, need: int) -> str:
    """Return «Кворум есть: пришли 5, нужно 4.» or «Не хватает двух человек: пришли 3, нужно 5.»"""
    came_words = f"{plural(came, 'пришёл', 'пришли', 'пришли')} {came}" if came else "никто не пришёл"
    if came >= need:
        return f"Кворум есть: {came_words}, нужно {need}." if need else "Кворум для этого органа не требуется."
    lack = need - came
    people = plural(lack, "человека", "человек", "человек")
    return f"Не хватает {_GENITIVE.get(lack, lack)} {people}: {came_words}, нужно {need}."


def numbers(found: list[int]) -> str:
    """Return «по вопросу 2», «по вопросам 2 и 4» or «по вопросам 1, 2 и 4»."""
    if len(found) == 1:
        return f"по вопросу {found[0]}"
    *most, last = found
    return f"по вопросам {', '.join(map(str, most))} и {last}"

"""How many must come, and how it is said."""

from __future__ import annotations

import pytest

from app.meetings.models import Quorum
from app.meetings.quorum import needed, numbers, sentence


@pytest.mark.parametrize(
    ("rule", "members", "need"),
    [
        (Quorum.NONE, 7, 0),
        (Quorum.HALF, 7, 4),
        (Quorum.HALF, 8, 4),
        (Quorum.HALF_PLUS, 7, 4),
        (Quorum.HALF_PLUS, 8, 5),
        (Quorum.TWO_THIRDS, 7, 5),
        (Quorum.TWO_THIRDS, 9, 6),
        (Quorum.HALF, 0, 1),
    ],
)
def test_the_rule_says_how_many_of_the_members_must_come(rule: Quorum, members: int, need: int):
    assert needed(rule, members) == need


@pytest.mark.parametrize(
    ("came", "need", "said"),
    [
        (3, 5, "Не хватает двух человек: пришли 3, нужно 5."),
        (4, 5, "Не хватает одного человека: пришли 4, нужно 5."),
        (1, 6, "Не хватает пяти человек: пришёл 1, нужно 6."),
        (0, 2, "Не хватает двух человек: никто не пришёл, нужно 2."),
        (1, 22, "Не хватает 21 человека: пришёл 1, нужно 22."),
        (5, 4, "Кворум есть: пришли 5, нужно 4."),
        (0, 0, "Кворум для этого органа не требуется."),
    ],
)
def test_a_quorum_is_told_in_one_sentence(came: int, need: int, said: str):
    assert sentence(came, need) == said


def test_the_numbers_of_questions_are_told_as_people_say_them():
    assert [numbers(found) for found in ([2], [2, 4], [1, 2, 4])] == [
        "по вопросу 2",
        "по вопросам 2 и 4",
        "по вопросам 1, 2 и 4",
    ]

"""When a consent opens special data: its days, birthdays, withdrawal (S000-6c, X-4, checks P06)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.people.consents import EXPIRED, GROWN, NONE, REVOKED, Given

DAY = dt.date(2026, 2, 18)
BORN = dt.date(2015, 6, 1)


def a_given(**more: Any) -> Given:
    """Return a consent its representative gave for a child of ten."""
    values = {"signed_at": dt.date(2026, 1, 10), "valid_to": None, "revoked_at": None, "own": False, "born": BORN}
    return Given(**{**values, **more})


@pytest.mark.parametrize(
    ("more", "day", "said"),
    [
        ({}, DAY, ""),
        ({}, dt.date(2026, 1, 10), ""),
        ({}, dt.date(2026, 1, 9), NONE),
        ({"valid_to": DAY}, DAY, ""),
        ({"valid_to": DAY}, DAY + dt.timedelta(days=1), EXPIRED.format(day="18.02.2026")),
        ({"revoked_at": DAY}, DAY - dt.timedelta(days=1), ""),
        ({"revoked_at": DAY}, DAY, REVOKED.format(day="18.02.2026")),
        ({}, dt.date(2029, 5, 31), ""),
        ({}, dt.date(2029, 6, 1), GROWN.format(day="01.06.2029", years=14)),
        ({"signed_at": dt.date(2029, 6, 1)}, dt.date(2029, 6, 1), ""),
        ({"signed_at": dt.date(2029, 6, 1)}, dt.date(2033, 5, 31), ""),
        ({"signed_at": dt.date(2029, 6, 1)}, dt.date(2033, 6, 1), GROWN.format(day="01.06.2033", years=18)),
        ({"signed_at": dt.date(2029, 6, 1), "own": True}, dt.date(2040, 1, 1), ""),
        ({"born": dt.date(2012, 2, 29)}, dt.date(2026, 2, 28), ""),
        ({"born": dt.date(2012, 2, 29)}, dt.date(2026, 3, 1), GROWN.format(day="01.03.2026", years=14)),
    ],
)
def test_s000_6c_a_consent_stands_from_its_day_to_its_term_withdrawal_or_birthday(more, day, said) -> None:
    assert a_given(**more).why_not(day) == said
    assert a_given(**more).stands_on(day) is (said == "")

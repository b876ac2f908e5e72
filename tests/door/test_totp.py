"""Codes of the second step, against the table of RFC 6238."""

from __future__ import annotations

import base64
import datetime as dt

import pytest

from app.door import totp

RFC = base64.b32encode(b"12345678901234567890").decode("ascii")
NOON = dt.datetime(2026, 2, 18, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_a_code_is_that_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_of(RFC, totp.step_at(dt.datetime.fromtimestamp(seconds, dt.UTC))) == code


@pytest.mark.parametrize(("away", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_step_around_now_and_no_further(away: int, taken: bool) -> None:
    """A11."""
    step = totp.step_at(NOON) + away
    found = totp.matching_step(RFC, totp.code_of(RFC, step), NOON, after=0)
    assert found == (step if taken else None)


def test_a_code_of_a_step_taken_before_is_refused() -> None:
    """A11."""
    here = totp.step_at(NOON)
    assert totp.matching_step(RFC, totp.code_of(RFC, here), NOON, after=here) is None
    assert totp.matching_step(RFC, totp.code_of(RFC, here - 1), NOON, after=here) is None
    assert totp.matching_step(RFC, totp.code_of(RFC, here + 1), NOON, after=here) == here + 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "\x00" * 6, "0" * 5000])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.matching_step(RFC, typed, NOON, after=0) is None


def test_secrets_differ_and_the_address_names_login_and_house() -> None:
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50 and {len(one) for one in made} == {32}
    assert totp.address_of("ABC", "ivanova", "Опора, центр") == (
        "otpauth://totp/ivanova?secret=ABC&issuer=%D0%9E%D0%BF%D0%BE%D1%80%D0%B0%2C%20%D1%86%D0%B5%D0%BD%D1%82%D1%80"
    )

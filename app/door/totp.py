"""Codes of six digits that change every half-minute (RFC 6238 with SHA-1, what every application on a phone knows)."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP = 30
DIGITS = 6
SPREAD = 1
"""Steps before and after the present one that are accepted: clocks of phones differ."""


def new_secret() -> str:
    """Return a secret of 160 bits in base32, as applications take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def step_at(moment: dt.datetime) -> int:
    """Return the number of the half-minute of *moment*."""
    return int(moment.timestamp()) // STEP


def code_of(secret: str, step: int) -> str:
    """Return the code of a step (RFC 4226, 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: str, code: str, moment: dt.datetime, after: int) -> int | None:
    """Return the step *code* belongs to, if that is near *moment* and later than *after*; None refuses it.

    All steps are compared, whichever matches: the time taken tells nothing.
    """
    here = step_at(moment)
    typed = code.encode()
    found = [
        step
        for step in range(here - SPREAD, here + SPREAD + 1)
        if hmac.compare_digest(code_of(secret, step).encode(), typed)
    ]
    return next((step for step in found if step > after), None)


def address_of(secret: str, login: str, issuer: str) -> str:
    """Return the address a phone reads from the picture. The house is named once, or the picture gets too fine."""
    return f"otpauth://totp/{quote(login)}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"

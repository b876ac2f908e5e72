"""Storing an order of work as the next version, and reading a stored one.

::

    text ── store ─► version 1, 2, 3 … of its code      (the same text again is the same version)

Which version is in force for a unit is decided where its cases are known: :mod:`app.cases.stages`.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.profiles.loading import load
from app.profiles.models import ProfileVersion
from app.profiles.order import OrderOfWork
from app.terms import NEUTRAL, Words

_known: dict[str, OrderOfWork] = {}
"""Orders of work by the digest of their text. A stored text never changes, so neither does what was read from it."""


def digest_of(text: str) -> str:
    """Return SHA-256 of *text* in hexadecimal; how its lines end means nothing."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()


def store(session: Session, text: str, *, by: Actor, name: str = "файл") -> ProfileVersion:
    """Keep *text* as the next version of its order of work and return it; a text already kept is returned as it is.

    Raises:
        ProfileRefused: *text* is no order of work; *name* is how the refusal calls the file.
    """
    order, digest = load(text, name), digest_of(text)
    kept = session.scalars(select(ProfileVersion).where(ProfileVersion.digest == digest)).one_or_none()
    if kept is not None:
        return kept
    newest = select(func.max(ProfileVersion.number)).where(ProfileVersion.code == order.code)
    number = (session.scalar(newest) or 0) + 1
    version = ProfileVersion(code=order.code, number=number, label=order.label, digest=digest, text=text)
    session.add(version)
    session.flush()
    journal.record(session, by, "profile.load", version, f"Загружен порядок работы {version}.")
    return version


def order_of(version: ProfileVersion) -> OrderOfWork:
    """Return the order of work of a stored version; read once in the life of the process."""
    found = _known.get(version.digest)
    if found is None:
        found = _known[version.digest] = load(version.text, str(version))
    return found


def words_of(version: ProfileVersion | None) -> Words:
    """Return the words of the version in force, or the neutral ones where there is none."""
    return order_of(version).words if version is not None else NEUTRAL

"""The stored versions of orders of work: written once, never changed or deleted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UniqueConstraint, event
from sqlalchemy.orm import Mapped

from app.base import Code, Line, Model, Privacy, Prose, column

PUBLIC = Privacy.NONE


class ProfileVersion(Model):
    """One version of an order of work, as the text it was loaded from; units point to the one in force for them.

    *created_at* and *created_by_id* say when and by whom it was loaded; *digest* is SHA-256 of the text in hexadecimal.
    """

    __tablename__ = "profile_version"
    __table_args__ = (
        UniqueConstraint("code", "number", name="uq_profile_version_number"),
        UniqueConstraint("digest", name="uq_profile_version_digest"),
    )

    code: Mapped[Code] = column("Код", privacy=PUBLIC)
    number: Mapped[int] = column("Версия", privacy=PUBLIC)
    label: Mapped[Line] = column("Порядок работы", privacy=PUBLIC)
    digest: Mapped[Line] = column("Отпечаток", privacy=PUBLIC)
    # Every request loads the version of its unit, and only the first in a process needs its text.
    text: Mapped[Prose] = column("Текст", privacy=PUBLIC, deferred=True, active_history=False)

    def __str__(self) -> str:
        return f"{self.code}, версия {self.number}"


class StoredForGood(RuntimeError):
    """A stored version was to be changed or deleted: load the changed file as the next version instead."""


@event.listens_for(ProfileVersion, "before_update")
@event.listens_for(ProfileVersion, "before_delete")
def _refuse(mapper: Any, connection: Any, target: ProfileVersion) -> None:
    raise StoredForGood(str(target))

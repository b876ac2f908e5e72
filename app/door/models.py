"""What the door remembers: who is inside, which tries have failed, the second step of those who use one."""

from __future__ import annotations

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Choice, Moment, Sealed


class Ended(Choice):
    """Why a session is over."""

    LOGOUT = "logout", "вы вышли"
    OWN = "own", "закрыт на другом устройстве"
    ADMINISTRATOR = "administrator", "закрыт администратором"
    PASSWORD = "password", "сменён пароль"
    ROLES = "roles", "сменились роли"
    CLOSED = "closed", "вход закрыт"
    IDLE = "idle", "долго не работали"
    LIMIT = "limit", "прошёл рабочий день"
    SECOND_STEP = "second_step", "изменён второй шаг входа"


class UserSession(FabModel):
    """One browser in which somebody has signed in. The cookie holds a random number, this row its digest only.

    ``epoch`` is the generation of the account it was opened in: a row of an older one opens nothing, even if it was
    written while the account was being closed. ``awaits_code``: the password was right, the second step is to come.
    """

    __tablename__ = "user_session"
    __table_args__ = (
        UniqueConstraint("digest", name="uq_user_session_digest"),
        Index("ix_user_session_user_id", "user_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    user_id: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column()
    awaits_code: Mapped[bool] = mapped_column(default=False)
    begun_at: Mapped[Moment] = mapped_column()
    seen_at: Mapped[Moment] = mapped_column(index=True)
    ended_at: Mapped[Moment | None] = mapped_column()
    ended_why: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(60), default="")


class FailedEntry(FabModel):
    """Tries that failed one after another for one login or from one address; named by a keyed digest, not in clear."""

    __tablename__ = "failed_entry"
    __table_args__ = (UniqueConstraint("digest", name="uq_failed_entry_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    failures: Mapped[int] = mapped_column()
    last_at: Mapped[Moment] = mapped_column(index=True)
    waits_until: Mapped[Moment | None] = mapped_column()


class SecondStep(FabModel):
    """The secret an application on the phone makes codes from; it counts once a first code has been shown.

    ``last_step`` is the half-minute of the last code accepted: no code of it or before it is accepted again.
    """

    __tablename__ = "second_step"
    __table_args__ = (UniqueConstraint("user_id", name="uq_second_step_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column()
    secret: Mapped[Sealed] = mapped_column()
    confirmed_at: Mapped[Moment | None] = mapped_column()
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(FabModel):
    """A code that stands in for a lost phone once; only its keyed digest is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "digest", name="uq_recovery_code_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column()
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[Moment | None] = mapped_column()

"""Tables of long work: what was asked for, how far it is, and which daily work has already been done."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import Index, Integer, String, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Choice, Line, Moment, Sealed, UnitModel, column


class JobStatus(Choice):
    """How far a job is."""

    QUEUED = "queued", "в очереди"
    RUNNING = "running", "выполняется"
    DONE = "done", "готово"
    FAILED = "failed", "не получилось"
    CANCELLED = "cancelled", "отменено"


class Job(UnitModel):
    """One piece of long work somebody asked for; its result is kept for that person a day.

    ``asked`` holds the arguments as JSON and ``outcome`` what is told at the end; both may name people, so both are
    sealed; ``title`` names nobody. ``total`` is how many steps were expected, if that was known. How far a running job
    is, that its worker lives and that it is to be cancelled stand beside the database (:mod:`app.jobs.queue`): on
    SQLite nobody can write here while the job itself does. ``sight`` is a digest of what the person saw when the
    file was made: whoever sees less or more today takes the file of yesterday no more.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_status", "status", "id"), Index("ix_job_user_id", "user_id", "id"))
    __journalled__: ClassVar[bool] = False

    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[Line] = column("Что делается")
    user_id: Mapped[int | None] = mapped_column(Integer)
    asked: Mapped[Sealed] = mapped_column()
    status: Mapped[JobStatus] = column("Состояние", default=JobStatus.QUEUED)
    total: Mapped[int | None] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[Moment | None] = column("Начато")
    finished_at: Mapped[Moment | None] = column("Закончено")
    outcome: Mapped[Sealed | None] = mapped_column()
    file_name: Mapped[Line | None] = column("Файл")
    file_key: Mapped[str | None] = mapped_column(String(80))
    next_url: Mapped[str | None] = mapped_column(String(500))
    sight: Mapped[str | None] = mapped_column(String(64))
    keep_until: Mapped[Moment | None] = mapped_column(index=True)
    seen_at: Mapped[Moment | None] = mapped_column()

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, actor: Any) -> Any:
        """A job is seen by whoever asked for it."""
        return and_(cls.service_unit_id == actor.unit_id, cls.user_id == actor.user_id)


class ScheduledRun(FabModel):
    """That a periodic work was begun for a day: the unique pair lets one of several processes do it."""

    __tablename__ = "scheduled_run"
    __table_args__ = (UniqueConstraint("name", "day", name="uq_scheduled_run_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    day: Mapped[dt.date] = mapped_column()
    begun_at: Mapped[Moment] = mapped_column()
    finished_at: Mapped[Moment | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(500))

"""The report on a family's programme for one month by one author (domain.md 3.5; S000-11b, S002-3.5-d)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Choice, Moment, Privacy, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.words import THE_MONTHS

PUBLIC = Privacy.NONE


class ReportStatus(Choice):
    """State of a monthly report."""

    DRAFT = "draft", "черновик"
    SUBMITTED = "submitted", "сдан"
    RETURNED = "returned", "возвращён"
    ACCEPTED = "accepted", "принят"

    @property
    def is_open(self) -> bool:
        """Whether its author may change and submit it."""
        return self in (ReportStatus.DRAFT, ReportStatus.RETURNED)


class ProgressReport(UnitModel):
    """What one author reports of a case for one month.

    Until it is submitted the facts of the month are read anew each time; with the submission they are frozen in
    *snapshot*, and what is entered later changes them no more.
    """

    __tablename__ = "progress_report"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("case_id", "author_id", "period", name="uq_progress_report_month"),
        # The control of a month asks which cases have a report, whatever its author.
        Index("ix_progress_report_period", "service_unit_id", "period", "status"),
        CheckConstraint("status NOT IN ('submitted', 'accepted') OR snapshot IS NOT NULL", name="submitted_is_frozen"),
        CheckConstraint("status <> 'returned' OR return_reason IS NOT NULL", name="returned_with_reason"),
    )

    period: Mapped[dt.date] = column("Месяц", order=True, privacy=PUBLIC)
    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    author_id: Mapped[int] = link("Кто отчитывается", "staff_member")
    status: Mapped[ReportStatus] = column("Состояние", default=ReportStatus.DRAFT, privacy=PUBLIC)
    family_participation: Mapped[Prose | None] = column("Участие семьи")
    changes: Mapped[Prose | None] = column("Что изменилось в семье")
    problems: Mapped[Prose | None] = column("Проблемы")
    proposals: Mapped[Prose | None] = column("Предложения")
    submitted_at: Mapped[Moment | None] = column("Сдан", privacy=PUBLIC)
    accepted_at: Mapped[Moment | None] = column("Принят", privacy=PUBLIC)
    accepted_by_id: Mapped[int | None] = link("Кто принял", "staff_member", privacy=PUBLIC)
    return_reason: Mapped[Prose | None] = column("Почему возвращён")
    # What is frozen is told on the card by its own table and belongs to no form.
    snapshot: Mapped[str | None] = mapped_column(Text)

    case: Mapped[FamilyCase] = relationship()
    author: Mapped[StaffMember] = relationship(foreign_keys=[author_id])
    accepted_by: Mapped[StaffMember | None] = relationship(foreign_keys=[accepted_by_id])

    @property
    def month(self) -> str:
        """«март 2026»."""
        return f"{THE_MONTHS[self.period.month - 1]} {self.period.year}"

    def __str__(self) -> str:
        return f"Отчёт за {self.month}"

"""The production calendar: days that are not what their weekday says (domain.md 3.2, WorkCalendarDay)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped

from app.base import Choice, Line, Model, Privacy, column

PUBLIC = Privacy.NONE


class DayKind(Choice):
    """What a day of the calendar is."""

    HOLIDAY = "holiday", "праздник"
    DAY_OFF = "day_off", "выходной"
    WORKING = "working", "рабочий"
    SHORT = "short", "сокращённый"


class CalendarDay(Model):
    """One day of the calendar, the same for every unit of the installation.

    A day without a row is what its weekday says: Monday to Friday are worked, Saturday and Sunday are not.
    *moved_from* is the day off that was given away for this one.
    """

    __tablename__ = "calendar_day"

    date: Mapped[dt.date] = column("Дата", unique=True, privacy=PUBLIC)
    kind: Mapped[DayKind] = column("Какой день", privacy=PUBLIC)
    name: Mapped[Line] = column("Название", privacy=PUBLIC)
    moved_from: Mapped[dt.date | None] = column(
        "Перенесён с", privacy=PUBLIC, hint="Если выходной перенесли сюда с другого дня"
    )
    source: Mapped[Line | None] = column("Основание", privacy=PUBLIC)

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y}, {self.kind.label}"

"""The day of the office: meetings that come, accounts that wait, and the first steps of an empty installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, actor, for_whole_unit, today
from app.days import rules as days
from app.days.views import fill_act
from app.home.parts import SHOWN, Day, act, line, link, listed, screen_of, section
from app.meetings.models import Meeting, MeetingStatus
from app.organisation.models import Account, StaffMember
from app.people.models import Family
from app.register.access import may
from app.register.field import local
from app.register.pages import Act
from app.terms import say
from app.words import counted

PREPARES = ("administrator", "head_of_service", "director", "registrar")
"""Who is led through the first steps while there is no family."""
SPECIALISTS = ("psychologist", "social_pedagogue", "social_worker", "lawyer", "nurse", "rehabilitation")
"""Whose day is the families in whose team they work."""
UNNAMED = "Наш центр"
"""What ``opora setup`` calls the first unit until somebody names it."""
TO_COME = (
    MeetingStatus.PLANNED,
    MeetingStatus.AGENDA_CLOSED,
    MeetingStatus.HELD,
    MeetingStatus.PROTOCOL_DRAFT,
)
_VERBS = {
    MeetingStatus.PLANNED: "Собрать повестку",
    MeetingStatus.AGENDA_CLOSED: "Провести",
    MeetingStatus.HELD: "Записать решения",
    MeetingStatus.PROTOCOL_DRAFT: "Подписать протокол",
}


def next_meetings(session: Session) -> dict[str, Any]:
    """Return the meetings that are not finished, the nearest first."""
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.status.in_(TO_COME))
        .options(joinedload(Meeting.body))
        .order_by(Meeting.planned_at, Meeting.id)
        .limit(SHOWN)
    )
    rows = []
    for meeting in meetings:
        at = local(meeting.planned_at)
        late = meeting.status is MeetingStatus.PLANNED and at.date() < today()
        button = act(_VERBS[meeting.status], "meetings", "show", "show", pk=meeting.id)
        rows.append(
            line(str(meeting), f"{meeting.status.label}{f', {meeting.place}' if meeting.place else ''}",
                 url=link("meetings", meeting.id), when=f"{at:%d.%m.%Y}", small=f"{at:%H:%M}",
                 tone="bad" if late else "", button=button)
        )  # fmt: skip
    return section("Заседания", rows, "Заседаний не назначено.")


def calendar_gaps(session: Session) -> dict[str, Any]:
    """Return the years whose calendar is needed and not whole, for whoever may fill them."""
    lacking = days.gaps(session) if may(screen_of("WorkingDays"), "add") else ()
    rows = [
        line(f"Календарь на {gap.year} год", gap.sentence, url=listed("calendar"), button=fill_act(gap))
        for gap in lacking
    ]
    return section("Производственный календарь", rows)


def administrator_day(day: Day, session: Session, by: Actor) -> None:
    """Accounts: who has not come in yet, and who works without one. No family is seen here."""
    waiting = session.scalars(
        select(Account)
        .join(Account.user)
        .where(Account.must_change_password.is_(True), User.active.is_(True))
        .options(joinedload(Account.staff))
        .order_by(Account.id)
        .limit(SHOWN)
    ).all()
    without = session.scalars(
        select(StaffMember)
        .where(
            ~select(Account.id).where(Account.staff_id == StaffMember.id).exists(),
            StaffMember.is_external.is_(False),
            or_(StaffMember.active_to.is_(None), StaffMember.active_to >= today()),
        )
        .order_by(StaffMember.name_key, StaffMember.id)
        .limit(SHOWN)
    ).all()
    opened = session.scalar(select(func.count(Account.id)).join(Account.user).where(User.active.is_(True))) or 0
    day.tile(_accounts(opened), opened, "key", listed("accounts"))
    day.tile("ждут смены пароля", len(waiting), "hourglass-split", "#work-1", "warn")
    day.tile("сотрудников без входа", len(without), "person-x", "#work-2")
    day.work.append(
        section(
            "Ещё не сменили выданный пароль",
            [
                line(one.staff.name, f"Имя для входа: {one.user.username}", url=link("accounts", one.id),
                     button=act("Открыть", "accounts", "show", "show", pk=one.id))
                for one in waiting
            ],
            "Все вошли и сменили выданный пароль.",
        )
    )  # fmt: skip
    day.work.append(
        section(
            "Сотрудники без входа",
            [
                line(staff.name, staff.position, url=link("staff", staff.id),
                     button=act("Открыть вход", "accounts", "add", "add", staff_id=staff.id))
                for staff in without
            ],
            "Вход есть у каждого сотрудника.",
        )
    )  # fmt: skip


def _accounts(number: int) -> str:
    return counted(number, "открытый вход", "открытых входа", "открытых входов").split("\u00a0", 1)[1]


# ---- the first run -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step of preparing the centre."""

    title: str
    text: str
    done: bool
    act: Act | None


def is_empty(session: Session) -> bool:
    """Whether the unit has no family yet."""
    with for_whole_unit():  # Whoever sees no family is not led through the first steps of a centre full of them.
        return session.scalars(select(Family.id).limit(1)).first() is None


def first_run(session: Session) -> dict[str, Any]:
    """Return the page that leads through the first steps: the centre, its staff, their accounts, the families."""
    staff = session.scalar(select(func.count(StaffMember.id))) or 0
    accounts = session.scalar(select(func.count(Account.id))) or 0
    importing = screen_of("Import")
    loads = may(importing, "work") and "unit" in actor().sees
    load = Act("import", "Выбрать файл", url_for("Import.index")) if loads else None
    families = "Из вашей таблицы Excel, в любом виде, или по одной. Прежде чем записать, система покажет, что поняла."
    if load is None:
        families += " Это делает заведующий или регистратор, когда войдёт."
    person = g.account.staff
    steps = [
        Step("Назвать центр", g.unit.short_name, g.unit.short_name != UNNAMED,
             act("Изменить", "units", "edit", "edit", pk=g.unit.id)),
        Step("Добавить сотрудников", say("Сейчас: {staff}. Нужны хотя бы {curator} и "
            "заведующий.", staff=staff), staff > 1,
             act("Добавить", "staff", "add", "add")),
        Step("Открыть им вход", f"Сейчас: {accounts}. Пароль выдаётся один раз, сотрудник сменит его на свой.",
             accounts > 1, act("Открыть вход", "accounts", "add", "add")),
        Step("Загрузить семьи", families, False, load or act("Внести семью", "families", "add", "add")),
    ]  # fmt: skip
    return {
        "greeting": f"Здравствуйте, {person.first_name} {person.middle_name}" if person.middle_name else "Здравствуйте",
        "line": "В системе пока нет ни одной семьи. Пройдите четыре шага, это займёт около 10 минут.",
        "steps": steps,
    }

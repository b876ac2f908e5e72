"""The day of whoever answers for personal data: who was refused, who looked most, whose rights changed (R24).

He sees no family, so nothing here names one: a record is told by its kind and number, as in the journal itself. Each
line leads to the journal narrowed to what it tells of. The rows are found by the indexes on verb and moment.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.home.parts import SHOWN, Day, line, screen_of, section
from app.journal import finding
from app.journal.finding import Wanted
from app.journal.looks import LOOKS, REFUSED
from app.journal.models import JournalRow
from app.journal.words import VERBS
from app.register.access import may
from app.register.field import local
from app.register.pages import Act
from app.words import counted
from reports.looks import names_nobody, object_words

WEEK = 7
REFUSALS, RIGHTS = "Отказ в доступе", "Изменение прав"
FAILED = ("account.refused", "account.lockout")


def auditor_day(day: Day, session: Session, by: Actor) -> None:
    """Put together the page of whoever watches over the journal."""
    since = today() - dt.timedelta(days=WEEK)
    looks, refused, failed = _counts(session, by, since)
    day.tile("просмотров за 7 дней", looks, "eye", _journal(since))
    day.tile("отказов в доступе за 7 дней", refused, "shield-lock", _journal(since, kind=REFUSALS), "warn")
    day.tile("неудачных входов за 7 дней", failed, "key", _journal(since, kind="Вход и выход"), "warn")
    day.work += [_told(session, by, REFUSALS, since, "Отказы в доступе", "За неделю никому не отказано.")]
    day.work += [_told(session, by, RIGHTS, since, "Изменения прав и входов", "За неделю ничьи права не менялись.")]
    day.aside.append(_busiest(session, by, since))
    extract = screen_of("Extract")
    if may(extract, "show"):
        day.acts.append(Act("extract", "Выписка по запросу", url_for("Extract.ask"), icon="person-vcard"))


def _moment(by: Actor, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(by.zone))


def _journal(since: dt.date, **narrowed: Any) -> str:
    return url_for("Audit.list", since=f"{since:%d.%m.%Y}", **narrowed)


def _counts(session: Session, by: Actor, since: dt.date) -> tuple[int, int, int]:
    """Return how many looks, refusals and failed entries there were since the day *since*."""
    row = JournalRow
    found: dict[str, int] = dict(
        session.execute(
            select(row.verb, func.count())
            .where(
                row.verb.in_((*LOOKS, REFUSED, *FAILED)),
                row.at >= _moment(by, since),
                or_(row.unit_id == by.unit_id, row.unit_id.is_(None)),
            )
            .group_by(row.verb)
        ).all()
    )
    looks, failed = (sum(found.get(verb, 0) for verb in verbs) for verbs in (LOOKS, FAILED))
    return looks, found.get(REFUSED, 0), failed


def _told(session: Session, by: Actor, kind: str, since: dt.date, title: str, blank: str) -> dict[str, Any]:
    """Return the newest events of one kind of the journal, each leading to those of the same person."""
    wanted = Wanted(kind=kind, since=_moment(by, since))
    events = session.scalars(finding.found(wanted, by).limit(SHOWN + 1)).all()
    rows = []
    for one in events:
        at = local(one.at)
        text = one.sentence if one.sentence and names_nobody(one) else VERBS.get(one.verb, one.verb)
        what = ": ".join(filter(None, (one.actor, object_words(one))))
        narrowed = {"user": one.user_id} if one.user_id is not None else {}
        rows.append(
            line(what, text, url=_journal(since, kind=kind, **narrowed), when=f"{at:%d.%m.%Y}", small=f"{at:%H:%M}")
        )
    return section(title, rows, blank, ("Все за неделю", _journal(since, kind=kind)) if len(events) > SHOWN else None)


def _busiest(session: Session, by: Actor, since: dt.date) -> dict[str, Any]:
    """Return who looked at most cards, files and lists; whoever looks at far more than his work needs stands out."""
    row, number = JournalRow, func.count(JournalRow.id)
    found = session.execute(
        select(row.user_id, func.max(row.actor), number)
        .where(
            row.verb.in_(LOOKS),
            row.user_id.is_not(None),
            row.unit_id == by.unit_id,
            row.at >= _moment(by, since),
        )
        .group_by(row.user_id)
        .order_by(number.desc(), row.user_id)
        .limit(SHOWN)
    )
    rows = [
        line(name, counted(looked, "просмотр", "просмотра", "просмотров"), url=_journal(since, user=user))
        for user, name, looked in found
    ]
    return section("Кто смотрел больше всех", rows, "За неделю никто ничего не открывал.")

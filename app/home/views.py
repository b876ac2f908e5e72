"""«Сегодня»: each role adds what it works on; somebody with two roles sees both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor, today
from app.cases.models import CaseStatus, FamilyCase
from app.extensions import db
from app.home import charged, messages, month, office, orders, sections
from app.home.parts import SHOWN, Day, act, listed, screen_of
from app.home.watch import auditor_day
from app.meetings.waiting import waiting_page
from app.register.access import may
from app.register.history import full_day
from app.terms import say
from app.words import counted


class HomeView(BaseView):
    """The first page of the day."""

    route_base = ""
    default_view = "index"
    class_permission_name = "home"

    @expose("/")
    def index(self) -> Response | str:
        """The home page; a stranger is sent to the door."""
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        session, by = db.session(), acting.actor()
        if by.is_any(*office.PREPARES) and office.is_empty(session):
            return render_template("home.html", **office.first_run(session))
        day = Day()
        for roles, add in DAYS:
            if by.is_any(*roles):
                add(day, session, by)
        lacking = office.calendar_gaps(session)
        if lacking["rows"]:
            day.aside.append(lacking)
        begun = sections.begun(session, by)
        if begun["rows"]:
            day.aside.insert(0, begun)
        drawn: dict[str, Any] = {**vars(day), "line": _line(day)}
        return render_template("home.html", greeting=full_day(today()), **drawn)


def _line(day: Day) -> str:
    return "" if day.work or day.tiles else "Разделы, с которыми вы работаете, перечислены в меню слева."


def curator_day(day: Day, session: Session, by: Actor) -> None:
    """A curator's own cases: what came back, what ends, what is lacking."""
    mine = sections.led_by(by)
    month.add_own(day, session, by)
    messages.add_own(day, session, by)
    messages.add_dangers(day, session)
    first = len(day.work) + 1
    counts = sections.cases_by_status(session, mine)
    versions = sections.versions_in_hand(session, mine)
    ending = sections.ending_agreements(session, mine)
    lacking = sections.without_programme(session, mine)
    own = listed("cases", curator_id=f"any:{by.staff_id}")
    returned = sum(sections.is_returned(version) for version in versions)
    day.tile(
        _ending(sum(counts.values()), "моё дело", "моих дела", "моих дел"), sum(counts.values()), "folder2-open", own
    )
    day.tile("на сопровождении", counts.get(CaseStatus.ACTIVE, 0), "play-circle", own)
    day.tile("вернулось на доработку", returned, "arrow-return-left", f"#work-{first}", "warn")
    day.tile(say("{agreement_short:pl_gen} заканчивается"), len(ending["rows"]), "pen", "#aside-1", "warn")
    day.work += [sections.own_programmes(versions), lacking, sections.long_without_service(session, mine)]
    month.add_unanswered(day, session, mine)
    day.aside += [ending, sections.last_services(session, by)]
    _add_withdrawn(day, session, mine)
    _quick(day, act("Записать услугу", "records", "add", "add"))
    _quick(day, act("Записать визит", "visits", "add", "add"))


def head_day(day: Day, session: Session, by: Actor) -> None:
    """The head's own decisions first, then the people."""
    everything = FamilyCase.id.is_not(None)
    counts = sections.cases_by_status(session, everything)
    unled = sections.without_curator(session)
    waiting = _add_waiting(day, session, by)
    ending = sections.ending_agreements(session, everything)
    total = sum(counts.values())
    day.tile(_ending(total, "открытое дело", "открытых дела", "открытых дел"), total, "folder2-open", listed("cases"))
    day.tile(say("без {curator:gen}"), len(unled["rows"]), "person-x", listed("cases", curator_id="empty"), "bad")
    day.tile("ждут решения", waiting, "hourglass-split", url_for("WaitingView.show"), "warn")
    day.tile(say("{agreement_short:pl_gen} заканчивается"), len(ending["rows"]), "pen", "#aside-1", "warn")
    day.work += [unled, sections.without_programme(session, everything)]
    month.add_unanswered(day, session, everything)
    month.add_reports_to_accept(day, session)
    day.aside.append(ending)
    for part in (orders.due_points(session), orders.ending_contracts(session)):
        if part["rows"]:
            day.aside.append(part)
    _add_withdrawn(day, session, everything)
    messages.add_dangers(day, session)
    pairs = [(status.label, number) for status, number in counts.items()]
    if pairs:
        day.bars.append({"title": "Дела по этапам", "url": listed("cases"), "pairs": pairs})
    load = sections.load_of_curators(session)
    day.table = load if load.rows else None


def secretary_day(day: Day, session: Session, by: Actor) -> None:
    """What waits for a meeting, and the meetings that come."""
    waiting = _add_waiting(day, session, by)
    day.tile("ждут решения", waiting, "hourglass-split", url_for("WaitingView.show"), "warn")
    day.work.append(office.next_meetings(session))
    _quick(day, act("Назначить заседание", "meetings", "add", "add"))


def registrar_day(day: Day, session: Session, by: Actor) -> None:
    """Messages and applications that wait, families that still need a case."""
    messages.add_own(day, session, by)
    day.work += [messages.unregistered(session), sections.families_without_case(session)]
    messages.add_dangers(day, session)
    _quick(day, act("Зарегистрировать обращение", "intakes", "add", "add"))
    _quick(day, act("Новая семья", "families", "add", "add"))


def specialist_day(day: Day, session: Session, by: Actor) -> None:
    """The families in whose team the specialist works, and the measures he has to carry out."""
    month.add_own(day, session, by)
    day.work += [sections.team_cases(session, by), charged.own_measures(session, by)]
    day.aside.append(sections.last_services(session, by))
    _quick(day, act("Записать услугу", "records", "add", "add"))


def carer_day(day: Day, session: Session, by: Actor) -> None:
    """The children a nurse or a specialist of rehabilitation looks after."""
    children, number = charged.assigned_children(session)
    day.tile(
        _ending(number, "закреплённый ребёнок", "закреплённых ребёнка", "закреплённых детей"), number, "people",
        listed("children"),
    )  # fmt: skip
    day.work.append(children)


def partner_day(day: Day, session: Session, by: Actor) -> None:
    """What was given to the organisation to carry out; nothing of the families around it."""
    waiting, late = charged.partner_counts(session)
    day.tile(_ending(waiting, "мероприятие ждёт", "мероприятия ждут", "мероприятий ждут"), waiting, "list-check",
             listed("measures", status=charged.to_do()))  # fmt: skip
    day.tile("срок прошёл", late, "stopwatch", "#work-1", "bad")
    day.work.append(charged.partner_measures(session))
    day.aside.append(charged.partner_done(session))


DAYS: tuple[tuple[tuple[str, ...], Callable[[Day, Session, Actor], None]], ...] = (
    (("head_of_service", "director"), head_day),
    (("curator",), curator_day),
    (("nurse", "rehabilitation"), carer_day),
    (office.SPECIALISTS, specialist_day),
    (("secretary",), secretary_day),
    (("registrar",), registrar_day),
    (("administrator",), office.administrator_day),
    (("partner",), partner_day),
    (("auditor",), auditor_day),
)
"""Whose page holds what, in the order of the page."""


def _add_withdrawn(day: Day, session: Session, which: ColumnElement[bool]) -> None:
    """Tell of withdrawn consents before anything else; usually there are none and nothing is said."""
    part = sections.withdrawn_consents(session, which)
    if part["rows"] and not any(one["title"] == part["title"] for one in day.work):
        day.work.append(part)


def _add_waiting(day: Day, session: Session, by: Actor) -> int:
    """Add what waits for a decision, a section a body, and return how much waits."""
    screen = screen_of("WaitingView")
    if not may(screen, "show") or any(part.get("waits") for part in day.work):
        return sum(len(part["rows"]) for part in day.work if part.get("waits"))
    groups = waiting_page(session, by, may_work=may(screen, "work"))["groups"]
    number = sum(len(group["rows"]) for group in groups)
    everything = (f"На рассмотрении: все {number}", url_for("WaitingView.show"))
    day.work += [
        {**group, "title": f"Ждут решения: {group['title']}", "rows": group["rows"][:SHOWN], "waits": True,
         "more": everything if len(group["rows"]) > SHOWN else group["more"]}
        for group in groups
    ]  # fmt: skip
    return number


def _quick(day: Day, button: Any) -> None:
    if button is not None and button not in day.acts:
        day.acts.append(button)


def _ending(number: int, one: str, few: str, many: str) -> str:
    """Return the noun that agrees with the figure a tile shows above it."""
    return counted(number, one, few, many).split("\u00a0", 1)[1]

"""Screens of working days: the calendar as a register, and «Рассчитать срок» for what is counted on paper today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, actor, today
from app.base import Model
from app.days import rules
from app.days.asking import asked_for
from app.days.deadlines import Due
from app.days.models import CalendarDay
from app.extensions import db
from app.register.access import access, may
from app.register.editing import Refused, committed
from app.register.history import full_day
from app.register.pages import Act, ListPage
from app.register.view import Register


class CalendarDays(Register):
    """The production calendar: holidays, transferred days, worked Saturdays."""

    key = "calendar"
    datamodel = CalendarDay
    title = "Производственный календарь", "День календаря"
    list_columns = ["date", "kind", "name", "source"]
    extra_columns = ["moved_from"]
    form_columns = ["date", "kind", "name", "moved_from", "source"]
    order = "-date"
    intro = "Дни, которые отличаются от обычной недели. По ним считаются все сроки в рабочих днях."
    phone_columns = ["date", "name"]

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the day by the rule."""
        return rules.enter_day(session, by=by, **values)

    def change(self, record: CalendarDay, values: dict[str, Any], by: Actor) -> None:
        """Change the day by the rule."""
        rules.change_day(record, by=by, **values)

    def list_page(self, *args: Any, **kwargs: Any) -> ListPage:
        """The list, with what the calendar lacks above it and the ways to fill it."""
        page = super().list_page(*args, **kwargs)
        acts = [Act("due", "Рассчитать срок", url_for("WorkingDays.index"), icon="calculator")]
        if may(self, "add"):
            acts += [fill_act(gap) for gap in rules.gaps(self.session, today().year + 1)]
        notes = tuple(gap.sentence for gap in rules.gaps(self.session))
        return replace(page, notes=(*page.notes, *notes), head=(*acts, *page.head))


def fill_act(gap: rules.Gap) -> Act:
    """Return the button that fills the year of *gap*."""
    url = url_for("WorkingDays.fill", year=gap.year)
    return Act("fill", f"Заполнить {gap.year} год", url, icon="calendar-plus", method="post")


class WorkingDays(BaseView):
    """What is done with the calendar beside entering its days: a term is counted, a year is filled."""

    route_base = "/days"
    default_view = "index"
    class_permission_name = "calendar"

    @expose("/")
    @access("list")
    def index(self) -> tuple[str, int]:
        """A term from a day: when it ends and why."""
        session = db.session()
        asked = asked_for(session, request.args, rules.calendar_of(session))
        page = {
            "title": "Рассчитать срок",
            "line": "Первый день в срок не входит. Праздники и переносы взяты из производственного календаря.",
            "crumbs": ((CalendarDays.title[0], url_for("CalendarDays.list")),),
            "url": url_for("WorkingDays.index"),
            "fields": asked.controls,
            "error": "Срок не посчитан." if asked.form.errors else "",
            "due": _shown(asked.due) if asked.due else None,
        }
        return render_template("due.html", page=page), 400 if asked.form.errors else 200

    @expose("/fill", methods=["POST"])
    @access("add")
    def fill(self) -> Response:
        """Fill a year from the official calendar."""
        session, year = db.session(), request.args.get("year", 0, type=int)
        done: list[rules.Filled] = []
        try:
            committed(session, lambda: done.append(rules.fill_year(session, year, by=actor())))
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        else:
            for tone, sentence in done[0].told:
                flash(sentence, tone)
        return redirect(url_for("CalendarDays.list"))


def _shown(due: Due) -> dict[str, str]:
    """Return the term as the page says it, with a warning where the calendar did not know every holiday."""
    years = ", ".join(map(str, due.unknown))
    return {
        "day": f"{full_day(due.date)} {due.date.year}",
        "explanation": due.explanation,
        "warning": f"Календарь не полон за {years}: часть праздников и переносов могла не войти в счёт."
        if years
        else "",
    }

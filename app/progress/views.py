"""Screens of the monthly reports and of the control of a month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.base import Model, RuleBroken
from app.cases import gate
from app.cases.help import HelpKind
from app.cases.models import Direction, FamilyCase
from app.extensions import db
from app.programmes.difference import executor_of
from app.progress import control, rules
from app.progress.facts import Facts, Mark
from app.progress.models import ProgressReport, ReportStatus
from app.register.access import access, may
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge, Cell, Note
from app.register.view import Register, registers, shown
from app.services.models import ServiceKind
from app.terms import say
from app.visits.norm import first_day
from app.words import THE_MONTHS, counted

TONES = {
    ReportStatus.DRAFT: ("", "pencil"),
    ReportStatus.SUBMITTED: ("info", "hourglass-split"),
    ReportStatus.RETURNED: ("warn", "arrow-counterclockwise"),
    ReportStatus.ACCEPTED: ("ok", "check-circle"),
}
MARKS = {Mark.DONE: "ok", Mark.PARTLY: "warn", Mark.NOT_DONE: "bad", Mark.GOING_ON: "info"}

MONTHS_OFFERED = 4
"""How many months back a report may be begun for, this one counted."""
SHOWN = 50
"""Rows of one list of the control; the others are counted."""


def called(month: dt.date) -> str:
    """«март 2026»."""
    return f"{THE_MONTHS[month.month - 1]} {month.year}"


def month_before(month: dt.date) -> dt.date:
    """Return the first day of the month before that of *month*."""
    return first_day(first_day(month) - dt.timedelta(days=1))


class ProgressReports(Register):
    """Monthly reports on programmes: filled with the facts of the month, submitted, accepted or returned."""

    key = "progress"
    datamodel = ProgressReport
    title = "Отчёты за месяц", "Отчёт за месяц"
    list_columns = ["month_said", "case_id", "author_id", "state", "submitted_at"]
    extra_columns = ["accepted_at", "accepted_by_id"]
    form_fields = [Field("month", "За месяц", "pick", required=True)]
    add_columns = ["case_id", "month", "family_participation", "changes", "problems", "proposals"]
    edit_columns = ["family_participation", "changes", "problems", "proposals"]
    show_columns = [
        (
            "Отчёт",
            ["case_id", "month_said", "author_id", "submitted_at", "accepted_at", "accepted_by_id", "return_reason"],
        ),
        ("Словами", edit_columns),
    ]
    filter_columns = ["status", "period", "author_id", "case_id"]
    phone_columns = ["month_said", "case_id", "state"]
    order = "-period"
    search_through = ["case.family"]
    placeholder = "Фамилия семьи"
    add_label = "Составить отчёт"
    overview_template = "progress_report.html"

    @shown("Месяц")
    def month_said(self, report: ProgressReport) -> str:
        """«март 2026»."""
        return report.month

    @shown("Состояние")
    def state(self, report: ProgressReport) -> Cell:
        """State with its icon."""
        tone, icon = TONES[report.status]
        return Cell(report.status.label, tone=tone, icon=icon)

    def badges(self, record: ProgressReport) -> tuple[Badge, ...]:
        """State of the report."""
        return (Badge(record.status.label, *TONES[record.status]),)

    def line(self, record: ProgressReport) -> str:
        """Whose family and who reports."""
        return f"Семья {record.case.family} · дело {record.case} · {record.author}"

    def notes(self, record: ProgressReport) -> tuple[Note, ...]:
        """Why the report came back."""
        if record.status is not ReportStatus.RETURNED:
            return ()
        return (Note(f"Отчёт вернули: {record.return_reason}"),)

    def overview(self, session: Session, record: ProgressReport) -> dict[str, object]:
        """The facts of the month: what was planned and done, by whom, services, visits, requests."""
        facts = rules.facts_of(record)
        return {"facts": facts, "tiles": _tiles(facts), "marks": MARKS, "amounts": _amounts(facts),
                "frozen": not record.status.is_open}  # fmt: skip

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the last months to report for."""
        months = [first_day(today())]
        while len(months) < MONTHS_OFFERED:
            months.append(month_before(months[-1]))
        case = fixed.get("case_id")
        if isinstance(case, FamilyCase):
            months = [month for month in months if rules.was_accompanied(case, month)] or months
        return {"month": {"offered": tuple((month.isoformat(), called(month)) for month in months)}}

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """One usually reports for the month that has just ended; on its last days for the month itself."""
        day = today()
        return {"month": (first_day(day) if day.day > 24 else month_before(day)).isoformat()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Begin the report by the rule; a table of reports cannot tell the month it is for."""
        case, month = self.linked(values, "case_id"), values.pop("month", None)
        if month is None:
            raise RuleBroken("Отчёт составляют в деле семьи, не таблицей. Откройте дело и выберите месяц.")
        return rules.make_report(case, by=by, month=dt.date.fromisoformat(month), **values)

    def change(self, record: ProgressReport, values: dict[str, Any], by: Actor) -> None:
        """Change the texts by the rule."""
        rules.write_report(record, by=by, **values)

    def card_acts(self, record: ProgressReport) -> tuple[Act, ...]:
        """The way from what was not done to a correction of the programme (S002-3.5-b)."""
        versions = registers().by_key["versions"]
        if not may(versions, "correct", action=True) or not gate.opens(record.case, "programme.correct", by=actor()):
            return ()
        standing = rules.version_in_force(record.case)
        if standing is None:
            return ()
        url = versions.url("action", name="correct", pk=standing.id)
        return (Act("correct", "Предложить корректировку", url, icon="pencil-square", tone="quiet"),)

    def acts(self, record: ProgressReport) -> tuple[Act, ...]:
        """The buttons of a card: only its author writes, and only until it is submitted."""
        own = record.author_id == actor().staff_id and record.status.is_open
        made = [one for one in super().acts(record) if own or one.name not in ("edit", "submit")]
        return tuple(made)

    @action("submit", "Сдать", done="Отчёт сдан.", icon="send", tone="primary", multiple=False,
            confirm="Сдать отчёт? Цифры месяца в нём больше не изменятся.",
            when=lambda report: report.status.is_open)  # fmt: skip
    def submit(self, report: ProgressReport, *, by: Actor) -> None:
        """Submit the report and freeze its facts."""
        rules.submit_report(report, by=by)

    @action("accept", "Принять", done="Отчёт принят.", icon="check-lg", tone="primary",
            when=lambda report: _judges(report, "report.accept"))  # fmt: skip
    def accept(self, report: ProgressReport, *, by: Actor) -> None:
        """Accept the report."""
        rules.accept_report(report, by=by)

    @action("send_back", "Вернуть", done="Отчёт возвращён автору.", icon="arrow-counterclockwise",
            asks=("return_reason",), multiple=False,
            when=lambda report: _judges(report, "report.return") and report.author_id != actor().staff_id)  # fmt: skip
    def send_back(self, report: ProgressReport, *, by: Actor, return_reason: str) -> None:
        """Return the report to its author with the reason."""
        rules.send_back(report, by=by, reason=return_reason)


def _judges(report: ProgressReport, deed: str) -> bool:
    """Whether the acting person may accept or return this report now."""
    return report.status is ReportStatus.SUBMITTED and rules.may_judge(report, actor(), deed)


def _tiles(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return the figures of the month with their words."""
    return (
        (f"{facts.number(Mark.DONE)} из {facts.number()}", "мероприятий выполнено"),
        (f"{facts.number(Mark.DONE, by_family=True)} из {facts.number(by_family=True)}", "сделала семья"),
        (facts.visits.said.removeprefix("визитов "), "визитов"),
        (f"{facts.total.normalize():f}", "услуг"),
    )


def _amounts(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return the services of the month by what they are, with their amount."""
    made = [(f"Услуги: {Direction(code).label}", amount) for code, amount in facts.services.items()]
    made += [(f"Содействие: {HelpKind(code).label} помощь", amount) for code, amount in facts.assistance.items()]
    if facts.mediation:
        made.append((ServiceKind.MEDIATION.label.capitalize(), facts.mediation))
    return tuple((label, f"{amount.normalize():f}") for label, amount in made)


class MonthControl(BaseView):
    """«Контроль месяца»: what the head asks about on the first working day, and everybody of his own families."""

    route_base = "/control"
    default_view = "show"
    class_permission_name = "control"

    @expose("/")
    @access("show")
    def show(self) -> str:
        """Reports not handed in, reports to accept, measures past their term, visits below the norm."""
        session, month = db.session(), _asked_month()
        cases = control.accompanied(session, month)
        missing = [_missing_row(one, month) for one in control.without_report(session, cases, month)]
        accepts = may(registers().by_key["progress"], "accept", action=True)
        submitted = control.to_accept(session) if accepts else ()
        waiting = [_waiting_row(one) for one in submitted if rules.may_judge(one, actor())]
        late = [_late_row(one) for one in control.overdue(session)]
        seldom = [_seldom_row(case, count.said) for case, count in control.below_norm(session, cases, month)]
        groups = [_group("Нет отчёта за месяц", missing, "По каждому делу отчёт сдан.")]
        if waiting:
            groups.append(_group("Ждут приёмки", waiting, ""))
        groups.append(_group("Мероприятия просрочены", late, "Просроченных мероприятий нет."))
        groups.append(_group("Визитов меньше нормы", seldom, "Визитов достаточно."))
        page = {
            "title": "Контроль месяца",
            "line": f"За {called(month)}. Дел на сопровождении: {len(cases)}.",
            "crumbs": (),
            "acts": _months_around(month),
            "groups": groups,
        }
        return render_template("waiting.html", page=page)


def _asked_month() -> dt.date:
    """Return the month the address asks for, the one before this if it names none; garbage is 400."""
    typed = request.args.get("month", "")
    if not typed:
        return month_before(today())
    try:
        month = dt.date.fromisoformat(f"{typed}-01")
    except ValueError:
        abort(400, description="Такого месяца нет.")
    return min(month, first_day(today()))


def _months_around(month: dt.date) -> tuple[Act, ...]:
    before, after = month_before(month), first_day(month + dt.timedelta(days=32))
    made = [Act("before", called(before).capitalize(), _month_url(before), icon="chevron-left")]
    if after <= today():
        made.append(Act("after", called(after).capitalize(), _month_url(after), icon="chevron-right"))
    return tuple(made)


def _month_url(month: dt.date) -> str:
    return url_for("MonthControl.show", month=f"{month:%Y-%m}")


def _group(title: str, rows: list[dict[str, Any]], blank: str) -> dict[str, Any]:
    """Return one list of the control as the page draws it."""
    told = f"{title}: {len(rows)}" if rows else title
    if len(rows) > SHOWN:
        told += f", показаны первые {SHOWN}"
    return {"title": told, "rows": rows[:SHOWN], "blank": blank, "more": None}


def _row(case: FamilyCase, text: str, url: str, button: Act | None = None, **more: Any) -> dict[str, Any]:
    known = {"when": "", "when_small": "", "tone": "", "state": None}
    return {**known, "what": f"Семья {case.family}", "url": url, "text": text, "act": button, **more}


def _open(key: str, pk: int, tab: str = "") -> str:
    register = registers().by_key[key]
    if not may(register, "show"):
        return ""
    return register.url("show", pk=pk, **({"tab": tab} if tab else {}))


def _adding(key: str, label: str, icon: str, **fixed: Any) -> Act | None:
    register = registers().by_key[key]
    return Act("add", label, register.url("add", **fixed), icon=icon) if may(register, "add") else None


def _who(case: FamilyCase) -> str:
    return f"дело {case}, {case.curator}" if case.curator else say("дело {case}, {curator:gen} нет", case=case)


def _missing_row(one: control.Missing, month: dt.date) -> dict[str, Any]:
    if one.begun is not None:
        return _row(one.case, f"{one.begun.status.label}, {_who(one.case)}", _open("progress", one.begun.id))
    writes = gate.opens(one.case, "report.submit", by=actor())
    button = _adding("progress", "Составить", "file-earmark-text", case_id=one.case.id) if writes else None
    return _row(one.case, _who(one.case), _open("cases", one.case.id, "progress"), button)


def _waiting_row(report: ProgressReport) -> dict[str, Any]:
    url = _open("progress", report.id)
    button = Act("open", "Посмотреть", url, icon="eye") if url else None
    return _row(report.case, f"за {report.month}, {report.author}", url, button)


def _late_row(measure: Any) -> dict[str, Any]:
    case = measure.lineage.case
    url = _open("measures", measure.id)
    days = counted((today() - measure.due).days, "день", "дня", "дней")
    return _row(
        case,
        f"{measure.title}. Исполнитель: {executor_of(measure) or 'не назначен'}",
        url,
        when=f"{measure.due:%d.%m}",
        when_small=f"{days} назад",
        tone="bad",
    )


def _seldom_row(case: FamilyCase, said: str) -> dict[str, Any]:
    button = _adding("visits", "Записать визит", "geo-alt", case_id=case.id)
    return _row(case, f"{said.capitalize()}, {_who(case)}", _open("cases", case.id, "visits"), button)

"""Screens of the dispatch: the letters of one programme, each with the measures it tells of."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from flask import abort, render_template, request, url_for
from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.acting import Actor, actor, today
from app.cases import gate
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.dispatch import rules
from app.dispatch.models import Content, Dispatch, DispatchItem, Via
from app.programmes.models import Measure, Programme, ProgrammeVersion
from app.programmes.rights import STANDING
from app.programmes.views import Versions
from app.register.access import PK, access
from app.register.actions import action
from app.register.pages import Act, Badge, Cell
from app.register.view import Register, registers, shown
from app.terms import say


def state_of(item: DispatchItem) -> Badge:
    """Return how far a letter is: received, sent, or to be sent."""
    if item.received_at is not None:
        return Badge(f"получено {item.received_at:%d.%m.%Y}", "ok", "check-circle")
    if item.sent_at is not None:
        return Badge(f"отправлено {item.sent_at:%d.%m.%Y}", "info", "send")
    return Badge("не отправлено", "warn", "clock-history")


class Dispatches(Register):
    """Dispatches of approved programmes; the card shows every letter with its own measures."""

    key = "dispatches"
    datamodel = Dispatch
    title = "Рассылка {programme_short:gen}", "Рассылка"
    list_columns = ["date", "case_id", "letters", "sent_at", "prepared_by_id"]
    phone_columns = ["date", "case_id", "letters"]
    filter_columns = ["date", "sent_at"]
    order = "-date"
    eager = ["items"]
    fixed_rows = True

    @shown("Письма")
    def letters(self, dispatch: Dispatch) -> Cell:
        """How many letters are sent."""
        sent = sum(1 for one in dispatch.items if one.sent_at is not None)
        whole = sent == len(dispatch.items)
        return Cell(f"отправлено {sent} из {len(dispatch.items)}", tone="ok" if whole else "warn")

    @expose(f"/show/{PK}")
    @access("show")
    def show(self, pk: int) -> str:
        """The letters, each with its measures and what is next."""
        if "tab" in request.args:
            return str(super().show(pk))
        measures = joinedload(Dispatch.programme_version).selectinload(ProgrammeVersion.measures)
        wanted = (
            select(Dispatch)
            .where(Dispatch.id == pk)
            .options(
                joinedload(Dispatch.case).joinedload(FamilyCase.family),
                joinedload(Dispatch.programme_version)
                .joinedload(ProgrammeVersion.programme)
                .joinedload(Programme.case),
                measures.joinedload(Measure.recipient),
                selectinload(Dispatch.items).joinedload(DispatchItem.partner),
            )
        )
        dispatch = self.session.scalars(wanted).unique().one_or_none() or abort(404)
        case, version = dispatch.case, dispatch.programme_version
        may_send = gate.opens(case, "programme.dispatch", by=actor())
        whole = dispatch.content is Content.WHOLE_PROGRAMME
        content = say("{programme_short} целиком") if whole else "только свои мероприятия"
        page = {
            "title": f"{dispatch}, семья {case.family}",
            "line": f"{version}. Каждая организация получает {content}.",
            "crumbs": ((f"Дело {case}", url_for("Cases.show", pk=case.id)), *self.crumbs()),
            "acts": (
                Act("programme", say("К {programme_short:dat}"), url_for("Versions.show", pk=version.id)),
                *self.acts(dispatch),
                self.files_act(dispatch),
                self.history_act(dispatch),
            ),
            "letters": [_letter(item, may_send=may_send) for item in dispatch.items],
        }
        return render_template("dispatch.html", page=SimpleNamespace(**page))


def _letter(item: DispatchItem, *, may_send: bool) -> dict[str, Any]:
    """Return one letter as the page shows it."""
    letters = registers().by_key["letters"]
    acts = tuple(act for act in letters.acts(item) if act.name != "send" or may_send)
    return {
        "partner": str(item.partner),
        "line": ". ".join(
            filter(
                None,
                (
                    f"Исх. № {item.letter_no}" if item.letter_no else "",
                    f"Как отправлено: {item.via.label}" if item.via else "",
                    f"Ответ до {item.result_due:%d.%m.%Y}: {item.report_form}" if item.result_due else item.report_form,
                    f"Подтвердил получение: {item.acknowledged_by}" if item.acknowledged_by else "",
                ),
            )
        ),
        "state": state_of(item),
        "acts": acts,
        "measures": [
            {
                "title": one.title,
                "recipient": one.recipient.short_name if one.recipient else "вся семья",
                "due": f"{one.due:%d.%m.%Y}" if one.due else "",
            }
            for one in item.measures
        ],
    }


class Letters(Register):
    """Letters to organisations, numbered by the journal of letters."""

    key = "letters"
    datamodel = DispatchItem
    title = "Письма рассылки", "Письмо рассылки"
    list_columns = ["partner_id", "letter_no", "sent_at", "received_at", "result_due"]
    show_columns = ["dispatch_id", "partner_id", "letter_no", "sent_at", "via", "received_at", "acknowledged_by",
                    "report_form", "result_due"]  # fmt: skip
    filter_columns = ["partner_id", "sent_at", "received_at", "result_due"]
    order = "-sent_at"
    fixed_rows = True

    @action("send", "Отправить", done="Письмо отправлено.", icon="send", tone="primary", multiple=False,
            asks=("sent_at", "via", "result_due?", "report_form"),
            presets=lambda item: {"sent_at": today(), "result_due": item.result_due, "report_form": item.report_form},
            when=lambda item: item.sent_at is None)  # fmt: skip
    def send(
        self,
        item: DispatchItem,
        *,
        by: Actor,
        sent_at: dt.date,
        via: Via,
        result_due: dt.date | None,
        report_form: str,
    ) -> str:
        """Send the letter."""
        rules.send_item(item, by=by, via=via, on=sent_at, result_due=result_due, report_form=report_form)
        return url_for("Dispatches.show", pk=item.dispatch_id)

    @action("acknowledge", "Отметить получение", done="Получение отмечено.", icon="check2-circle", multiple=False,
            asks=("received_at", "acknowledged_by?"), presets=lambda item: {"received_at": today()},
            when=lambda item: item.sent_at is not None and item.received_at is None)  # fmt: skip
    def acknowledge(self, item: DispatchItem, *, by: Actor, received_at: dt.date, acknowledged_by: str | None) -> str:
        """Write down that it was received."""
        rules.acknowledge(item, by=by, on=received_at, acknowledged_by=acknowledged_by)
        return url_for("Dispatches.show", pk=item.dispatch_id)


def _may_dispatch(version: ProgrammeVersion) -> bool:
    """Whether the letters of the version may be prepared now, by whoever looks."""
    case = version.programme.case
    if version.status not in STANDING or case.stage is None:
        return False
    # The slice below knows no dispatches, so what it opens is asked here.
    session = registers().by_key["dispatches"].session
    order = order_in_force(session, version.service_unit_id)
    if order is None or not order.dispatches or not gate.opens(case, "programme.dispatch", by=actor()):
        return False
    known = session.scalar(select(Dispatch.id).where(Dispatch.version_id == version.id))
    return known is None and any(one.partner_id is not None for one in version.measures)


@action(
    "dispatch",
    "Разослать организациям",
    done="Письма подготовлены. Отправьте каждое и отметьте получение.",
    icon="envelope",
    multiple=False,
    tone="primary",
    confirm="Каждой организации, которой поручены мероприятия, готовится своё письмо.",
    when=_may_dispatch,
)
def dispatch(self: Versions, version: ProgrammeVersion, *, by: Actor) -> str:
    """Prepare a letter to each organisation of the version."""
    return url_for("Dispatches.show", pk=rules.dispatch_programme(version, by=by).id)


# The letters stand above the programme, so this floor gives its page the button.
Versions.dispatch_letters = dispatch

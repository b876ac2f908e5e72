"""Screens of decisions: «На рассмотрении», bodies, meetings and the page of one meeting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.wrappers import Response

from app.acting import Actor, actor, for_whole_unit, today
from app.base import Model
from app.cases.models import FamilyCase
from app.extensions import db
from app.meetings import agenda, rules
from app.meetings.candidates import Question, questions
from app.meetings.forms import charges_of, decision_form, partner_ids, question_form
from app.meetings.models import (
    AgendaItem,
    Body,
    BodyMember,
    Decision,
    DecisionKind,
    ItemKind,
    Meeting,
    MeetingPresence,
    MeetingStatus,
)
from app.meetings.page import lookup, meeting_page
from app.meetings.waiting import waiting_page
from app.organisation.models import PartnerOrganisation
from app.programmes.models import Programme, ProgrammeVersion, VersionKind
from app.register import drafts, looking
from app.register.access import PK, access, keeps_typed, key_in, may
from app.register.actions import action
from app.register.desk import Desk
from app.register.editing import STALE, Refused, committed
from app.register.field import Field, local
from app.register.forms import Bound, empty_form, parts_of, read_form, refusal_of
from app.register.models import Draft
from app.register.pages import Act, Badge, FormPage
from app.register.view import Register


class WaitingView(BaseView):
    """«На рассмотрении»: what waits for which body, since when, and what to do about it."""

    route_base = "/waiting"
    default_view = "show"
    class_permission_name = "waiting"

    @expose("/")
    @access("show")
    def show(self) -> str:
        """The page of what waits."""
        return render_template(
            "waiting.html", page=SimpleNamespace(**waiting_page(db.session(), actor(), may_work=may(self, "work")))
        )

    @expose(f"/decide/{PK}", methods=["GET", "POST"])
    @access("work")
    def decide(self, pk: int) -> Response | str:
        """The decision of a body of one person: by order number and date."""
        session = db.session()
        version = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.id == pk)).one_or_none() or abort(404)
        looking.opened(version)
        question = ItemKind.PROGRAMME if version.kind is VersionKind.FIRST else ItemKind.CORRECTION
        spec, groups = decision_form(version.body or abort(404), question, paper=True)
        form = empty_form(spec, groups, {"document_date": today()})
        error = ""
        if request.method == "POST":
            form = read_form(session, spec, groups, request.form, None)
            if not form.errors:
                values = form.values
                try:
                    committed(
                        session,
                        lambda: rules.decide_alone(
                            version,
                            by=actor(),
                            body=version.body,
                            kind=DecisionKind(values["kind"]),
                            number=values["document_no"],
                            date=values["document_date"],
                            reason=values["reason"],
                        ),
                    )
                except Refused as refusal:
                    error = "" if form.refuse(refusal.sentence, refusal.field) else refusal.sentence
                else:
                    flash("Решение записано и вступило в силу.", "ok")
                    return redirect(url_for("Versions.show", pk=pk))
        page = FormPage(
            title=f"Решение: {version.programme}",
            url=request.path,
            parts=parts_of(form, lookup),
            intro=f"Решает {version.body}.",
            error=error or (refusal_of(form, "Решение не записано") if form.errors else ""),
            save="Записать решение",
            cancel_url=url_for("WaitingView.show"),
            crumbs=(("На рассмотрении", url_for("WaitingView.show")),),
        )
        return render_template("register/form.html", page=page)


class Bodies(Register):
    """Bodies that decide: commissions, councils, the meeting of the service, the director."""

    key = "bodies"
    datamodel = Body
    title = "Кто решает", "Орган"
    list_columns = ["title", "kind", "is_internal", "quorum"]
    form_columns = ["title", "code", "kind", "is_internal", "territory_id", "quorum", "quorum_basis", "decides"]
    related_views = ["BodyMembers", "Meetings"]


class BodyMembers(Register):
    """Who sits in a body and in what function."""

    key = "body_members"
    datamodel = BodyMember
    title = "Состав", "Член органа"
    list_columns = ["staff_id", "name", "function", "body_id", "date_from", "date_to"]
    add_columns = ["body_id", "staff_id", "name", "position", "function", "date_from"]
    edit_columns = ["position", "function", "date_from", "date_to"]
    show_columns = [*add_columns, "date_to"]
    order = "body_id"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """Somebody usually joins the day it is written down."""
        return {"date_from": today()}


_STATES = {
    MeetingStatus.PROTOCOL_SIGNED: ("ok", "check-circle"),
    MeetingStatus.CANCELLED: ("bad", "x-octagon"),
    MeetingStatus.HELD: ("info", "people"),
    MeetingStatus.PROTOCOL_DRAFT: ("warn", "pen"),
}


class Meetings(Register):
    """Meetings of bodies; the card is the one page of the meeting's hour."""

    key = "meetings"
    datamodel = Meeting
    title = "Заседания", "Заседание"
    list_columns = ["number", "body_id", "planned_at", "status", "chair_id", "secretary_id"]
    extra_columns = ["place", "year", "held_at", "signed_at", "document_no"]
    add_columns = ["body_id", "planned_at", "place"]
    edit_columns = ["place", "invited"]
    filter_columns = ["body_id", "status", "planned_at", "year"]
    form_fields = [Field("text", "Почему отменяем", "prose", required=True)]
    order = "-planned_at"
    add_label = "Назначить заседание"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Plan the meeting by the rule: it takes the next number of the year."""
        return agenda.plan_meeting(session, self.linked(values, "body_id"), by=by, **values)

    def badges(self, record: Meeting) -> tuple[Badge, ...]:
        """State of the meeting."""
        return (Badge(record.status.label, *_STATES.get(record.status, ("", "calendar2-week"))),)

    @expose(f"/show/{PK}")
    @access("show")
    def show(self, pk: int) -> str:
        """The meeting's page."""
        return str(super().show(pk)) if "tab" in request.args else self.page(pk)

    def acts(self, record: Meeting) -> tuple[Act, ...]:
        """The buttons of the page, the way to the history among them."""
        return (*super().acts(record), self.files_act(record), self.history_act(record))

    def page(
        self, pk: int, error: str = "", item_error: tuple[int, Any] | None = None, add_error: Bound | None = None
    ) -> str:
        """Draw the page of a meeting; *item_error* is (item id, refused form), *add_error* a refused question."""
        meeting = self.loaded(pk)
        worker = may(self, "edit")
        desks = self._desks(meeting) if worker else {}
        page = meeting_page(
            self.session, meeting, actor(), worker=worker, refused=item_error, desks=desks, refused_add=add_error
        )
        page.update(title=str(meeting), crumbs=self.crumbs(), badges=self.badges(meeting), error=error)
        page["acts"] = tuple(act for act in self.acts(meeting) if act.name != "edit" or worker)
        return render_template("meeting.html", page=SimpleNamespace(**page))

    def loaded(self, pk: int) -> Meeting:
        """Return the meeting with everything its page shows, in a constant number of queries."""
        items = selectinload(Meeting.items)
        wanted = (
            select(Meeting)
            .where(Meeting.id == pk)
            .options(
                joinedload(Meeting.body).selectinload(Body.members).joinedload(BodyMember.staff),
                selectinload(Meeting.presences).joinedload(MeetingPresence.member).joinedload(BodyMember.staff),
                items.joinedload(AgendaItem.decision).selectinload(Decision.assignments),
                items.joinedload(AgendaItem.speaker),
                items.joinedload(AgendaItem.case).joinedload(FamilyCase.family),
                items.joinedload(AgendaItem.programme_version)
                .joinedload(ProgrammeVersion.programme)
                .joinedload(Programme.case)
                .joinedload(FamilyCase.family),
            )
        )
        return self.session.scalars(wanted).unique().one_or_none() or abort(404)

    @action("close_agenda", "Закрыть повестку", done="Повестка закрыта.",
            icon="lock", multiple=False,
            confirm="После этого добавить или отозвать {programme_short:acc} будет нельзя.",
            when=lambda meeting: meeting.status is MeetingStatus.PLANNED)  # fmt: skip
    def close_agenda(self, meeting: Meeting, *, by: Actor) -> None:
        """Freeze the agenda."""
        agenda.close_agenda(meeting, by=by)

    @action("sign", "Подписать протокол", done="Протокол подписан.",
            icon="pen", multiple=False, tone="primary",
            confirm="После второй подписи решения вступят в силу, изменить их будет нельзя.",
            when=lambda meeting: meeting.status is MeetingStatus.PROTOCOL_DRAFT)  # fmt: skip
    def sign(self, meeting: Meeting, *, by: Actor) -> None:
        """Sign the protocol as chair or secretary."""
        rules.sign(meeting, by=by)

    @action("record_protocol", "Внести протокол", done="Протокол внесён.",
            icon="file-earmark-text", multiple=False,
            asks=("document_no", "document_date"),
            when=lambda one: not one.body.is_internal and one.status is MeetingStatus.PROTOCOL_DRAFT)  # fmt: skip
    def record_protocol(self, meeting: Meeting, *, by: Actor, document_no: str, document_date: Any) -> None:
        """Enter the protocol of a body that meets elsewhere."""
        rules.record_protocol(meeting, number=document_no, date=document_date, by=by)

    @action("cancel", "Отменить заседание", done="Заседание отменено, вопросы вернулись в ожидающие.",
            icon="x-octagon", multiple=False, tone="danger", asks=("cancel_reason",),
            confirm="Вопросы вернутся в ожидающие.",
            when=lambda meeting: meeting.status in (MeetingStatus.PLANNED, MeetingStatus.AGENDA_CLOSED))  # fmt: skip
    def cancel(self, meeting: Meeting, *, by: Actor, cancel_reason: str) -> None:
        """Cancel the meeting."""
        agenda.cancel(meeting, by=by, reason=cancel_reason)

    # ---- what is done on the page itself ---------------------------------------------------------------

    def _done(self, pk: int, step: Any, said: str) -> Response | str:
        try:
            committed(self.session, step)
        except Refused as refusal:
            return self.page(pk, error=refusal.sentence)
        flash(said, "ok")
        return redirect(self.url("show", pk=pk))

    @expose(f"/{PK}/agenda/{key_in('version_id')}", methods=["POST"])
    @access("edit")
    def put_on_agenda(self, pk: int, version_id: int) -> Response | str:
        """Put a waiting programme on the agenda."""
        meeting = self.record_or_404(pk)
        wanted = select(ProgrammeVersion).where(ProgrammeVersion.id == version_id)
        version = self.session.scalars(wanted).one_or_none() or abort(404)
        said = f"{version.programme} в повестке."
        return self._done(pk, lambda: agenda.add_to_agenda(meeting, by=actor(), version=version), said)

    @expose(f"/{PK}/question/{key_in('case_id')}/<string:kind>", methods=["POST"])
    @access("edit")
    def put_question(self, pk: int, case_id: int, kind: str) -> Response | str:
        """Put a question that waits on the agenda: one somebody proposed, or one the path of the case asks for."""
        meeting = self.record_or_404(pk)
        one = self._waiting(meeting, case_id, kind)

        def put() -> AgendaItem:
            # It was shown to whoever makes the agenda, though its family is not open to him yet.
            with for_whole_unit():
                return agenda.add_to_agenda(meeting, by=actor(), kind=one.kind, case=one.case, proposal=one.proposal)

        return self._done(pk, put, f"Вопрос о деле {one.case} в повестке.")

    def _waiting(self, meeting: Meeting, case_id: int, kind: str) -> Question:
        """Return the question that waits for the body; one that does not is 404 like a case that never was.

        Otherwise a number tried at random would put any family of the unit on the agenda, and so into sight.
        """
        proposal = request.args.get("proposal", "")
        with for_whole_unit():
            for one in questions(self.session, [meeting.body], day=local(meeting.planned_at).date()):
                if (one.case.id, one.kind, str(one.proposal.id if one.proposal else "")) == (case_id, kind, proposal):
                    return one
        abort(404)

    @expose(f"/{PK}/question", methods=["POST"])
    @keeps_typed
    @access("edit")
    def add_question(self, pk: int) -> Response | str:
        """Put a question nobody has proposed on the agenda."""
        meeting = self.record_or_404(pk)
        form = read_form(self.session, *question_form(meeting.body), request.form, None)
        if g.get("stale_form"):
            return self.page(pk, error=STALE, add_error=form)
        if not form.errors:
            values = dict(form.values)
            case_id = values.pop("case_id")
            case = self.session.get(FamilyCase, case_id) if case_id is not None else None
            try:
                committed(self.session, lambda: agenda.add_to_agenda(meeting, by=actor(), case=case, **values))
            except Refused as refusal:
                if not form.refuse(refusal.sentence, refusal.field):
                    return self.page(pk, error=refusal.sentence, add_error=form)
            else:
                flash("Вопрос в повестке.", "ok")
                return redirect(self.url("show", pk=pk))
        return self.page(pk, add_error=form)

    def _item(self, pk: int, item_id: int) -> AgendaItem:
        wanted = select(AgendaItem).where(AgendaItem.id == item_id, AgendaItem.meeting_id == pk)
        return self.session.scalars(wanted).one_or_none() or abort(404)

    @expose(f"/{PK}/remove/{key_in('item_id')}", methods=["POST"])
    @access("edit")
    def take_off_agenda(self, pk: int, item_id: int) -> Response | str:
        """Take a question off the agenda."""
        item = self._item(pk, item_id)
        return self._done(pk, lambda: agenda.remove_from_agenda(item, by=actor()), "Вопрос снят с повестки.")

    @expose(f"/{PK}/presence", methods=["POST"])
    @access("edit")
    def presence(self, pk: int) -> Response | str:
        """Write down who came."""
        meeting = self.loaded(pk)
        came = set(request.form.getlist("came"))
        present = [member for member in meeting.body.members if str(member.id) in came]
        if len(present) != len(came):
            abort(404)
        return self._done(pk, lambda: rules.hold(meeting, present=present, by=actor()), "Присутствующие отмечены.")

    def _desk(self, pk: int, item: AgendaItem, draft: Draft | None = None) -> Desk:
        """Return the place of one decision's draft; whoever writes down a meeting fills them all on one page."""
        here = self.url("show", pk=pk)
        title = f"Решение по вопросу {item.no}"
        return Desk(self, actor(), "decide", pk, url=here, title=title, slot=str(item.id), draft=draft)

    def _desks(self, meeting: Meeting) -> dict[int, Desk]:
        """Return the place of every decision's draft with what is kept there, found in one query."""
        kept = drafts.of_person(self.session, actor().user_id or 0, f"{self.key}:decide:{meeting.id}")
        by_slot = {drafts.place_of(draft)[1]: draft for draft in kept}
        return {item.id: self._desk(meeting.id, item, by_slot.get(str(item.id))) for item in meeting.items}

    @expose(f"/{PK}/decide/{key_in('item_id')}", methods=["POST"])
    @keeps_typed
    @access("edit")
    def decide(self, pk: int, item_id: int) -> Response | str:
        """Write down the decision on one question."""
        item = self._item(pk, item_id)
        form = read_form(self.session, *decision_form(item.meeting.body, item.kind), request.form, None)
        values = {name: value for name, value in form.values.items() if name != "kind"}
        named = select(PartnerOrganisation).where(PartnerOrganisation.id.in_(partner_ids(values)))
        charges = charges_of(values, {one.id: one for one in self.session.scalars(named)})
        desk = self._desk(pk, item)

        def step() -> None:
            rules.decide(item, kind=DecisionKind(form.values["kind"]), by=actor(), assignments=charges, **values)
            desk.saved(item)

        if g.get("stale_form"):
            form.errors = {"": STALE}
        if not form.errors:
            try:
                committed(self.session, step)
            except Refused as refusal:
                if not form.refuse(refusal.sentence, refusal.field):
                    form.errors[""] = refusal.sentence
            else:
                flash(f"Решение по вопросу {item.no} записано.", "ok")
                return redirect(self.url("show", pk=pk) + f"#item-{item_id}")
        return self.page(pk, item_error=(item_id, form))

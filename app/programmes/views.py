"""Screens of programmes: the register, the page of a version, its measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.wrappers import Response

from app.acting import Actor, actor, prepared, read, today
from app.base import Model
from app.cases import directions, gate
from app.cases.models import FamilyCase
from app.organisation.models import PartnerOrganisation
from app.people.models import Person
from app.programmes import rules
from app.programmes.life import WORKING
from app.programmes.measures import EDITABLE
from app.programmes.models import Measure, MeasureLineage, MeasureStatus, Programme, ProgrammeVersion, VersionStatus
from app.programmes.page import TONES, page_of
from app.programmes.rights import STANDING, leads
from app.register.access import PK, access, key_in, may
from app.register.actions import action
from app.register.editing import Refused, committed
from app.register.field import Field
from app.register.pages import Act, Cell
from app.register.view import Register, registers, shown
from app.terms import say


def _page_url(version_id: int) -> str:
    return url_for("Versions.show", pk=version_id)


@cache
def _newest_of() -> Select[int, int, int, VersionStatus, dt.date]:
    """Return the query of the versions of the programmes ``ids``, the newest of each last; put together once."""
    one = ProgrammeVersion
    return prepared(
        select(one.programme_id, one.id, one.version_no, one.status, one.valid_to)
        .where(one.programme_id.in_(bindparam("ids", expanding=True, literal_execute=True)))
        .order_by(one.version_no)
    )


class Programmes(Register):
    """Programmes of accompaniment, one a case; the content lives in the versions."""

    key = "programmes"
    datamodel = Programme
    title = "{Programme_short:pl}", "{Programme_short}"
    list_columns = ["number", "family", "state", "term", "case_id"]
    phone_columns = ["number", "family", "state"]
    filter_columns = ["versions.status", "versions.valid_to", "number"]
    label_columns = {"versions.status": "Статус версии", "versions.valid_to": "Срок по"}
    show_columns = ["number", "case_id"]
    order = "number"
    eager = ["case.family"]
    search_through = ["case.family"]
    placeholder = "№ {programme_short:gen}, фамилия семьи"
    fixed_rows = True

    def gather(self, session: Session, records: Any) -> None:
        """Find the newest version of each programme, in one query of a few columns."""
        found = {row.programme_id: row for row in read(session, _newest_of(), {"ids": [one.id for one in records]})}
        for one in records:
            one.newest = found[one.id]

    @shown("Семья")
    def family(self, programme: Programme) -> str:
        """The family the programme is for."""
        return str(programme.case.family) if programme.case else ""

    @shown("Состояние")
    def state(self, programme: Any) -> Cell:
        """Number and state of the newest version."""
        newest = programme.newest
        tone, icon = TONES.get(newest.status, ("", "file-earmark-text"))
        return Cell(newest.status.label, small=f"версия {newest.version_no}", tone=tone, icon=icon)

    @shown("Срок")
    def term(self, programme: Any) -> dt.date | None:
        """The last day of the newest version."""
        day: dt.date | None = programme.newest.valid_to
        return day

    def card_acts(self, record: Programme) -> tuple[Act, ...]:
        """The way to the page of the newest version."""
        return (
            Act("open", say("Открыть {programme_short:acc}"), _page_url(record.versions[-1].id), icon="list-check"),
        )

    def row_link(self) -> Callable[[Any], str | None]:
        """A row leads to the page of its newest version."""
        return lambda programme: _page_url(programme.newest.id)


def _opens(version: ProgrammeVersion, action_code: str) -> bool:
    """Whether the order of work opens the action for the case of the version, to whoever looks."""
    return gate.opens(version.programme.case, action_code, by=actor())


def _work_goes_on(version: ProgrammeVersion) -> bool:
    """Whether an approved version may act: with an order of work only once the case is in work."""
    case = version.programme.case
    return case.stage is None or case.status in WORKING


def _agreed(version: ProgrammeVersion) -> dict[str, Any]:
    """A family usually agrees the day it is written down; of one adult it is known who."""
    adults = [one.person for one in version.programme.case.family.members
              if one.is_current and one.is_legal_representative]  # fmt: skip
    return {"family_agreed_at": today(), "family_agreed_by_id": adults[0].id if len(adults) == 1 else None}


def _members(version: ProgrammeVersion) -> dict[str, dict[str, Any] | None]:
    """Offer the members of the family; who agrees is named where there is an order of work (S003-3.5-c)."""
    case = version.programme.case
    people = tuple((str(one.person_id), str(one.person)) for one in case.family.members if one.is_current)
    one_of = {"kind": "pick", "offered": people}
    return {"person_id": one_of, "family_agreed_by_id": {**one_of, "required": case.stage is not None}}


class Versions(Register):
    """Versions of programmes; the card of a version is the programme's page."""

    key = "versions"
    datamodel = ProgrammeVersion
    title = "Версии {programme_short:pl_gen}", "{Programme_short}"
    list_columns = ["programme_id", "version_no", "kind", "status", "valid_from", "valid_to", "submitted_at"]
    form_fields = [
        Field("case_id", "Дело", "ref", required=True, target=FamilyCase),
        Field("reason", "Причина", "prose", required=True, hint="Её увидят все, кто работает с {programme_short:ins}."),
        Field("person_id", "Кто из семьи", "ref", required=True, target=Person),
        Field("partner_id", "Организация", "ref", required=True, target=PartnerOrganisation),
    ]
    _about = [
        ("О чём {programme_short}", ["goal", "tasks", "valid_from", "valid_to", "effect_criteria", "review_dates"]),
        ("Как помогаем", ["volume", "kinds", "forms", "technologies", "family_potential"]),
        ("ИППСУ", ["ippsu_number", "ippsu_date"]),
    ]
    add_columns = [("Для кого", ["case_id"]), *_about]
    edit_columns = _about
    filter_columns = ["status", "kind", "valid_to"]
    order = "-submitted_at"
    add_label = "Составить {programme_short:acc}"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A programme usually begins today."""
        return {"valid_from": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Start the programme of the case: its first version."""
        return rules.start_programme(session, self.linked(values, "case_id"), by=by, **values)

    def change(self, record: ProgrammeVersion, values: dict[str, Any], by: Actor) -> None:
        """Change the draft by the rule."""
        rules.change_draft(record, by=by, **values)

    @expose(f"/show/{PK}")
    @access("show")
    def show(self, pk: int) -> str:
        """The programme's page at one version: measures, differences, the way and what is lacking."""
        if "tab" in request.args:
            return str(super().show(pk))
        version = self.session.scalars(
            select(ProgrammeVersion)
            .where(ProgrammeVersion.id == pk)
            .options(
                joinedload(ProgrammeVersion.programme).joinedload(Programme.case).joinedload(FamilyCase.family),
                joinedload(ProgrammeVersion.programme)
                .selectinload(Programme.versions)
                .options(
                    joinedload(ProgrammeVersion.body),
                    joinedload(ProgrammeVersion.submitted_by),
                    selectinload(ProgrammeVersion.measures).options(
                        joinedload(Measure.executor),
                        joinedload(Measure.solves),
                        joinedload(Measure.recipient),
                        joinedload(Measure.partner),
                        joinedload(Measure.department),
                    ),
                ),
            )
        ).one_or_none() or self.record_or_404(pk)
        page = page_of(version, request.args.get("old", ""), request.args.get("new", ""))
        page["acts"] = self.acts(version)
        self.examine(version, page)
        return render_template("programme.html", page=SimpleNamespace(**page))

    def examine(self, version: ProgrammeVersion, page: dict[str, Any]) -> None:
        """Look through a draft before it is sent; :mod:`app.process`, which sees the whole case, tells more."""

    def acts(self, record: ProgrammeVersion) -> tuple[Act, ...]:
        """The buttons of the page: edit and the measure only while the version may change."""
        made = list(super().acts(record))
        editable = record.status in EDITABLE
        made = [act for act in made if (editable or act.name != "edit") and act.name not in ("took_part", "engage")]
        if editable and may(self, "add"):
            url = url_for("Measures.add", version_id=record.id, back=_page_url(record.id))
            made.insert(0, Act("measure", "Добавить мероприятие", url, icon="plus-lg"))
        return (*made, self.files_act(record), self.history_act(record))

    @action("agree", "Согласовать с семьёй", done="Согласие семьи записано.",
            icon="pen", multiple=False,
            asks=("family_agreed_at", "family_agreed_by_id?", "family_agreed_how?"),
            presets=_agreed, fits=_members,
            when=lambda version: version.status is VersionStatus.DRAFT and _opens(version, "programme.agree_family"),
            )  # fmt: skip
    def agree(self, version: ProgrammeVersion, *, by: Actor, family_agreed_at: dt.date, **how: Any) -> str:
        """Write down that the family agrees."""
        person = self.linked(how, "family_agreed_by_id")
        rules.agree_with_family(version, by=by, on=family_agreed_at, person=person, how=how["family_agreed_how"])
        return _page_url(version.id)

    @action(
        "withdraw",
        "Отозвать",
        done="{Programme_short} {programme_short?отозван|отозвана|отозвано} и снова черновик.",
        icon="arrow-counterclockwise",
        multiple=False,
        confirm="{Programme_short} вернётся в черновики, {programme_short?его|её|его} можно "
        "будет изменить и отправить снова.",
        when=lambda version: version.status is VersionStatus.SUBMITTED and _opens(version, "programme.withdraw"),
    )
    def withdraw(self, version: ProgrammeVersion, *, by: Actor) -> str:
        """Take the version back before the agenda is closed."""
        rules.withdraw(version, by=by)
        return _page_url(version.id)

    @action("put_in_force", "Ввести в действие", done="{Programme_short} действует.",
            icon="play-circle", multiple=False, tone="primary",
            when=lambda version: version.status is VersionStatus.APPROVED and _work_goes_on(version))  # fmt: skip
    def put_in_force(self, version: ProgrammeVersion, *, by: Actor) -> str:
        """Let the approved version act."""
        rules.put_in_force(version, by=by)
        return _page_url(version.id)

    @action("start", "Ввести в действие", done="{Programme_short} действует.",
            icon="play-circle", multiple=False, tone="primary",
            when=lambda version: version.status is VersionStatus.AGREED and version.programme.case.stage is not None
            and _opens(version, "programme.start"))  # fmt: skip
    def start(self, version: ProgrammeVersion, *, by: Actor) -> str:
        """Let the version the family agreed to act, where nobody approves programmes."""
        rules.start(version, by=by)
        return _page_url(version.id)

    @action("took_part", "Добавить составителя от семьи", done="Записано.", icon="person-plus", multiple=False,
            asks=("person_id",), fits=_members,
            when=lambda version: version.status in EDITABLE and leads(version.programme.case, actor()))  # fmt: skip
    def took_part(self, version: ProgrammeVersion, *, by: Actor, person_id: int) -> str:
        """Write down who of the family took part."""
        rules.add_participant(version, self.linked({"person_id": person_id}, "person_id"), by=by)
        return _page_url(version.id)

    @action("engage", "Добавить организацию", done="Записано.", icon="building-add", multiple=False,
            asks=("partner_id",),
            when=lambda version: version.status in EDITABLE and leads(version.programme.case, actor()))  # fmt: skip
    def engage(self, version: ProgrammeVersion, *, by: Actor, partner_id: int) -> str:
        """Add an organisation to be engaged."""
        rules.add_partner(version, self.linked({"partner_id": partner_id}, "partner_id"), by=by)
        return _page_url(version.id)

    @expose(f"/{PK}/without/<string:what>/{key_in('other')}", methods=["POST"])
    @access("edit")
    def take_off(self, pk: int, what: str, other: int) -> Response:
        """Take a maker of the family or an organisation off the draft."""
        version = self.record_or_404(pk)
        found = version.family_participants if what == "person" else version.partners
        one = next((each for each in found if each.id == other), None) or abort(404)
        rule = rules.remove_participant if what == "person" else rules.remove_partner
        try:
            committed(self.session, lambda: rule(version, one, by=actor()))
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        return redirect(_page_url(pk))

    @action("correct", "Внести изменения", done="Новая версия начата: измените что нужно и отправьте на рассмотрение.",
            icon="pencil-square", multiple=False, asks=("reason",),
            confirm="Появится следующая версия: черновик с теми же мероприятиями. Отметки выполнения сохранятся.",
            when=lambda version: version.status in STANDING and _opens(version, "programme.correct"))  # fmt: skip
    def correct(self, version: ProgrammeVersion, *, by: Actor, reason: str) -> str:
        """Begin the next version."""
        return _page_url(rules.correct(version.programme, by=by, reason=reason).id)

    @action(
        "complete",
        "Завершить",
        done="{Programme_short} {programme_short?завершён|завершена|завершено}.",
        icon="check2-circle",
        multiple=False,
        confirm="{Programme_short} {programme_short?выполнен|выполнена|выполнено} целиком?",
        when=lambda version: version.status is VersionStatus.IN_FORCE,
    )
    def complete(self, version: ProgrammeVersion, *, by: Actor) -> str:
        """End the programme as done."""
        rules.complete(version, by=by)
        return _page_url(version.id)


class Measures(Register):
    """Measures of versions; drafted by the team, marked when they are done."""

    key = "measures"
    datamodel = Measure
    title = "Мероприятия", "Мероприятие"
    list_columns = ["title", "version_id", "direction", "executor_id", "due", "status"]
    extra_columns = ["partner_id", "recipient_id", "done_at", "periodicity"]
    _what = ["title", "direction", "help_kind", "measure_kind", "problem_id", "problem", "recipient_id"]
    _who = ["executor_type", "executor_id", "partner_id", "department_id", "executor_name"]
    _when = ["starts", "due", "periodicity", "form", "volume", "expected_result"]
    add_columns = [("Что сделать", [*_what, "version_id"]), ("Кто", _who), ("Когда и как", _when)]
    edit_columns = [("Что сделать", _what), ("Кто", _who), ("Когда и как", _when)]
    show_columns = [*edit_columns, ("Выполнение", ["status", "done_at", "result", "not_done_reason"])]
    filter_columns = ["status", "direction", "executor_id", "partner_id", "due"]
    order = "due"
    eager = ["programme_version.programme"]
    placeholder = "Мероприятие"
    add_label = "Добавить"

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the directions of the centre's order of work only (S000-9, S002-3.4-a)."""
        return {**directions.offered(self.session, actor())}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Add the measure to the draft by the rule."""
        return rules.add_measure(self.linked(values, "version_id"), by=by, **values)

    def change(self, record: Measure, values: dict[str, Any], by: Actor) -> None:
        """Change the measure of the draft by the rule."""
        rules.change_measure(record, by=by, **values)

    def remove(self, session: Session, record: Measure, by: Actor) -> None:
        """Take the measure out of the draft by the rule."""
        rules.remove_measure(record, by=by)

    def card_acts(self, record: Measure) -> tuple[Act, ...]:
        """The way back to the programme, for whom it is open."""
        if not may(registers().by_key["versions"], "show"):
            return ()
        return (Act("open", say("К {programme_short:dat}"), _page_url(record.version_id), icon="list-check"),)

    @action("mark", "Отметить выполнение", done="Отметка записана.",
            icon="check2-square", multiple=False,
            asks=("status", "done_at?", "result?", "not_done_reason?"),
            when=lambda one: one.programme_version is None or one.programme_version.status in STANDING)  # fmt: skip
    def mark(self, measure: Measure, *, by: Actor, status: MeasureStatus, **how: Any) -> str:
        """Mark how the measure went."""
        rules.mark_measure(
            measure, by=by, status=status, done_at=how["done_at"], result=how["result"], reason=how["not_done_reason"]
        )
        if not may(registers().by_key["versions"], "show"):
            return url_for("Measures.show", pk=measure.id)
        return _page_url(measure.version_id)


class MeasureLines(Register):
    """Measures as services refer to them: one line through all versions."""

    key = "lines"
    datamodel = MeasureLineage
    title = "Линии мероприятий", "Мероприятие"
    list_columns = ["case_id"]
    eager = ["measures"]
    fixed_rows = True

    @expose(f"/show/{PK}")
    @access("show")
    def show(self, pk: int) -> Response:
        """Go to the programme's page where the line runs now."""
        line = self.record_or_404(pk)
        newest = max(line.measures, key=lambda measure: measure.id)
        return redirect(_page_url(newest.version_id))

"""The card of a case by its order of work, and its buttons: on, over a stage, back, with a reason of the director.

The path of a case rests on every slice below, so this floor gives the register of cases its card and these buttons.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, actor, today
from app.base import session_of
from app.cases import copies, gate, levels, rules
from app.cases.models import CaseStatus, CuratorAssignment, FamilyCase, PersonalFileItem
from app.cases.stages import order_in_force
from app.cases.views import MORE_ACTS, Cases, age_words
from app.intake.rules import open_case_from
from app.intake.views import Intakes
from app.journal.models import JournalRow
from app.orders.models import AdminOrder
from app.organisation.models import StaffMember
from app.people.models import Family, FamilyMember
from app.process import moves, page, programme_check
from app.process.asking import CASE, answer, ask
from app.process.guards_programme import DRAFTED, SIGNED, VALID_TO
from app.profiles.order import OrderOfWork
from app.programmes.models import ProgrammeVersion
from app.programmes.views import Versions
from app.register.access import may
from app.register.actions import action
from app.register.detail import OwnTab
from app.register.field import Field, local
from app.register.pages import Act
from app.register.view import registers
from app.terms import say
from app.visits.models import Visit
from app.visits.norm import visits_of_month

__all__ = ["Cases"]

FEED = 8
"""Events the card tells of; all of them stand in the history."""

LED = ask(select(func.count(CuratorAssignment.id)).where(CuratorAssignment.case_id == CASE))
LAST_VISIT = ask(select(func.max(Visit.done_at)).where(Visit.case_id == CASE, Visit.annulled_at.is_(None)))


# ---- opening -----------------------------------------------------------------------------------------


def open_case(self: Cases, family: Family, *, by: Actor, why: str | None = None, **values: Any) -> FamilyCase:
    """Open the case of *family* if the order of work lets it in; *why* is the reason of whoever may override."""
    return moves.admit(rules.open_case(family, by=by, **values), by=by, reason=why)


def open_from(self: Intakes, intake: Any, family: Family, by: Actor, **more: Any) -> FamilyCase:
    """Open the case a message gives reason for, if the order of work lets it in."""
    return moves.admit(open_case_from(intake, family, by=by, **more), by=by)


Cases.open_case = open_case  # type: ignore[method-assign]
Intakes.open_case = open_from  # type: ignore[method-assign]


# ---- the buttons -------------------------------------------------------------------------------------


def _order(case: FamilyCase) -> OrderOfWork | None:
    return order_in_force(session_of(case), case.service_unit_id)


def _offered(name: str, pairs: list[tuple[str, str]]) -> dict[str, dict[str, Any] | None]:
    return {name: {"offered": tuple(pairs)}}


def _onward(case: FamilyCase) -> list[tuple[str, str]]:
    return [(one.way.to, one.label) for one in moves.ways(case) if one.over is None and not one.ends_work]


def _over(case: FamilyCase) -> list[tuple[str, str]]:
    found = gate.stage_of(case)
    optional = found is not None and found[1].optional
    there = (one for one in moves.ways(case) if (one.over is None) == optional and not _ends(one))
    return [(one.way.to, one.label) for one in there]


def _ahead(case: FamilyCase) -> list[tuple[str, str]]:
    return [(one.way.to, one.label) for one in moves.ways(case) if one.over is None and not _ends(one)]


def _ends(out: moves.WayOut) -> bool:
    return out.ends_work or out.way.ends_case


def _back(case: FamilyCase) -> list[tuple[str, str]]:
    return [(one.code, say(one.label)) for one in moves.earlier_stages(case)]


def _opens(case: FamilyCase, name: str) -> bool:
    return case.stage is not None and gate.opens(case, name, by=actor())


Cases.form_fields = [
    *Cases.form_fields,
    Field("to_stage", "Этап", "pick", required=True),
    Field("order_id", "Приказ", "ref", target=AdminOrder),
    Field("since", "С какого дня", "date"),
    Field("level_code", "Уровень", "pick", required=True),
    Field("category_code", "Категория", "pick", required=True),
    Field("paper_code", "Документ", "pick", required=True),
    Field("received_on", "Получен", "date", required=True),
    Field("certified_by_id", "Кто заверил", "ref", target=StaffMember),
    Field("certified_on", "Когда заверил", "date"),
    Field("page_from", "Лист с", "number"),
    Field("page_to", "Лист по", "number"),
]


@action("move_on", "Перейти дальше", done="Дело перешло на следующий этап.", icon="arrow-right-circle",
        asks=("to_stage",), multiple=False, tone="primary", fits=lambda case: _offered("to_stage", _onward(case)),
        when=lambda case: False)  # fmt: skip
def move_on(self: Cases, case: FamilyCase, *, by: Actor, to_stage: str) -> None:
    """Lead the case on. The button stands in the panel of the card, beside what it asks for."""
    moves.advance(case, to_stage, by=by)


@action("skip_stage", "Пройти мимо этапа", done="Этап пройден мимо, причина записана.", icon="skip-forward",
        asks=("to_stage", "why"), multiple=False, fits=lambda case: _offered("to_stage", _over(case)),
        when=lambda case: _opens(case, "case.advance") and bool(_over(case)))  # fmt: skip
def skip_stage(self: Cases, case: FamilyCase, *, by: Actor, to_stage: str, why: str) -> None:
    """Pass over an optional stage."""
    moves.skip(case, to_stage, by=by, reason=why)


@action("go_back", "Вернуть на прежний этап", done="Дело возвращено на прежний этап.", icon="arrow-return-left",
        asks=("to_stage", "why"), multiple=False, fits=lambda case: _offered("to_stage", _back(case)),
        confirm="Подписанное останется подписанным.",
        when=lambda case: _opens(case, "case.return") and bool(_back(case)))  # fmt: skip
def go_back(self: Cases, case: FamilyCase, *, by: Actor, to_stage: str, why: str) -> None:
    """Return the case to an earlier stage."""
    moves.go_back(case, by=by, to=to_stage, reason=why)


@action("override", "Разрешить переход с обоснованием", done="Переход разрешён, обоснование осталось в деле.",
        icon="shield-check", asks=("to_stage", "why"), multiple=False,
        fits=lambda case: _offered("to_stage", _ahead(case)),
        confirm="Дело перейдёт, хотя не всё выполнено. Чего не хватало и почему вы это разрешили, останется в деле.",
        when=lambda case: False)  # fmt: skip
def override(self: Cases, case: FamilyCase, *, by: Actor, to_stage: str, why: str) -> None:
    """Lead the case on although something is missing."""
    moves.override(case, to_stage, by=by, reason=why)


@action("assign_curator", "Назначить {curator:acc}", done="{Curator} {curator?назначен|назначена|назначено}.",
        icon="person-check", asks=("curator_id", "order_id?", "since?"),
        when=lambda case: gate.opens(case, "curator.replace" if answer(case, LED) else "curator.assign", by=actor())
        )  # fmt: skip
def assign_curator(
    self: Cases, case: FamilyCase, *, by: Actor, curator_id: int, order_id: int | None, since: dt.date | None
) -> None:
    """Give the case to a curator, by an order if there is one."""
    staff = self.linked({"curator_id": curator_id}, "curator_id")
    rules.assign_curator(case, staff, by=by, on=since, order=self.linked({"order_id": order_id}, "order_id"))


@action("set_level", "Установить уровень и срок", done="Уровень и срок сопровождения установлены.", icon="sliders",
        asks=("level_code", "planned_end", "why", "since?"), multiple=False,
        presets=lambda case: {"planned_end": case.planned_end},
        fits=lambda case: _offered("level_code", [(one.code, one.label) for one in _listed(case, "levels")]),
        when=lambda case: bool(_listed(case, "levels")) and _opens(case, "level.set"))  # fmt: skip
def set_level(
    self: Cases,
    case: FamilyCase,
    *,
    by: Actor,
    level_code: str,
    planned_end: dt.date,
    why: str,
    since: dt.date | None,
) -> None:
    """Set the level of accompaniment and its term."""
    levels.set_level(case, level_code, by=by, planned_end=planned_end, reason=why, on=since)


@action("set_category", "Установить категорию", done="Категория семьи установлена.", icon="tag",
        asks=("category_code", "why?", "since?"), multiple=False,
        fits=lambda case: _offered("category_code", [(one.code, one.label) for one in _listed(case, "categories")]),
        when=lambda case: bool(_listed(case, "categories")) and _opens(case, "category.set"))  # fmt: skip
def set_category(
    self: Cases, case: FamilyCase, *, by: Actor, category_code: str, why: str | None, since: dt.date | None
) -> None:
    """Put the family into a category."""
    levels.set_category(case, category_code, by=by, reason=why or "", on=since)


def _listed(case: FamilyCase, name: str) -> Any:
    order = _order(case)
    return getattr(order, name) if order is not None else ()


# ---- the personal file -------------------------------------------------------------------------------


def _asked_paper(case: FamilyCase) -> dict[str, Any]:
    """Begin the form of a mark with the position whose button was pressed and what is known of it."""
    code = request.args.get("paper", "")
    mark = next((one for one in case.file_items if one.code == code), None)
    if mark is None:
        return {"paper_code": code, "received_on": today()}
    return {
        "paper_code": code, "received_on": mark.received_on, "certified_by_id": mark.certified_by,
        "certified_on": mark.certified_on, "page_from": mark.page_from, "page_to": mark.page_to, "note": mark.note,
    }  # fmt: skip


def _by_hand(case: FamilyCase) -> list[tuple[str, str]]:
    return [(code, say(label)) for code, label in page.kept_by_hand(case)]


def _kept(case: FamilyCase) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in case.file_items]


@action("keep_paper", "Отметить документ личного дела", done="Отметка в личном деле сохранена.", icon="patch-check",
        asks=("paper_code", "received_on", "certified_by_id?", "certified_on?", "page_from?", "page_to?", "note?"),
        multiple=False, confirm="Копия считается, когда указано, кто и когда её заверил.", presets=_asked_paper,
        fits=lambda case: _offered("paper_code", _by_hand(case)), when=lambda case: False)  # fmt: skip
def keep_paper(
    self: Cases, case: FamilyCase, *, by: Actor, paper_code: str, certified_by_id: int | None, **told: Any
) -> str:
    """Mark a paper of the personal file. The button stands on the tab of the file."""
    certified_by = self.linked({"certified_by_id": certified_by_id}, "certified_by_id")
    copies.keep_paper(case, paper_code, by=by, certified_by=certified_by, **told)
    return f"{self.url('show', pk=case.id)}?tab=file"


@action("take_out_paper", "Снять отметку", done="Отметка снята.", icon="file-earmark-x", asks=("paper_code",),
        multiple=False, presets=_asked_paper, fits=lambda case: _offered("paper_code", _kept(case)),
        when=lambda case: False)  # fmt: skip
def take_out_paper(self: Cases, case: FamilyCase, *, by: Actor, paper_code: str) -> str:
    """Take a mark of the personal file back."""
    item: PersonalFileItem = next(one for one in case.file_items if one.code == paper_code)
    copies.take_out(item, by=by)
    return f"{self.url('show', pk=case.id)}?tab=file"


# ---- the card ----------------------------------------------------------------------------------------


def programme_act(cases: Cases, case: FamilyCase) -> Act | None:
    """Return the button that begins the programme, while the order of work opens that and there is none."""
    versions = registers().by_key["versions"]
    if not _opens(case, "programme.create") or not may(versions, "add") or answer(case, DRAFTED) is not None:
        return None
    url = versions.url("add", case_id=case.id, back=cases.url("show", pk=case.id))
    return Act("versions", say("Составить {programme_short:acc}"), url, icon="list-check")


def overview(self: Cases, session: Session, record: FamilyCase) -> dict[str, object]:
    """The path, what stands in the way, the last events, who is in the family, the case in short."""
    members = session.scalars(
        select(FamilyMember)
        .where(FamilyMember.family_id == record.family_id, FamilyMember.date_to.is_(None))
        .options(joinedload(FamilyMember.person))
        .order_by(FamilyMember.id)
    ).all()
    by, day = actor(), today()
    return {
        "stages": page.stage_bar(record),
        "panel": page.panel(record, by=by, back=self.url("show", pk=record.id)),
        "file": page.file_page(record) if record.stage is not None else None,
        "members": [(one, age_words(one.person, day), one.person.is_minor(day)) for one in members],
        "family_url": registers().by_key["families"].url("show", pk=record.family_id),
        "open_people": may(registers().by_key["people"], "show"),
        "feed": _feed(session, record),
        "brief": _brief(record),
    }


def _feed(session: Session, case: FamilyCase) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(JournalRow)
        .where(
            JournalRow.table_name == FamilyCase.__tablename__,
            JournalRow.record_id == case.id,
            JournalRow.sentence != "",
            JournalRow.verb.not_like("look.%"),
        )
        .order_by(JournalRow.id.desc())
        .limit(FEED)
    )
    return [{"at": local(one.at), "who": one.actor, "text": one.sentence} for one in rows]


def _brief(case: FamilyCase) -> list[tuple[str, str]]:
    """Return the short facts beside the path, as (label, words)."""
    signed, until = answer(case, SIGNED), answer(case, VALID_TO)
    agreement = f"от {signed:%d.%m.%Y}, до {until:%d.%m.%Y}" if signed and until else ""
    made = [
        (say("{Agreement_short}"), agreement),
        ("Уровень", case.level or ""),
        ("Категория", case.category or ""),
        ("Закончить к", f"{case.planned_end:%d.%m.%Y}" if case.planned_end else ""),
        ("Визиты", _visited(case)),
    ]
    named = {"Уровень": "levels", "Категория": "categories"}
    return [(label, words) for label, words in made if words or not named.get(label) or _listed(case, named[label])]


def _visited(case: FamilyCase) -> str:
    """Return how often the family was visited this month, of how many the norm asks for, and when last (S001-3.1-a)."""
    last = answer(case, LAST_VISIT)
    told = [f"последний {local(last):%d.%m.%Y}"] if last is not None else []
    if case.status in (CaseStatus.ACTIVE, CaseStatus.REVIEW):
        count = visits_of_month(session_of(case), [case], today())[case.id]
        told.insert(0, f"{count.said.removeprefix('визитов ')} в этом месяце")
    return ", ".join(told)


def file_tab(self: Any, record: FamilyCase) -> dict[str, object]:
    """The personal file of the case."""
    return {"stages": page.stage_bar(record), "file": page.file_page(record)}


# ---- the page of a programme -------------------------------------------------------------------------


def examine(self: Versions, version: ProgrammeVersion, page: dict[str, Any]) -> None:
    """Look through a draft before it is sent: errors and warnings in one list and each at its measure."""
    remarks = programme_check.check(version)
    if not remarks:
        return
    ready = [] if any(one.stops for one in remarks) else [("ok", "Обязательное на месте.", "")]
    told = [("bad" if one.stops else "warn", one.text, one.hint) for one in remarks]
    page["checks"] = [{"tone": tone, "text": text, "hint": hint, "act": None} for tone, text, hint in [*ready, *told]]
    for measure, row in zip(version.measures, page["measures"], strict=True):
        row["notes"] = [one.text for one in remarks if one.measure is measure]


for made in (move_on, skip_stage, go_back, override, assign_curator, set_level, set_category, keep_paper,
             take_out_paper):  # fmt: skip
    setattr(Cases, made.__name__, made)
Cases.overview = overview  # type: ignore[method-assign]
Cases.overview_template = "case.html"
MORE_ACTS.append(programme_act)
Versions.examine = examine  # type: ignore[method-assign]
Cases.own_tabs = [OwnTab("file", "Личное дело", "personal_file.html", file_tab)]

"""The personal file of a case: which positions the order of work asks for, and which papers of them are there (S000-6).

Whether a paper is there is read from the paper itself: an application counts once it is registered, an act once it is
signed. Copies of papers the family brings are marked by hand and count when somebody certified them (S000-6b); so are
positions no screen of the product makes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from app.assessment.models import QualityAnswer
from app.cases import gate
from app.cases.models import FamilyCase, PersonalFileItem
from app.closing.models import Refusal
from app.meetings.models import AgendaItem, Body, Decision, DecisionKind, Meeting
from app.process.asking import CASE, Question, answer, ask
from app.process.guards_family import INTERIM, MET, PASSPORT, PRIMARY, REVIEWED, SIGNED_ACT
from app.process.guards_intake import ALL_CONSENTED, APPLIED, NOT_RECOGNISED, RECEIVED, RECOGNISED, lacks
from app.process.guards_programme import AGREED, APPROVED, DISPATCHED, ORDERED, SIGNED
from app.process.guards_results import CONCLUDED, LAST_CHECK
from app.profiles.order import FileItem, OrderOfWork, Stage
from app.programmes.models import Programme, ProgrammeVersion, VersionKind
from app.programmes.rights import STANDING
from app.progress.models import ProgressReport, ReportStatus
from app.referrals.models import Referral
from app.register.field import local

COPIES = "copies"
"""The position that is there when the copies that are part of it are."""

_decided = (
    select(func.max(Decision.applied_at))
    .join(Decision.item)
    .join(AgendaItem.meeting)
    .join(Meeting.body)
    .where(AgendaItem.case_id == CASE, Decision.applied_at.is_not(None))
)
_corrected = (
    select(func.max(ProgrammeVersion.decided_at))
    .join(ProgrammeVersion.programme)
    .where(Programme.case_id == CASE, ProgrammeVersion.kind != VersionKind.FIRST, ProgrammeVersion.status.in_(STANDING))
)
_reported = select(func.max(ProgressReport.submitted_at)).where(
    ProgressReport.case_id == CASE, ProgressReport.status.in_([ReportStatus.SUBMITTED, ReportStatus.ACCEPTED])
)
PAPERS: dict[str, tuple[Question, ...]] = {
    "D01": (APPLIED,),
    "D02": (ALL_CONSENTED,),
    "D03": (ask(select(func.max(Refusal.date)).where(Refusal.case_id == CASE)),),
    "D04": (RECEIVED,),
    "D05": (SIGNED_ACT,),
    "D06": (PASSPORT,),
    "D07": (PRIMARY,),
    "D08": (RECOGNISED, NOT_RECOGNISED),
    "D09": (SIGNED,),
    "D10": (APPROVED, AGREED),
    "D11": (ask(_corrected),),
    "D12": (ORDERED,),
    "D14": (ask(_decided.where(Body.is_internal)),),
    "D15": (ask(_decided.where(Body.is_internal.is_(False), Decision.kind == DecisionKind.APPROVE)),),
    "D16": (DISPATCHED,),
    "D17": (MET,),
    "D18": (ask(_reported),),
    "D19": (INTERIM,),
    "D20": (REVIEWED,),
    "D21": (CONCLUDED,),
    "D22": (LAST_CHECK,),
    "D25": (ask(select(func.max(Referral.date)).where(Referral.case_id == CASE, Referral.annulled_at.is_(None))),),
    "D27": (ask(select(func.max(QualityAnswer.answered_on)).where(QualityAnswer.case_id == CASE)),),
}
"""What makes the paper of a form one that is there; the first that answers tells its day."""


@dataclass(frozen=True)
class Position:
    """A position of the personal file: what it is, whether it must be there, whether it is, and since which day.

    *by_hand* says that people mark it; *kept* is that mark. *parts* are the positions it is made of.
    """

    code: str
    label: str
    required: bool
    is_there: bool
    day: dt.date | None = None
    by_hand: bool = False
    kept: PersonalFileItem | None = None
    parts: tuple[Position, ...] = ()


@dataclass(frozen=True)
class PersonalFile:
    """The whole file of a case."""

    positions: tuple[Position, ...]

    @property
    def counted(self) -> tuple[Position, ...]:
        """The positions that make the file complete: the required ones."""
        return tuple(one for one in self.positions if one.required)

    @property
    def percent(self) -> int:
        """How much of the file is there; a file nothing is required of is whole."""
        needed = self.counted
        return round(100 * sum(one.is_there for one in needed) / len(needed)) if needed else 100

    @property
    def missing(self) -> tuple[Position, ...]:
        """Required positions that are not there."""
        return tuple(one for one in self.counted if not one.is_there)


def day_of(case: FamilyCase, code: str) -> dt.date | None:
    """Return the day of the paper of form *code*, None when it is not there or no screen makes such a paper."""
    for question in PAPERS.get(code, ()):
        found = answer(case, question)
        if found is not None:
            return local(found).date() if isinstance(found, dt.datetime) else found
    return None


def file_of(case: FamilyCase, order: OrderOfWork) -> PersonalFile:
    """Return the personal file of *case* as *order* asks for it."""
    kept = {one.code: one for one in case.file_items}
    inside: dict[str, list[Position]] = {}
    for item in order.personal_file:
        if item.part_of:
            inside.setdefault(item.part_of, []).append(_position(case, item, kept, ()))
    whole = (one for one in order.personal_file if not one.part_of)
    return PersonalFile(tuple(_position(case, one, kept, tuple(inside.get(one.code, ()))) for one in whole))


def _position(
    case: FamilyCase, item: FileItem, kept: dict[str, PersonalFileItem], parts: tuple[Position, ...]
) -> Position:
    mark = kept.get(item.code)
    if parts:
        # Something certified must lie there, and nothing that lies there may want its certification.
        done = any(one.is_there for one in parts)
        done = done and all(one.is_there for one in parts if one.required or one.kept is not None)
        return Position(item.code, item.label, item.required, done, parts=parts)
    if item.code in PAPERS:
        day = day_of(case, item.code)
        return Position(item.code, item.label, item.required, day is not None, day)
    is_copy = item.code.startswith("cop")
    there = mark is not None and (not is_copy or mark.is_certified)
    day = (mark.certified_on or mark.received_on) if mark is not None else None
    return Position(item.code, item.label, item.required, there, day, True, mark)


@gate.checks("personal_file_complete")
def personal_file_complete(case: FamilyCase) -> str | None:
    """Every required position of the personal file is there (S000-6)."""
    found = gate.stage_of(case)
    missing = file_of(case, found[0]).missing if found is not None else ()
    named = ", ".join(f"«{one.label}»" for one in missing)
    return lacks(not missing, f"В личном деле не хватает документов: {named}.")


@gate.checks("stage_documents_complete")
def stage_documents_complete(case: FamilyCase) -> str | None:
    """Every required form of the stage is there (S000-6)."""
    found = gate.stage_of(case)
    missing = missing_of(case, *found) if found is not None else []
    named = ", ".join(f"«{label}»" for label in missing)
    return lacks(not missing, f"Не хватает документов этого этапа: {named}.")


def missing_of(case: FamilyCase, order: OrderOfWork, stage: Stage) -> list[str]:
    """Return the names of the required forms of *stage* that are not there."""
    named = {one.code: one.label for one in order.personal_file}
    kept = {one.code for one in case.file_items}
    return [
        named.get(one.code, one.code)
        for one in stage.documents
        if one.required and day_of(case, one.code) is None and one.code not in kept
    ]

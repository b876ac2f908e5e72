"""The fact that makes each guard hold, one function a guard: the plainest row that says it.

They write rows, not rules: a guard is tested alone, whatever the rules above would ask for first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, now, today
from app.agreements.models import Agreement, AgreementStatus, HelpKind
from app.assessment.lists import (
    ActStatus,
    AssessmentKind,
    AssessmentStatus,
    Domain,
    ResourceKind,
    ReviewKind,
)
from app.assessment.models import (
    Assessment,
    EfficiencyReview,
    FamilyPassport,
    FamilyResource,
    LivingConditionsAct,
    Problem,
    QualityAnswer,
    SocialContact,
)
from app.base import UnitModel
from app.cases.copies import keep_paper
from app.cases.models import CaseSource, CategoryPeriod, CuratorAssignment, FamilyCase, LevelPeriod
from app.closing.models import (
    CheckStatus,
    ClosureConclusion,
    ConclusionStatus,
    PostSupport,
    PostSupportCheck,
    Situation,
)
from app.dispatch.models import Content, Dispatch
from app.intake.models import (
    Application,
    ApplicationStatus,
    Channel,
    Ground,
    Intake,
    JournalCode,
    JournalEntry,
    Recognition,
)
from app.meetings.models import AgendaItem, Body, BodyKind, Decision, DecisionKind, ItemKind, Meeting, MeetingStatus
from app.orders.models import AdminOrder, OrderKind
from app.organisation.models import PartnerKind, PartnerOrganisation, StaffMember
from app.people.lists import ConsentKind, DisabilityKind
from app.people.models import Consent, DisabilityStatus
from app.profiles.order import OrderOfWork
from app.programmes.models import (
    ExecutorType,
    Measure,
    MeasureLineage,
    Programme,
    ProgrammeVersion,
    VersionKind,
    VersionStatus,
)
from app.progress.models import ProgressReport, ReportStatus
from app.visits.models import Visit, VisitForm, VisitKind
from tests.make import child_of, make_staff, mother_of

END = dt.timedelta(days=180)
_number = count(1)


@dataclass(frozen=True)
class World:
    """A case with what its facts are written by: the session, who acts, the order of work of the unit."""

    session: Session
    by: Actor
    order: OrderOfWork
    case: FamilyCase

    def add(self, row: UnitModel) -> Any:
        """Store *row* in the unit of the case."""
        row.service_unit_id = self.by.unit
        self.session.add(row)
        self.session.flush()
        return row

    def staff(self) -> StaffMember:
        """Return somebody who works here."""
        found = self.session.scalars(
            select(StaffMember).where(StaffMember.service_unit_id == self.case.service_unit_id)
        ).first()
        return found or make_staff(self.session, self.by)


Fact = Callable[[World], None]


# ---- the way in --------------------------------------------------------------------------------------


def intake(w: World) -> None:
    """A message about the family on the ground of a written application."""
    w.add(
        Intake(
            number=f"{next(_number)}/2026",
            received_at=now(),
            ground=Ground.APPLICATION,
            source=CaseSource.FAMILY,
            channel=Channel.IN_PERSON,
            text="Нужна помощь",
            family=w.case.family,
            case=w.case,
            responsible=w.staff(),
            due=today(),
        )
    )


def target_group(w: World) -> None:
    """A disabled child."""
    child = child_of(w.case.family)
    w.add(DisabilityStatus(person=child, kind=DisabilityKind.CHILD, established_at=today()))


def source(w: World) -> None:
    """The case names who told of the family."""
    w.case.source = CaseSource.FAMILY


def recognised(w: World) -> None:
    """A body recognised the family a week ago."""
    day = today() - dt.timedelta(days=7)
    w.add(Recognition(case=w.case, is_positive=True, decided_on=day, protocol_no="3", body_name="Рабочая группа"))


def not_recognised(w: World) -> None:
    """A body refused to recognise the family."""
    w.add(Recognition(case=w.case, is_positive=False, decided_on=today(), protocol_no="4", body_name="Рабочая группа"))


def application(w: World) -> None:
    """An application received and registered today, with its row in the journal."""
    number = next(_number)
    made = w.add(
        Application(
            number=f"{number}/2026",
            received_at=today(),
            applicant=mother_of(w.case.family),
            family=w.case.family,
            case=w.case,
            addressed_to="Директору",
            status=ApplicationStatus.REGISTERED,
            registered_on=today(),
        )
    )
    w.add(
        JournalEntry(
            journal=JournalCode.INTAKES, year=2026, number=number, text_no=made.number, at=now(),
            family=w.case.family, application=made,
        )
    )  # fmt: skip


def application_after(w: World) -> None:
    """A recognition and an application after it."""
    if w.session.scalar(select(Recognition.id).where(Recognition.case_id == w.case.id)) is None:
        recognised(w)
    application(w)


def consents(w: World) -> None:
    """Every member of the family consented to the processing of data."""
    for member in w.case.family.members:
        w.add(
            Consent(
                kind=ConsentKind.PROCESSING, person=member.person, given_by=mother_of(w.case.family), purposes="Помощь",
                signed_at=today(),
            )
        )  # fmt: skip


def health_consent(w: World) -> None:
    """The child whose disability is on record has a consent to that."""
    target_group(w)
    child = child_of(w.case.family)
    w.add(
        Consent(
            kind=ConsentKind.SPECIAL, person=child, given_by=mother_of(w.case.family), purposes="Помощь",
            special_categories=True, signed_at=today(),
        )
    )  # fmt: skip


def register_row(w: World) -> None:
    """The family stands in the journal of families."""
    number = next(_number)
    w.add(
        JournalEntry(
            journal=JournalCode.FAMILIES, year=2026, number=number, text_no=f"{number}/2026", at=now(),
            family=w.case.family, case=w.case,
        )
    )  # fmt: skip


def category(w: World) -> None:
    """The family is put into a category."""
    w.case.category = "семья группы риска"
    w.add(CategoryPeriod(case=w.case, code="risk", label=w.case.category, date_from=today()))


# ---- the family --------------------------------------------------------------------------------------


def first_contact(w: World) -> None:
    """A first visit at home."""
    w.add(
        Visit(
            case=w.case, staff=w.staff(), day=today(), done_at=now(), kind=VisitKind.FIRST_CONTACT, form=VisitForm.HOME
        )
    )


def act(w: World) -> None:
    """A signed act."""
    w.add(
        LivingConditionsAct(
            case=w.case, status=ActStatus.SIGNED, number=str(next(_number)), date=today(), address="д. Тестово, 1",
            signed_at=now(),
        )
    )  # fmt: skip


def resource(w: World) -> None:
    """A resource of the family."""
    w.add(FamilyResource(case=w.case, text="Бабушка рядом", kind=ResourceKind.RELATIVES))


def contact(w: World) -> None:
    """Somebody around the family."""
    w.add(SocialContact(family=w.case.family, name="Соседка", relation="соседка"))


def problem(w: World) -> None:
    """A problem of the family."""
    w.add(Problem(case=w.case, text="Нет подвоза до школы", domain=Domain.SOCIAL, opened_at=today()))


def passport(w: World) -> None:
    """A passport of the family."""
    w.add(FamilyPassport(case=w.case, number=1, on_date=today(), snapshot="{}"))


def assessed(kind: AssessmentKind) -> Fact:
    """Return the fact of a finished diagnosis of *kind*."""

    def made(w: World) -> None:
        done = {"status": AssessmentStatus.FINISHED, "finished_at": now()}
        w.add(Assessment(case=w.case, kind=kind, date=today(), author=w.staff(), **done))

    return made


def reviewed(kind: ReviewKind) -> Fact:
    """Return the fact of a finished review of *kind*."""

    def made(w: World) -> None:
        done = {"status": AssessmentStatus.FINISHED, "finished_at": now()}
        w.add(EfficiencyReview(case=w.case, kind=kind, date=today(), author=w.staff(), **done))

    return made


def quality(w: World) -> None:
    """The family said what it thinks of the help."""
    w.add(QualityAnswer(case=w.case, answered_on=today(), score=5))


# ---- the agreement, the curator, the programme -------------------------------------------------------


def agreement(w: World) -> None:
    """An agreement signed today for half a year."""
    if any(one.status is AgreementStatus.SIGNED for one in w.case.agreements):
        return
    w.add(
        Agreement(
            case=w.case, number=f"{next(_number)}/2026", date=today(), status=AgreementStatus.SIGNED,
            customer=mother_of(w.case.family), valid_from=today(), valid_to=today() + END,
            help_kinds=[HelpKind.SOCIAL],
        )
    )  # fmt: skip


def agreement_covers(w: World) -> None:
    """An agreement and a programme that end on the same day."""
    version(w)
    agreement(w)


def curator(w: World) -> None:
    """Somebody leads the case, by an order."""
    order = w.add(
        AdminOrder(number=str(next(_number)), date=today(), year=2026, kind=OrderKind.CURATOR, title="О назначении")
    )
    w.case.curator = w.staff()
    w.add(CuratorAssignment(case=w.case, staff=w.case.curator, date_from=today(), order=order))


def level(w: World) -> None:
    """A level with its term."""
    w.case.level, w.case.planned_end = "базовый", today() + END
    w.add(LevelPeriod(case=w.case, code="base", label="базовый", date_from=today(), reason="Оценка"))


def version(w: World, status: VersionStatus = VersionStatus.DRAFT) -> ProgrammeVersion:
    """A programme whose version has one whole measure, carried out by an organisation."""
    programme = w.session.scalar(select(Programme).where(Programme.case_id == w.case.id))
    if programme is not None:
        found = programme.versions[-1]
        found.status = status if found.status is VersionStatus.DRAFT else found.status
        return found
    programme = w.add(Programme(case=w.case, number=f"{next(_number)}/2026", title="Программа"))
    made: ProgrammeVersion = w.add(
        ProgrammeVersion(
            programme=programme, version_no=1, kind=VersionKind.FIRST, status=status, goal="Ребёнок ходит в школу",
            valid_from=today(), valid_to=today() + END,
        )
    )  # fmt: skip
    partner = w.add(PartnerOrganisation(name=f"Школа {next(_number)}", kind=PartnerKind.EDUCATION))
    lineage = w.add(MeasureLineage(case=w.case))
    w.add(
        Measure(
            programme_version=made, lineage=lineage, no=1, title="Подвоз", problem="Нет подвоза до школы",
            executor_type=ExecutorType.ORGANISATION, partner=partner, due=today() + END,
        )
    )  # fmt: skip
    w.session.expire(programme, ["versions"])
    return made


def draft(w: World) -> None:
    """A programme being written, its measures whole."""
    version(w)


def agreed(w: World) -> None:
    """The family agreed to the programme."""
    made = version(w)
    made.family_agreed_at = today()
    if made.status is VersionStatus.DRAFT:
        made.status = VersionStatus.AGREED
    w.session.flush()


def approved(w: World) -> None:
    """A body approved the programme."""
    made = version(w)
    made.status, made.decided_at = VersionStatus.APPROVED, now()
    w.session.flush()
    _decision(w, ItemKind.PROGRAMME, DecisionKind.APPROVE)


def dispatched(w: World) -> None:
    """The approved programme was sent to its organisations."""
    approved(w)
    w.add(
        Dispatch(case=w.case, programme_version=version(w), date=today(), content=Content.OWN_MEASURES, sent_at=today())
    )


# ---- decisions and the end ---------------------------------------------------------------------------


def _decision(w: World, item: ItemKind, kind: DecisionKind) -> None:
    number = next(_number)
    body = w.add(Body(code=f"body{number}", title=f"Совет {number}", kind=BodyKind.COUNCIL))
    meeting = w.add(
        Meeting(body=body, year=2026, number=number, planned_at=now(), status=MeetingStatus.PROTOCOL_SIGNED)
    )
    asked = w.add(AgendaItem(meeting=meeting, no=1, kind=item, case=w.case, is_open=False))
    w.add(Decision(item=asked, kind=kind, decided_at=now(), applied_at=now()))


def decided(item: ItemKind, kind: DecisionKind) -> Fact:
    """Return the fact of a decision in effect."""
    return lambda w: _decision(w, item, kind)


def conclusion(w: World) -> None:
    """A signed conclusion."""
    w.add(
        ClosureConclusion(
            case=w.case, status=ConclusionStatus.SIGNED, number=f"{next(_number)}/2026", date=today(),
            period_to=today(), signed_at=now(),
        )
    )  # fmt: skip


def checked(w: World) -> None:
    """The one planned check after the accompaniment is made."""
    support = w.add(PostSupport(case=w.case, date_from=today(), planned_to=today() + END))
    w.add(
        PostSupportCheck(
            post_support=support, no=1, status=CheckStatus.DONE, planned_on=today(), done_on=today(),
            situation=Situation.STABLE,
        )
    )  # fmt: skip


def report(w: World) -> None:
    """A monthly report handed in."""
    w.add(
        ProgressReport(
            case=w.case, author=w.staff(), period=today().replace(day=1), status=ReportStatus.SUBMITTED,
            submitted_at=now(), snapshot="{}",
        )
    )  # fmt: skip


# ---- papers ------------------------------------------------------------------------------------------

PAPERS: dict[str, Fact] = {
    "D01": application,
    "D02": consents,
    "D05": act,
    "D06": passport,
    "D07": assessed(AssessmentKind.PRIMARY),
    "D08": recognised,
    "D09": agreement,
    "D10": agreed,
    "D12": curator,
    "D14": decided(ItemKind.INTERIM, DecisionKind.NOTE),
    "D18": report,
    "D21": conclusion,
}
"""The fact behind each form a personal file may ask for."""


def whole_file(w: World) -> None:
    """Every required position of the personal file is there."""
    for item in w.order.personal_file:
        if item.required and item.code in PAPERS:
            PAPERS[item.code](w)
        elif item.code == "copies" or (item.required and item.code.startswith("copy:")):
            code = next((one.code for one in w.order.personal_file if one.part_of == item.code), item.code)
            keep_paper(w.case, code, by=w.by, received_on=today(), certified_by=w.staff(), certified_on=today())
    w.session.expire(w.case, ["file_items"])


def stage_papers(w: World) -> None:
    """Every required form of the stage is there."""
    for paper in w.order.stage_by_code[w.case.stage or ""].documents:
        if paper.required:
            PAPERS[paper.code](w)


FACTS: dict[str, Fact] = {
    "has_intake": intake,
    "has_ground": intake,
    "has_source": source,
    "has_first_contact": first_contact,
    "target_group_ok": target_group,
    "has_category": category,
    "in_register_journal": register_row,
    "has_living_act": act,
    "has_resources": resource,
    "has_social_contacts": contact,
    "has_primary_assessment": assessed(AssessmentKind.PRIMARY),
    "has_problems": problem,
    "recognition_positive": recognised,
    "recognition_negative": not_recognised,
    "has_application": application,
    "application_after_recognition": application_after,
    "application_in_journal": application,
    "has_consents": consents,
    "has_health_consent_if_needed": health_consent,
    "has_family_passport": passport,
    "personal_file_complete": whole_file,
    "stage_documents_complete": stage_papers,
    "has_agreement": agreement,
    "agreement_covers_programme": agreement_covers,
    "has_curator": curator,
    "has_curator_order": curator,
    "has_level": level,
    "has_planned_end": level,
    "has_programme_draft": draft,
    "measures_complete": draft,
    "programme_family_agreed": agreed,
    "programme_approved": approved,
    "programme_dispatched": dispatched,
    "has_interim_assessment": assessed(AssessmentKind.INTERIM),
    "interim_results_heard": decided(ItemKind.INTERIM, DecisionKind.NOTE),
    "has_final_assessment": assessed(AssessmentKind.FINAL),
    "final_results_heard": decided(ItemKind.FINAL, DecisionKind.NOTE),
    "preliminary_reviewed": reviewed(ReviewKind.PRELIMINARY),
    "efficiency_reviewed": reviewed(ReviewKind.FINAL),
    "quality_answered_or_waived": quality,
    "decision_continue": decided(ItemKind.CONTINUATION, DecisionKind.CONTINUE),
    "decision_terminate": decided(ItemKind.CONTINUATION, DecisionKind.TERMINATE),
    "closure_conclusion_signed": conclusion,
    "post_support_done": checked,
}
"""The fact that makes each guard hold."""

"""Every table on one page: migrations, tests and the factory start here.

Importing this module declares the whole schema and, with ``SCOPES``, who sees which of its rows, and, with ``GUARDS``,
what a case must have before it moves on. ``TABLES`` groups the tables in the order in which the work meets them; a new
table is added here, or ``tests/test_map.py`` says so.
"""

from __future__ import annotations

from flask_appbuilder import Model

from app.agreements.models import Agreement, AgreementAmendment, AgreementBreach
from app.assessment.models import (
    ActHealth,
    Assessment,
    AssessmentScore,
    EfficiencyReview,
    FamilyPassport,
    FamilyResource,
    LivingConditionsAct,
    Problem,
    QualityAnswer,
    ReviewOutcome,
    SocialContact,
)
from app.benefits.models import AidRecord, Benefit
from app.cases import scope as of_cases
from app.cases.models import (
    CaseTeamMember,
    CategoryPeriod,
    CuratorAssignment,
    FamilyCase,
    LevelPeriod,
    PersonalFileItem,
    StagePeriod,
)
from app.closing.models import CaseTransfer, ClosureConclusion, PostSupport, PostSupportCheck, Refusal
from app.days.models import CalendarDay
from app.dispatch.models import Dispatch, DispatchItem
from app.door.models import FailedEntry, RecoveryCode, SecondStep, UserSession
from app.intake import scope as of_intake
from app.intake.models import Application, Intake, JournalEntry, Recognition
from app.jobs.models import Job, ScheduledRun
from app.journal.models import JournalRow, JournalSeal, JournalValue
from app.meetings import scope as of_meetings
from app.meetings.models import (
    AgendaItem,
    AgendaProposal,
    Body,
    BodyMember,
    Decision,
    DecisionAssignment,
    Meeting,
    MeetingPresence,
)
from app.orders.models import AdminOrder, InteragencyAgreement, OrderItem, Regulation, Visa
from app.organisation.models import (
    Account,
    Department,
    PartnerOrganisation,
    ServiceArea,
    ServiceUnit,
    StaffMember,
    Territory,
)
from app.outreach.models import EventParticipant, LeisureEvent
from app.papers.models import NumberSequence
from app.people.models import (
    ChildProfile,
    Consent,
    DisabilityStatus,
    Family,
    FamilyMember,
    OvzStatus,
    Person,
)
from app.plans.models import WorkPlan, WorkPlanItem
from app.process.guards import TAUGHT
from app.profiles.models import ProfileVersion
from app.programmes import scope as of_programmes
from app.programmes.models import Measure, MeasureLineage, Programme, ProgrammeVersion
from app.progress.models import ProgressReport
from app.quality.models import SurveyAnswer, SurveyQuestion, SurveyResponse, SurveyRound
from app.referrals import scope as of_referrals
from app.referrals.models import InternalTask, Referral
from app.register.models import (
    Attachment,
    BulkStep,
    DeliveredGrant,
    Draft,
    FormReceipt,
    ImportMapping,
    ListMemory,
    SavedView,
)
from app.rehabilitation.models import (
    HomeCourse,
    HomeProcedure,
    MedicalRecommendation,
    RehabItem,
    RehabProgramme,
)
from app.services.models import Service, ServiceRecord
from app.visits.models import Visit

TABLES: tuple[tuple[str, tuple[type[Model], ...]], ...] = (
    ("The installation: whose data these are and where they live.", (Territory, ServiceUnit)),
    ("By which order a unit works: versions that are never changed.", (ProfileVersion,)),
    ("The centre: who works where, who may enter, whom it works with.",
     (Department, StaffMember, Account, ServiceArea, PartnerOrganisation)),
    ("What the service rests on: orders, regulations with their visas, contracts with other agencies.",
     (AdminOrder, OrderItem, Regulation, Visa, InteragencyAgreement)),
    ("The door: who is inside, which tries failed, the second step.",
     (UserSession, FailedEntry, SecondStep, RecoveryCode)),
    ("Whom the centre helps and what it may know of them.",
     (Person, ChildProfile, DisabilityStatus, OvzStatus, Family, FamilyMember, Consent)),
    ("The episode of accompaniment: its state, who leads it, who helps.",
     (FamilyCase, CuratorAssignment, CaseTeamMember)),
    ("How a family came: messages, applications, recognitions, the rows of the journals R02 and R03.",
     (Intake, Application, Recognition, JournalEntry)),
    ("Its path by the order of work: stages, levels, categories, the personal file.",
     (StagePeriod, LevelPeriod, CategoryPeriod, PersonalFileItem)),
    ("What is found out about a family: acts, diagnostics, problems and what helps against them, passports, reviews.",
     (LivingConditionsAct, ActHealth, Assessment, AssessmentScore, Problem, FamilyResource, SocialContact,
      FamilyPassport, EfficiencyReview, ReviewOutcome, QualityAnswer)),
    ("What is to be done: a programme, its versions and their measures.",
     (Programme, ProgrammeVersion, MeasureLineage, Measure)),
    ("Who decides: bodies, their meetings and decisions.",
     (Body, BodyMember, Meeting, MeetingPresence, AgendaProposal, AgendaItem, Decision, DecisionAssignment)),
    ("What was agreed with the family and what was done for it, day by day.",
     (Agreement, AgreementAmendment, AgreementBreach, Service, ServiceRecord)),
    ("How a family is visited, what organisations are asked, what staff ask of each other, what a month came to.",
     (Visit, Referral, InternalTask, ProgressReport)),
    ("To whom the programme was sent: a letter to each organisation.", (Dispatch, DispatchItem)),
    ("How the accompaniment ended, and the time after it.",
     (Refusal, CaseTransfer, ClosureConclusion, PostSupport, PostSupportCheck)),
    ("What comes to a family beside its programme: benefits, aid, leisure.",
     (Benefit, AidRecord, LeisureEvent, EventParticipant)),
    ("Rehabilitation of a child: its programme, recommendations of doctors, courses at home.",
     (RehabProgramme, RehabItem, MedicalRecommendation, HomeCourse, HomeProcedure)),
    ("The plan of a year.", (WorkPlan, WorkPlanItem)),
    ("What families say of the service.", (SurveyRound, SurveyQuestion, SurveyResponse, SurveyAnswer)),
    ("Which days are worked.", (CalendarDay,)),
    ("Numbers without gaps.", (NumberSequence,)),
    ("Who did what to which record: append-only, chained.", (JournalRow, JournalValue, JournalSeal)),
    ("The engine's own: a form is saved once, a right is delivered once.", (FormReceipt, DeliveredGrant)),
    ("What people leave behind at the screens: files, drafts, views of lists, columns of a workbook, the way back.",
     (Attachment, Draft, SavedView, ListMemory, ImportMapping, BulkStep)),
    ("Long work and daily work.", (Job, ScheduledRun)),
)  # fmt: skip

SCOPES = (of_cases, of_intake, of_programmes, of_meetings, of_referrals)
"""The slices that tell which families a person sees, see :mod:`app.scope`; imported here, they have told it."""

GUARDS = TAUGHT
"""The modules that tell how each guard of an order of work is checked, see :mod:`app.cases.gate`; the same way."""

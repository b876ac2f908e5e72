"""Makers of messages, applications and recognitions with dull defaults; those of a case come from tests/make.py."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.process.guards  # noqa: F401 -- an order of work asks guards, which are taught there
from app.acting import Actor, now
from app.cases.models import CaseSource, FamilyCase
from app.intake.models import Application, Channel, Intake, JournalCode, JournalEntry, Recognition
from app.intake.rules import record_recognition, register_application, register_intake
from app.organisation.models import PartnerKind, PartnerOrganisation
from tests.make import DAY, make_staff, mother_of

MONDAY = dt.date(2026, 2, 16)
"""The day the body decides, two days before :data:`tests.make.DAY`."""


def make_intake(session: Session, by: Actor, **more: Any) -> Intake:
    """Register a message of a citizen that came by telephone just now."""
    values = {
        "received_at": now(),
        "source": CaseSource.CITIZEN,
        "channel": Channel.PHONE,
        "text": "Дети гуляют без присмотра",
        "responsible": more.pop("responsible", None) or make_staff(session, by),
    }
    return register_intake(session, by=by, **{**values, **more})


def make_organisation(session: Session, by: Actor, name: str = "Школа № 1") -> PartnerOrganisation:
    """Make an organisation that may report a family."""
    made = PartnerOrganisation(name=name, kind=PartnerKind.EDUCATION, service_unit_id=by.unit)
    session.add(made)
    session.flush()
    return made


def make_application(case: FamilyCase, by: Actor, **more: Any) -> Application:
    """Register the application of the mother, written today."""
    return register_application(case, by=by, **{"applicant": mother_of(case.family), "received_at": DAY, **more})


def make_recognition(case: FamilyCase, by: Actor, **more: Any) -> Recognition:
    """Record that a group of agencies has recognised the family."""
    values = {"positive": True, "decided_on": MONDAY, "protocol_no": "3", "body_name": "Рабочая группа"}
    return record_recognition(case, by=by, **{**values, **more})


def rows_of(session: Session, code: JournalCode = JournalCode.INTAKES) -> list[JournalEntry]:
    """Return the rows of a journal in their order."""
    return list(session.scalars(select(JournalEntry).where(JournalEntry.journal == code).order_by(JournalEntry.id)))

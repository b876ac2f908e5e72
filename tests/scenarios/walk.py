"""Walking a case through a centre's order of work as its people do: forms are opened, filled in and sent.

Nothing here calls a rule: what a test wants done is typed into the form a person would open, and what a centre refuses
is read from the page. Rows are looked up in the database only to know their addresses.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, today
from app.assessment.models import Assessment, EfficiencyReview, LivingConditionsAct
from app.base import Model
from app.cases.models import FamilyCase
from app.cases.stages import put_in_force
from app.closing.models import ClosureConclusion
from app.intake.models import Intake
from app.meetings.bodies import ensure_bodies
from app.meetings.models import AgendaProposal, Body, Meeting
from app.organisation.models import (
    PartnerKind,
    PartnerOrganisation,
    ServiceUnit,
    StaffMember,
    Territory,
    TerritoryLevel,
)
from app.profiles.loading import text_of
from app.profiles.rules import order_of, store
from app.programmes.models import ProgrammeVersion
from app.roles import REGISTRAR, SECRETARY
from tests.register.forms import filled
from tests.visiting import Browser, Visit


def plain(answer: Any) -> str:
    """Return what one reads on a page, in one line."""
    text = re.sub(r"<(script|style|nav|svg)\b.*?</\1>", " ", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("&#39;", "'")


Question = tuple[FamilyCase | ProgrammeVersion, str, dict[str, Any]]
"""What a meeting is asked: about what, the kind of the question, and what is typed as the decision."""


@dataclass
class Centre:
    """A centre that works by one order of work, and the people who have signed in, by role."""

    app: Flask
    stored: Session
    visit: Visit
    unit: ServiceUnit
    village: Territory
    people: dict[str, Browser] = field(default_factory=dict)

    def come(self, role: str) -> Browser:
        """Return the browser of the one person here with *role*."""
        if role not in self.people:
            self.people[role] = self.visit(role, unit=self.unit)
            # Scenarios play on days of their own, and everybody has worked here for long.
            self.stored.get_one(StaffMember, self.people[role].staff_id).active_from = dt.date(2020, 1, 1)
        return self.people[role]

    def staff(self, role: str) -> StaffMember:
        """Return who that person is."""
        return self.stored.get_one(StaffMember, self.come(role).staff_id)

    def partner(self, name: str, kind: PartnerKind) -> PartnerOrganisation:
        """Return an organisation the centre works with, made if it is not there."""
        found = self.stored.scalars(select(PartnerOrganisation).where(PartnerOrganisation.name == name)).one_or_none()
        if found is None:
            found = PartnerOrganisation(name=name, kind=kind, service_unit_id=self.unit.id)
            self.stored.add(found)
            self.stored.flush()
        return found

    # ---- what people do ------------------------------------------------------------------------------

    def sent(self, role: str, address: str, **typed: Any) -> Any:
        """Open the form at *address*, type, send it and return the answer."""
        browser, action = self.come(role), address.partition("?")[0]
        page = browser.get(address)
        assert page.status_code == 200, f"{role}: {address} answers {page.status_code}"
        answer = browser.post(action, data=filled(page, action, **typed))
        self.stored.expire_all()
        return answer

    def does(self, role: str, address: str, **typed: Any) -> str:
        """Send the form at *address*; it must be taken. Return where it leads."""
        answer = self.sent(role, address, **typed)
        assert answer.status_code == 302, f"{role}: {address} was refused: {plain(answer)[:1500]}"
        with self.come(role).session_transaction() as session:
            told = session.pop("_flashes", [])
        assert [text for tone, text in told if tone == "bad"] == [], f"{role}: {address} was refused"
        return str(answer.headers["Location"])

    def is_refused(self, role: str, address: str, sentence: str, **typed: Any) -> None:
        """Send the form at *address*; it must be refused with *sentence*, at a field, above the form or after it."""
        answer = self.sent(role, address, **typed)
        text = plain(answer)
        if answer.status_code == 302:
            with self.come(role).session_transaction() as session:
                text = " ".join(words for tone, words in session.pop("_flashes", []) if tone == "bad")
        assert sentence in text, f"{role}: {address} says: {text[:1500]}"

    def presses(self, role: str, register: str, action: str, record: Model, **typed: Any) -> str:
        """Press the button *action* on the card of *record*; what it asks for is typed."""
        return self.does(role, f"/{register}/action/{action}/{record.id}", **typed)

    def cannot_press(self, role: str, register: str, action: str, record: Model, sentence: str, **typed: Any) -> None:
        """Press the button; it must be refused with *sentence*."""
        self.is_refused(role, f"/{register}/action/{action}/{record.id}", sentence, **typed)

    def decides(self, case: FamilyCase, body: Body, ruling: str, *, role: str = SECRETARY, **more: Any) -> None:
        """Record a decision of *body* about the case by its paper."""
        self.does(role, f"/decisions/add?case_id={case.id}", ruling=f"{ruling}@{body.id}", document_no="7",
                  document_date=ru(today()), **more)  # fmt: skip

    def seats(self, body: Body, *members: tuple[str, str]) -> None:
        """Write down who sits in *body*: (role, function)."""
        for role, function in members:
            self.does(SECRETARY, f"/body_members/add?body_id={body.id}", staff_id=self.staff(role).id,
                      function=function)  # fmt: skip

    def meets(self, body: Body, chair: str, *questions: Question) -> None:
        """Hold a meeting of *body* from its plan to the second signature."""
        when = f"{ru(today())} 10:00"
        self.does(SECRETARY, f"/meetings/add?body_id={body.id}", planned_at=when, place="Кабинет 1")
        meeting = self.newest(Meeting)
        desk = self.come(SECRETARY)
        for about, kind, _ in questions:
            waits = AgendaProposal.case_id == about.id, AgendaProposal.is_open, AgendaProposal.kind == kind
            proposed = self.stored.scalars(select(AgendaProposal.id).where(*waits)).one_or_none()
            on = f"agenda/{about.id}" if isinstance(about, ProgrammeVersion) else f"question/{about.id}/{kind}"
            on += f"?proposal={proposed}" if proposed else ""
            answer = desk.post(f"/meetings/{meeting.id}/{on}")
            assert answer.status_code == 302, plain(answer)[:1500]
        self.presses(SECRETARY, "meetings", "close_agenda", meeting)
        came = [str(member.id) for member in body.members]
        assert desk.post(f"/meetings/{meeting.id}/presence", data={"came": came}).status_code == 302
        self.stored.expire_all()
        for item, (_, _, decision) in zip(meeting.items, questions, strict=True):
            page, action = desk.get(f"/meetings/show/{meeting.id}"), f"/meetings/{meeting.id}/decide/{item.id}"
            votes = {"votes_for": len(came), "votes_against": 0, "votes_abstained": 0}
            answer = desk.post(action, data=filled(page, action, **votes, **decision))
            assert answer.status_code == 302, plain(answer)[:1500]
        for role in (SECRETARY, chair):
            self.presses(role, "meetings", "sign", meeting)

    def signs_act(self, role: str, case: FamilyCase, commission: StaffMember) -> None:
        """Survey the home and sign the act."""
        self.does(role, f"/acts/add?case_id={case.id}", commission_ids=[str(commission.id)],
                  conclusion="Семье нужна помощь")  # fmt: skip
        self.presses(role, "acts", "sign", self.newest(LivingConditionsAct))

    def diagnoses(self, role: str, case: FamilyCase, kind: str) -> None:
        """Make a diagnosis and finish it."""
        self.does(role, f"/assessments/add?case_id={case.id}", kind=kind, conclusion="Семья справляется с помощью")
        self.presses(role, "assessments", "finish", self.newest(Assessment))

    def reviews(self, role: str, case: FamilyCase, kind: str, conclusion: str) -> EfficiencyReview:
        """Analyse how far the programme helped and finish the analysis."""
        self.does(role, f"/reviews/add?case_id={case.id}", kind=kind, conclusion=conclusion, text="Итоги",
                  need_satisfaction="70")  # fmt: skip
        review: EfficiencyReview = self.newest(EfficiencyReview)
        if case.problems:
            said = {f"outcome-{problem.id}": "partly" for problem in case.problems}
            self.does(role, f"/reviews/outcomes/{review.id}", **said)
        self.presses(role, "reviews", "finish", review)
        return review

    def concludes(self, prepares: str, signs: str, case: FamilyCase) -> None:
        """Prepare the conclusion, complete it, and sign it: the accompaniment ends."""
        self.presses(prepares, "cases", "prepare_conclusion", case)
        conclusion = self.newest(ClosureConclusion)
        self.does(prepares, f"/conclusions/edit/{conclusion.id}", outcome="partial", end_reason="goals_partly_met",
                  child_stays="yes", curator_result="Семья обеспечена", recommendations="Наблюдать")  # fmt: skip
        self.presses(signs, "conclusions", "sign", conclusion)

    def reads(self, role: str, address: str) -> str:
        """Return what stands on the page at *address*."""
        answer = self.come(role).get(address)
        assert answer.status_code == 200, f"{role}: {address} answers {answer.status_code}"
        return plain(answer)

    # ---- what there is ---------------------------------------------------------------------------------

    def newest(self, model: Any, *criteria: Any) -> Any:
        """Return the newest row of *model*."""
        self.stored.commit()
        wanted = select(model).where(*criteria).order_by(model.id.desc()).limit(1)
        return self.stored.scalars(wanted).unique().one()

    @property
    def case(self) -> FamilyCase:
        """The newest case."""
        return self.newest(FamilyCase)


def centre_of(app: Flask, stored: Session, visit: Visit, name: str) -> Centre:
    """Return the centre of the tests, working by the delivered order of work *name*."""
    unit = stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    district = Territory(name="Тестовский район", level=TerritoryLevel.DISTRICT)
    village = Territory(name="Посёлок-1", level=TerritoryLevel.LOCALITY, parent=district)
    stored.add_all([district, village])
    unit.municipality = district
    version = store(stored, text_of(name), by=SYSTEM, name=name)
    put_in_force(unit, version, by=SYSTEM)
    ensure_bodies(unit, order_of(version), by=SYSTEM)
    stored.commit()
    return Centre(app, stored, visit, unit, village)


def family_form(centre: Centre, **more: Any) -> dict[str, Any]:
    """Return the form of a new family: a mother and a son."""
    return {
        "p_last_name": "Тестова", "p_first_name": "Мария", "p_middle_name": "Ивановна", "p_role": "mother",
        "p_birth_date": "04.05.1990", "f_territory_id": centre.village.id, "f_address": "ул. Тихая, 1",
        "f_family_kind": "mother", "c1_name": "Тестов Пётр", "c1_birth_date": "11.06.2018", **more,
    }  # fmt: skip


def consents(centre: Centre, case: FamilyCase) -> None:
    """Enter a consent to the processing of data for everybody of the family."""
    mother = next(seat.person for seat in case.family.members if seat.is_legal_representative)
    for seat in case.family.members:
        centre.does(REGISTRAR, f"/consents/add?person_id={seat.person_id}", kind="processing",
                    given_by_id=mother.id, purposes="Социальное сопровождение", signed_at=ru(today()))  # fmt: skip


def opened_case(centre: Centre) -> FamilyCase:
    """Register a message and open the case of a new family from it."""
    centre.does(REGISTRAR, "/intakes/add", ground="message_person_or_hotline", source="helpline", channel="helpline",
                text="Мать одна с двумя детьми, нет еды")  # fmt: skip
    message = centre.newest(Intake)
    centre.does(REGISTRAR, f"/families/add?intake={message.id}", **family_form(centre), with_case="1")
    return centre.case


def ru(day: dt.date) -> str:
    """Return the day as it is typed."""
    return f"{day:%d.%m.%Y}"

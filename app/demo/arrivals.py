"""How families come to the demonstration centre: messages, applications, recognitions, the journals R02 and R03.

The chances are drawn for each family apart, so that they change nothing of what else happens in the demonstration.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from app.acting import now, today
from app.cases.help import HelpKind
from app.cases.models import CaseSource, FamilyCase
from app.demo.world import Story, World
from app.intake.applications import satisfy, standing
from app.intake.journals import annul
from app.intake.models import Channel, Circumstance, Ground, Intake, IntakeResult, Urgency
from app.intake.rules import (
    close_intake,
    enter_register,
    record_recognition,
    register_application,
    register_intake,
)
from app.people.models import Family

BY_LETTER = (
    CaseSource.HEALTH,
    CaseSource.EDUCATION,
    CaseSource.POLICE,
    CaseSource.PENAL_INSPECTION,
    CaseSource.GUARDIANSHIP,
    CaseSource.SOCIAL_SERVICE,
    CaseSource.MINORS_COMMISSION,
)
"""Who reports by letter."""
CHANNELS = {
    CaseSource.FAMILY: Channel.IN_PERSON,
    CaseSource.HELPLINE: Channel.HELPLINE,
    CaseSource.RAID: Channel.RAID,
}
REPORTED = (
    "Мать одна воспитывает детей, нужна помощь с оформлением пособий",
    "Ребёнок часто пропускает занятия, просим посетить семью",
    "Семья просит помощи специалистов для ребёнка",
    "Дети гуляют одни допоздна",
)
ELSEWHERE = (
    ("Соседи шумят по ночам", IntakeResult.UNCONFIRMED, "Посетили, сведения не подтвердились"),
    ("Как получить путёвку в лагерь?", IntakeResult.ADVISED, "Рассказали о порядке и сроках"),
    ("Семья переехала к нам из другого района", IntakeResult.PASSED_ON, "Передано в центр по новому месту жительства"),
)
DECIDES = "Управление социальной защиты населения"


def message_about(world: World, family: Family, source: CaseSource, number: int) -> Intake:
    """Register the message that brings *family* to the centre's notice, a few hours after it came."""
    rng = random.Random(f"message {number}")
    told: dict[str, Any] = {"ground": Ground.MESSAGE, "channel": CHANNELS.get(source, Channel.PHONE)}
    if source is CaseSource.FAMILY:
        told["ground"], told["application_date"] = Ground.APPLICATION, today()
        told["applicant"] = next(seat.person for seat in family.members if seat.is_legal_representative)
    elif source in BY_LETTER:
        told |= {
            "ground": Ground.PREVENTION,
            "channel": Channel.LETTER,
            "source_org": rng.choice(world.partners),
            "source_letter_no": f"01-{rng.randint(10, 90)}",
            "source_letter_date": today() - dt.timedelta(days=rng.randint(0, 4)),
        }
    with world.acting("loseva") as registrar:
        return register_intake(
            world.session, by=registrar, received_at=now() - dt.timedelta(minutes=rng.randint(10, 40)), source=source,
            text=rng.choice(REPORTED), responsible=world.staff["loseva"], family=family,
            urgency=rng.choice((Urgency.USUAL, Urgency.USUAL, Urgency.URGENT)), **told,
        )  # fmt: skip


def papers_of_a_case(world: World, case: FamilyCase) -> None:
    """Record the recognition of two families of three, register the application, enter the case into the journal."""
    rng = random.Random(f"papers {case.id}")
    applicant = next(seat.person for seat in case.family.members if seat.is_legal_representative and seat.is_current)
    with world.acting("loseva") as registrar:
        if case.id % 3:
            record_recognition(
                case, by=registrar, positive=True, decided_on=today(), protocol_no=str(rng.randint(1, 60)),
                body_name=DECIDES, circumstances=rng.sample(list(Circumstance), 2),
                ippsu_number=f"{case.id}-И", ippsu_date=today(), ippsu_valid_to=today() + dt.timedelta(days=1095),
            )  # fmt: skip
        application = standing(case) or register_application(
            case, by=registrar, applicant=applicant, received_at=today(),
            requested_help=rng.sample(list(HelpKind), rng.randint(1, 3)),
        )  # fmt: skip
        entry = enter_register(case, by=registrar)
        if case.id % 11 == 0:
            annul(entry, by=registrar, reason="Внесена не в тот день")
            enter_register(case, by=registrar)
    with world.acting("berezkina") as head:
        satisfy(application, by=head)


def messages_about_nobody(world: World, start: dt.date) -> Story:
    """Register a message every other month that leads to no case; the last ones are still in work."""
    rng = random.Random("messages")
    for number in range(12):
        yield world.at(start + dt.timedelta(days=20 + 60 * number), 11, 15)
        text, result, done = ELSEWHERE[number % len(ELSEWHERE)]
        intake = _taken(world, text, Urgency.USUAL)
        yield world.at(today() + dt.timedelta(days=rng.randint(1, 3)), 15, 20)
        with world.acting("loseva") as registrar:
            close_intake(intake, by=registrar, result=result, measures_taken=done)
    for days, text, urgency in (
        (2, "Просим разъяснить, какая помощь положена семье", Urgency.USUAL),
        (1, "По словам соседей, дети второй день одни дома", Urgency.DANGER),
    ):
        yield world.at((world.end - dt.timedelta(days=days)).date(), 9, 40)
        _taken(world, text, urgency)


def _taken(world: World, text: str, urgency: Urgency) -> Intake:
    source, channel = CaseSource.CITIZEN, Channel.PHONE
    if urgency is Urgency.DANGER:
        source, channel = CaseSource.HELPLINE, Channel.HELPLINE
    with world.acting("loseva") as registrar:
        return register_intake(
            world.session, by=registrar, received_at=now() - dt.timedelta(minutes=5), source=source, channel=channel,
            text=text, responsible=world.staff["loseva"], ground=Ground.MESSAGE, urgency=urgency,
        )  # fmt: skip

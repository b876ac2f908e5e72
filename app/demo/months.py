"""What a month brings to a family: visits, a request to an organisation, a task, the report of the curator.

The chances are drawn for each case apart, so that they change nothing of what else happens in the demonstration.
"""

from __future__ import annotations

import datetime as dt
import random

from app.acting import now, today
from app.cases.models import CaseStatus, FamilyCase
from app.demo.visits import UNDER_PROGRAMME
from app.demo.world import Story, World
from app.progress.rules import accept_report, make_report, send_back, submit_report
from app.referrals.models import ReferralStatus
from app.referrals.rules import record_answer, send_referral
from app.referrals.tasks import assign_task, complete
from app.visits.models import FamilyState, VisitDeed, VisitForm, VisitKind
from app.visits.norm import first_day
from app.visits.rules import plan_visit, record_visit

FOUND = (
    "Дома чисто, дети накормлены",
    "Помогли заполнить заявление на пособие",
    "Мать спрашивала о кружке для старшего",
    "Ребёнок пропустил занятие, договорились о новом дне",
)
ASKED = (
    ("Какая успеваемость ребёнка за четверть?", "Успевает, замечаний нет"),
    ("Можно ли записать ребёнка к специалисту?", "Записан на следующую неделю"),
    ("Есть ли места в кружке?", "Место есть, ждём заявление"),
)
DONE = ("Занятие проведено", "Справка получена и передана семье", "Семья приглашена на консультацию")


def _later(world: World, rng: random.Random, least: int, most: int) -> dt.datetime:
    """Return a working moment *least* to *most* days from now."""
    return world.at(today() + dt.timedelta(days=rng.randint(least, most)), rng.randint(9, 16), rng.randint(0, 59))


def visits_of_a_family(world: World, case: FamilyCase) -> Story:
    """Visit the family about twice a month, ring it now and then, and keep the next visit planned."""
    rng = random.Random(case.id)
    while True:
        yield _later(world, rng, 9, 17)
        if not case.status.is_open:
            return
        if case.status is CaseStatus.SUSPENDED:
            continue
        after = case.status is CaseStatus.POST_SUPPORT
        with world.acting_curator(case) as curator:
            record_visit(
                case,
                by=curator,
                kind=VisitKind.POST_SUPPORT if after else VisitKind.PLANNED,
                form=rng.choice((VisitForm.HOME, VisitForm.HOME, VisitForm.HOME, VisitForm.PHONE)),
                minutes=rng.randrange(20, 70, 5),
                deeds=rng.sample([VisitDeed.TALK, VisitDeed.PAPERS, VisitDeed.TEACHING, VisitDeed.LOOK], 2),
                present=[seat.person for seat in case.family.members if seat.is_current][:2],
                findings=rng.choice(FOUND),
                family_state=rng.choice((FamilyState.BETTER, FamilyState.SAME, FamilyState.SAME)),
            )
            if world.end - now() < dt.timedelta(days=16):
                plan_visit(case, by=curator, planned_at=_later(world, rng, 3, 12))


def months_of_a_family(world: World, case: FamilyCase) -> Story:
    """Ask an organisation and give a task now and then; hand in the report in the first days of the next month."""
    rng, told = random.Random(-case.id), first_day(today())
    while True:
        yield _later(world, rng, 24, 34)
        if not case.status.is_open:
            return
        if case.status not in UNDER_PROGRAMME:
            continue
        if rng.random() < 0.3:
            world.tell(_a_request(world, case, rng))
        if rng.random() < 0.2:
            world.tell(_a_task(world, case, rng))
        month = first_day(first_day(today()) - dt.timedelta(days=1))
        if case.started_at is not None and case.started_at < first_day(today()) and month != told:
            told = month
            if rng.random() < 0.9:
                world.tell(_a_report(world, case, rng, month))


def _a_request(world: World, case: FamilyCase, rng: random.Random) -> Story:
    """Ask an organisation; four of five answer, some late."""
    question, answer = rng.choice(ASKED)
    with world.acting_curator(case) as curator:
        referral = send_referral(case, by=curator, partner=rng.choice(world.partners), question=question)
    if rng.random() < 0.2:
        return
    yield _later(world, rng, 5, 20)
    if case.curator_id is None:
        return
    with world.acting_curator(case) as curator:
        record_answer(
            referral, by=curator, text=answer, status=rng.choice((ReferralStatus.ANSWERED, ReferralStatus.DONE))
        )


def _a_task(world: World, case: FamilyCase, rng: random.Random) -> Story:
    """Give the psychologist a task; he does it in some days."""
    with world.acting_curator(case) as curator:
        due = today() + dt.timedelta(days=rng.randint(3, 10))
        task = assign_task(
            case, by=curator, text="Провести беседу с ребёнком", due=due, to_staff=world.staff["gromova"]
        )
    yield _later(world, rng, 1, 9)
    with world.acting("gromova") as psychologist:
        complete(task, by=psychologist, result=rng.choice(DONE))


def _a_report(world: World, case: FamilyCase, rng: random.Random, month: dt.date) -> Story:
    """Hand in the report; the head returns one in ten and accepts it the second time."""
    author = world.curator_of(case)
    with world.acting_staff(author) as curator:
        known = make_report(
            case, by=curator, month=month, family_participation="Семья участвует", proposals="Продолжить"
        )
        submit_report(known, by=curator)
    yield _later(world, rng, 1, 4)
    with world.acting("berezkina") as head:
        if rng.random() < 0.9:
            accept_report(known, by=head)
            return
        send_back(known, by=head, reason="Допишите, что сделала семья.")
    yield _later(world, rng, 1, 3)
    if author.active_to is not None:
        return
    with world.acting_staff(author) as curator:
        submit_report(known, by=curator)
    with world.acting("berezkina") as head:
        accept_report(known, by=head)

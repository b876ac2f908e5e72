"""What a month comes to, on both databases: the facts, the control of the head, R09 and R18."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.programmes.models import ExecutorType
from app.progress import control
from app.progress.facts import facts_of_month
from app.progress.rules import accept_report, make_report, submit_report
from app.referrals.rules import send_referral
from app.referrals.tasks import assign_task
from app.services.rules import record_service
from app.visits.rules import plan_visit, record_visit
from reports import Asked
from tests.make import DAY, child_of, make_service, make_unit
from tests.progress.make import FEBRUARY, in_care, in_force
from tests.reports.reading import exported, lines_of


def test_a_month_is_read_alike(session: Session) -> None:
    unit = make_unit(session)
    by = Actor(user_id=None, name="Главнова", unit_id=unit.id, roles=frozenset({"head_of_service"}), sees_unit=True)
    with clock_at(DAY), acting(by):
        care = in_care(session, by)
        family = {"executor_type": ExecutorType.FAMILY, "executor_id": None}
        (late, _) = in_force(care, {"due": dt.date(2026, 2, 10)}, family)
        visit = record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 10),
                             present=[child_of(care.case.family)])  # fmt: skip
        plan_visit(care.case, by=care.curator, planned_at=dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC))
        record_service(care.case, by=care.curator, service=make_service(session, by), performer=visit.staff,
                       recipient=child_of(care.case.family), on=dt.date(2026, 2, 10))  # fmt: skip
        school = PartnerOrganisation(name="Школа", kind=PartnerKind.EDUCATION, service_unit_id=unit.id)
        session.add(school)
        session.flush()
        send_referral(care.case, by=care.curator, partner=school, question="?")
        assign_task(care.case, by=care.curator, text="Позвонить", due=DAY, to_staff=care.staff(care.psychologist))
        cases = control.accompanied(session, FEBRUARY)
        assert [one.case for one in control.without_report(session, cases, FEBRUARY)] == [care.case]
        report = make_report(care.case, by=care.curator, month=FEBRUARY)
        submit_report(report, by=care.curator)
        accept_report(report, by=care.head)
        session.flush()
        facts = facts_of_month(session, cases, FEBRUARY)[care.case.id]
        assert (len(facts.measures), facts.total, facts.visits.said, facts.sent) == (2, 1, "визитов 1 из 2", 1)
        assert list(control.overdue(session)) == [late]
        assert control.without_report(session, cases, FEBRUARY) == [] == list(control.to_accept(session))
        month, journal = (lines_of(exported(code, session, by, Asked(DAY, health=True))) for code in ("R09", "R18"))
        assert [(line["№ дела"], line["Визитов: факт"], line["Принят"]) for line in month] == [
            (care.case.number, 1, DAY)
        ]
        assert [line["№ исх."] for line in journal] == ["1/2026"]

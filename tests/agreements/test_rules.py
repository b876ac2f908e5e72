"""Rules of agreements and of the end of an accompaniment (S003-2.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import Actor, clock_at, now
from app.agreements.models import AgreementStatus, Initiator
from app.agreements.rules import complete, end_accompaniment, in_force, sign, terminate
from app.cases.models import CaseStatus, EndReason, Outcome
from app.cases.rules import close_case
from app.people.rules import end_membership
from app.programmes.models import VersionStatus
from app.programmes.rules import start_programme
from tests import make
from tests.make import DAY, refused

OPENED = dt.date(2026, 1, 12)
TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        yield both


@pytest.fixture
def session(centre) -> Session:
    return centre[0]


@pytest.fixture
def by(centre) -> Actor:
    return centre[1]


def test_a_signed_agreement_has_a_number_and_starts_the_accompaniment(session, by):
    case, director = make.make_case(session, by), make.make_staff(session, by)
    agreement = make.make_agreement(session, by, case)
    assert (agreement.status, agreement.number, str(agreement)) == (AgreementStatus.DRAFT, None, "Черновик договора")
    sign(agreement, by=by, signed_by=director, on=OPENED)
    kept = (agreement.status, agreement.number, agreement.date, agreement.signed_by, case.started_at, case.planned_end)
    assert kept == (AgreementStatus.SIGNED, "001/2026", OPENED, director, OPENED, agreement.valid_to)


def test_a_later_agreement_does_not_move_the_start(session, by):
    case = make.make_case(session, by)
    complete(make.make_signed_agreement(session, by, case), by=by)
    second = make.make_agreement(session, by, case, valid_from=DAY, valid_to=dt.date(2026, 12, 31))
    sign(second, by=by, signed_by=make.make_staff(session, by))
    assert (second.number, case.started_at, case.planned_end) == ("002/2026", OPENED, dt.date(2026, 12, 31))


def test_an_agreement_with_one_who_is_not_of_the_family_is_refused(session, by):
    case, stranger = make.make_case(session, by), make.make_adult(session, by, last_name="Чужая")
    sentence = "Чужая Мария не законный представитель в этой семье. Выберите взрослого представителя."
    with refused(sentence, "customer_id"):
        make.make_agreement(session, by, case, customer=stranger)


def test_an_agreement_with_a_child_is_refused(session, by):
    case = make.make_case(session, by)
    sentence = "Тестов Пётр не законный представитель в этой семье. Выберите взрослого представителя."
    with refused(sentence, "customer_id"):
        make.make_agreement(session, by, case, customer=make.child_of(case.family))


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"valid_to": OPENED}, "Договор заканчивается позже, чем начинается. Проверьте срок.", "valid_to"),
        ({"help_kinds": []}, "Отметьте хотя бы один вид помощи.", "help_kinds"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(session, by, values, sentence, field):
    case = make.make_case(session, by)
    with refused(sentence, field):
        make.make_agreement(session, by, case, **values)


def test_no_agreement_is_drafted_for_a_case_that_ended(session, by):
    case = make.make_case(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused("Дело № 001/2026 закончено: снята. Заведите новое дело."):
        make.make_agreement(session, by, case)


def test_no_agreement_is_signed_for_a_case_that_ended(session, by):
    case, director = make.make_case(session, by), make.make_staff(session, by)
    agreement = make.make_agreement(session, by, case)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused("Дело № 001/2026 закончено: снята. Заведите новое дело."):
        sign(agreement, by=by, signed_by=director)


def test_an_agreement_is_signed_once(session, by):
    agreement = make.make_signed_agreement(session, by, make.make_case(session, by))
    with refused("Подписывают черновик, а договор подписан."):
        sign(agreement, by=by, signed_by=agreement.signed_by)


def test_one_who_left_the_family_does_not_sign(session, by):
    case, director = make.make_case(session, by), make.make_staff(session, by)
    agreement = make.make_agreement(session, by, case)
    end_membership(case.family.members[0], by=by)
    sentence = "Тестова Мария не законный представитель в этой семье. Выберите взрослого представителя."
    with refused(sentence, "customer_id"):
        sign(agreement, by=by, signed_by=director)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (TOMORROW, "Этот день ещё не наступил. Проверьте дату договора."),
        (dt.date(2026, 1, 11), "Дело заведено 12.01.2026. Укажите день не раньше."),
        (DAY, "Срок договора к этому дню уже прошёл. Составьте новый договор."),
    ],
)
def test_an_agreement_is_not_signed_on_a_day_that_cannot_be(session, by, on, sentence):
    case, director = make.make_case(session, by), make.make_staff(session, by)
    agreement = make.make_agreement(session, by, case, valid_to=dt.date(2026, 2, 17))
    with refused(sentence, "date"):
        sign(agreement, by=by, signed_by=director, on=on)


def test_one_who_no_longer_works_here_does_not_sign(session, by):
    case, director = make.make_case(session, by), make.make_staff(session, by, active_to=OPENED)
    agreement = make.make_agreement(session, by, case)
    with refused(f"{director} не работает в этот день. Выберите другого сотрудника.", "signed_by_id"):
        sign(agreement, by=by, signed_by=director)


def test_a_second_agreement_in_force_is_refused(session, by):
    case = make.make_case(session, by)
    make.make_signed_agreement(session, by, case)
    with refused("У семьи уже действует договор № 001/2026. Сначала завершите его."):
        make.make_signed_agreement(session, by, case)


def test_the_database_refuses_a_second_agreement_in_force(session, by):
    case = make.make_case(session, by)
    make.make_signed_agreement(session, by, case)
    second = make.make_agreement(session, by, case)
    second.status, second.number, second.date = AgreementStatus.SIGNED, "002/2026", DAY
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_database_refuses_a_signed_agreement_without_a_number(session, by):
    agreement = make.make_agreement(session, by, make.make_case(session, by))
    agreement.status = AgreementStatus.COMPLETED
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_agreement_is_terminated_with_a_reason(session, by):
    agreement = make.make_signed_agreement(session, by, make.make_case(session, by))
    terminate(agreement, by=by, initiator=Initiator.FAMILY, reason=" Переезд ")
    kept = (agreement.status, agreement.ended_at, agreement.termination_initiator, agreement.termination_reason)
    assert kept == (AgreementStatus.TERMINATED, DAY, Initiator.FAMILY, "Переезд")


def test_an_agreement_is_not_terminated_without_a_reason(session, by):
    agreement = make.make_signed_agreement(session, by, make.make_case(session, by))
    with refused("Напишите, почему договор расторгнут.", "termination_reason"):
        terminate(agreement, by=by, initiator=Initiator.FAMILY, reason=" ")


def test_a_draft_is_not_completed(session, by):
    agreement = make.make_agreement(session, by, make.make_case(session, by))
    with refused("Закончить можно подписанный договор, а этот черновик."):
        complete(agreement, by=by)


@pytest.mark.parametrize("on", [dt.date(2026, 1, 11), TOMORROW])
def test_an_agreement_ends_between_signing_and_today(session, by, on):
    agreement = make.make_signed_agreement(session, by, make.make_case(session, by))
    with refused("Договор заканчивается не раньше подписания и не позже сегодняшнего дня.", "ended_at"):
        complete(agreement, by=by, on=on)


@pytest.mark.parametrize(
    ("reason", "status", "initiator"),
    [
        (EndReason.CHILDREN_GROWN, AgreementStatus.COMPLETED, None),
        (EndReason.FAMILY_REFUSED, AgreementStatus.TERMINATED, Initiator.FAMILY),
        (EndReason.AGREEMENT_BROKEN, AgreementStatus.TERMINATED, Initiator.CENTRE),
    ],
)
def test_the_agreement_ends_with_the_case(session, by, reason, status, initiator):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    agreement = in_force(case)
    with clock_at(TOMORROW):
        end_accompaniment(case, by=by, reason=reason, outcome=Outcome.PARTIAL)
    kept = (case.status, agreement.status, agreement.ended_at, agreement.termination_initiator, in_force(case))
    assert kept == (CaseStatus.CLOSED, status, TOMORROW, initiator, None)


def test_a_case_without_an_agreement_ends_alone(session, by):
    case = make.make_case(session, by)
    end_accompaniment(case, by=by, reason=EndReason.MOVED)
    assert (case.status, case.agreements) == (CaseStatus.CLOSED, [])


@pytest.mark.parametrize(
    ("before", "reason", "after"),
    [
        (VersionStatus.IN_FORCE, EndReason.CHILDREN_GROWN, VersionStatus.COMPLETED),
        (VersionStatus.IN_FORCE, EndReason.MOVED, VersionStatus.TERMINATED),
        (VersionStatus.SUBMITTED, EndReason.MOVED, VersionStatus.DRAFT),
        (VersionStatus.DRAFT, EndReason.MOVED, VersionStatus.DRAFT),
    ],
)
def test_the_programme_ends_with_the_case(session, by, before, reason, after):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    version = start_programme(session, case, by=by, goal="Мальчик говорит", valid_from=DAY, valid_to=TOMORROW)
    # Set at once: how a version gets here is the business of other tests.
    version.status = before
    end_accompaniment(case, by=by, reason=reason, outcome=Outcome.PARTIAL)
    assert (version.status, case.status) == (after, CaseStatus.CLOSED)


def test_a_case_does_not_end_while_a_meeting_is_about_to_decide_on_its_programme(session, by):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    version = start_programme(session, case, by=by, goal="Мальчик говорит", valid_from=DAY, valid_to=TOMORROW)
    version.status, version.agenda_closed_at = VersionStatus.SUBMITTED, now()
    with refused("Повестка заседания закрыта, отозвать программу уже нельзя. Дождитесь решения."):
        end_accompaniment(case, by=by, reason=EndReason.MOVED, outcome=Outcome.PARTIAL)

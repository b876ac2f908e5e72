"""When an agreement is signed in each centre, how it is changed, and what is written of its breach."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.agreements.models import Agreement, AgreementStatus, HelpKind, Initiator
from app.agreements.rules import amend, change_draft, draft_agreement, programme_end, record_breach, sign, terminate
from app.base import RuleBroken
from app.cases.models import FamilyCase
from app.cases.rules import assign_curator
from tests.make import DAY, mother_of, refused
from tests.office import Office, Offices

UNTIL = dt.date(2026, 12, 31)
DUTIES = {"family_duties": "Приходить на занятия", "centre_duties": "Помогать бесплатно"}


def drafted(office: Office, case: FamilyCase, **more: Any) -> Agreement:
    """Draft an agreement with the mother."""
    values = {"customer": mother_of(case.family), "valid_from": DAY, "valid_to": UNTIL, **more}
    return draft_agreement(case, by=office.curator, help_kinds=[HelpKind.SOCIAL], **DUTIES, **values)


def signed(office: Office, stage: str = "agreement", **more: Any) -> Agreement:
    """Sign an agreement about a case on *stage*."""
    agreement = drafted(office, office.case(stage), **more)
    sign(agreement, by=office.director, signed_by=office.staff(office.director), on=DAY)
    return agreement


# ---- the order of the four events --------------------------------------------------------------------


def test_S000_7_an_agreement_is_signed_before_the_programme(offices: Offices):
    with offices.at("sudogda") as office:
        agreement = drafted(office, office.case("agreement"))
        sign(agreement, by=office.curator, signed_by=office.staff(office.director), on=DAY)
        assert (agreement.status, agreement.number) == (AgreementStatus.SIGNED, "001/2026")
        assert (agreement.case.started_at, programme_end(agreement.case)) == (DAY, None)


def test_S004_2_c_an_agreement_before_the_approval_is_refused(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2", "programme_family_agreed")
        agreement = drafted(office, case)
        with refused("Сначала другое (этап 2 Схемы). ИПСС не утверждена."):
            sign(agreement, by=office.curator, signed_by=office.staff(office.director), on=DAY)

        approved = drafted(office, office.case("s2", "programme_family_agreed", "programme_approved"))
        sign(approved, by=office.curator, signed_by=office.staff(office.director), on=DAY)

        assert approved.status is AgreementStatus.SIGNED


def test_S002_3_3_3_a_tutor_before_the_approval_is_refused(offices: Offices):
    with offices.at("mishkino") as office:
        case = office.case("s2", led=False)
        with pytest.raises(RuleBroken, match="«Назначить социального тьютора» – на этапе «Назначение социального"):
            assign_curator(case, office.staff(office.curator), by=office.head, on=DAY)
        assign_curator(office.case("s3", led=False), office.staff(office.curator), by=office.head, on=DAY)


def test_S003_3_4_the_agreement_comes_before_curator_and_programme(offices: Offices):
    with offices.at("alliance") as office:
        agreement = drafted(office, office.case("agreement", led=False))
        sign(agreement, by=office.director, signed_by=office.staff(office.director), on=DAY)
        assert (agreement.status, agreement.case.curator, programme_end(agreement.case)) == (
            AgreementStatus.SIGNED, None, None,
        )  # fmt: skip


def test_S003_2_5_the_director_signs(offices: Offices):
    with offices.at("alliance") as office:
        agreement = drafted(office, office.case("agreement", led=False))
        with pytest.raises(RuleBroken, match="«Заключить договор» делает Директор"):
            sign(agreement, by=office.curator, signed_by=office.staff(office.director), on=DAY)


def test_S001_2_4_b_without_an_application_no_agreement(offices: Offices):
    with offices.at("sudogda") as office:
        agreement = drafted(office, office.case("file"))
        with pytest.raises(RuleBroken, match="«Заключить договор» – на этапе «Заключение договора»"):
            sign(agreement, by=office.curator, signed_by=office.staff(office.director), on=DAY)


def test_S002_3_3_4_an_agreement_lasts_as_long_as_the_programme(offices: Offices):
    with offices.at("mishkino") as office:
        case = office.case("s4", "programme_approved")
        assert drafted(office, case, valid_to=None).valid_to == programme_end(case)
        with refused("Укажите, до какого дня действует соглашение.", "valid_to"):
            drafted(office, office.case("s4"), valid_to=None)


def test_S002_1_5_f_both_sides_promise_something(offices: Offices):
    with offices.at("mishkino") as office:
        agreement = drafted(office, office.case("s4"))
        assert (agreement.family_duties, agreement.centre_duties) == tuple(DUTIES.values())


# ---- changes -----------------------------------------------------------------------------------------


def test_S003_2_5_an_additional_agreement_changes_the_term(offices: Offices):
    with offices.at("sudogda") as office:
        agreement, later = signed(office), dt.date(2027, 3, 1)
        first = amend(agreement, by=office.curator, changes="Добавлены занятия", on=DAY,
                      signed_by=office.staff(office.director))  # fmt: skip
        second = amend(agreement, by=office.director, changes=" Продлён ", new_valid_to=later, on=DAY,
                       signed_by=office.staff(office.director))  # fmt: skip
        assert [(one.number, one.changes, one.old_valid_to) for one in (first, second)] == [
            (1, "Добавлены занятия", UNTIL),
            (2, "Продлён", UNTIL),
        ]
        assert (agreement.status, agreement.valid_to, agreement.case.planned_end) == (
            AgreementStatus.SIGNED, later, later,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"changes": " "}, "Напишите, что меняется.", "changes"),
        ({"on": dt.date(2026, 2, 17)},
         "Изменения подписывают не раньше договора и не позже сегодняшнего дня.", "date"),
        ({"new_valid_to": dt.date(2026, 2, 1)}, "Новый срок уже прошёл. Проверьте дату.", "new_valid_to"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused(offices: Offices, values, sentence, field):
    with offices.at("sudogda") as office:
        usual = {"changes": "Продлён", "on": DAY, "signed_by": office.staff(office.director)}
        with refused(sentence, field):
            amend(signed(office), by=office.curator, **{**usual, **values})


def test_only_a_signed_agreement_is_changed_and_by_whom_the_order_names(offices: Offices):
    with offices.at("sudogda") as office:
        usual = {"changes": "Продлён", "on": DAY, "signed_by": office.staff(office.director)}
        with refused("Изменить можно подписанный договор, а этот черновик."):
            amend(drafted(office, office.case("agreement")), by=office.curator, **usual)
        agreement = signed(office)
        with pytest.raises(RuleBroken, match="«Изменить договор» делает"):
            amend(agreement, by=office.psychologist, **usual)
        gone = office.staff(office.hire("director", active_to=dt.date(2026, 1, 31)))
        with refused(f"{gone} не работает в этот день. Выберите другого сотрудника.", "signed_by_id"):
            amend(agreement, by=office.curator, **{**usual, "signed_by": gone})


def test_an_agreement_is_terminated_by_whom_the_order_names(offices: Offices):
    with offices.at("sudogda") as office:
        agreement = signed(office)
        ending = {"initiator": Initiator.FAMILY, "reason": "Переезд", "on": DAY}
        with pytest.raises(RuleBroken, match="«Расторгнуть договор» делает"):
            terminate(agreement, by=office.curator, **ending)
        terminate(agreement, by=office.head, **ending)
        assert agreement.status is AgreementStatus.TERMINATED


# ---- breaches ----------------------------------------------------------------------------------------


def test_S002_1_5_f_a_breach_of_the_familys_duties_is_written_down_with_its_day(offices: Offices):
    with offices.at("mishkino") as office:
        agreement = signed(office, "s4")
        breach = record_breach(agreement, by=office.head, duty=" Пропустили занятия ", on=DAY, measures_taken="Беседа")
        assert (breach.date, breach.duty, breach.measures_taken) == (DAY, "Пропустили занятия", "Беседа")


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"duty": " "}, "Напишите, какая обязанность нарушена.", "duty"),
        ({"on": dt.date(2026, 2, 17)}, "В этот день соглашение не действует. Проверьте дату.", "date"),
        ({"on": dt.date(2026, 2, 19)}, "В этот день соглашение не действует. Проверьте дату.", "date"),
    ],
)
def test_a_breach_that_cannot_be_is_refused(offices: Offices, values, sentence, field):
    with offices.at("mishkino") as office, refused(sentence, field):
        record_breach(signed(office, "s4"), by=office.head, **{"duty": "Пропуск", "on": DAY, **values})


def test_what_is_signed_is_changed_by_an_additional_agreement_only(offices: Offices):
    with offices.at("sudogda") as office:
        draft = drafted(office, office.case("agreement"))
        change_draft(draft, by=office.curator, family_duties="Приходить вовремя")
        assert draft.family_duties == "Приходить вовремя"
        with refused("Отметьте хотя бы один вид помощи.", "help_kinds"):
            change_draft(draft, by=office.curator, help_kinds=[])
        with refused("Договор подписан: внесите изменения кнопкой «Изменить условия»."):
            change_draft(signed(office), by=office.curator, family_duties="Иначе")

"""Acts on living conditions: drafted, signed, never changed (S000-6d, S004-1-c)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.assessment.acts import acquaint, change_act, change_health, note_health, remove_act, sign_act
from app.assessment.lists import ActStatus, Sanitary
from app.assessment.models import ActHealth, LivingConditionsAct
from app.base import RuleBroken
from app.cases.models import EndReason, FamilyCase, StageMove
from app.cases.rules import close_case
from app.cases.stages import enter
from app.journal.models import JournalRow
from app.organisation.models import ServiceUnit, StaffMember
from app.people.consents import NONE
from tests.assessment.make import consent, make_act
from tests.by_order import case_on, work_by
from tests.make import DAY, child_of, make_actor, make_adult, make_staff, refused

TOMORROW = DAY + dt.timedelta(days=1)
SIGNED = "Акт подписан, его не меняют. Составьте новый."


def test_S000_6d_an_act_is_signed_by_its_commission_and_gets_the_next_number(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    first, second = make_act(case), make_act(case, sanitary=Sanitary.POOR)
    assert (second.number, second.status, second.signed_at) == (None, ActStatus.DRAFT, None)
    sign_act(second, by=by)
    sign_act(first, by=by)
    assert (second.number, first.number) == ("001/2026", "002/2026")
    assert (second.status, second.signed_at is not None, str(second)) == (
        ActStatus.SIGNED, True, "Акт № 001/2026 от 18.02.2026",
    )  # fmt: skip
    sentences = session.scalars(select(JournalRow.sentence).where(JournalRow.verb == "act.sign")).all()
    assert sentences[0] == f"Дело № {case.number}: подписан, Акт № 001/2026 от 18.02.2026."


def test_S000_6d_the_act_keeps_who_was_in_the_family_the_day_it_was_signed(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    act = make_act(case)
    sign_act(act, by=by)
    assert act.composition == "мать – Тестова Мария, 04.05.1990\nребёнок – Тестов Пётр, 01.06.2018"


def test_the_numbers_of_acts_begin_anew_each_year(session: Session, by: Actor, case: FamilyCase) -> None:
    old, new = make_act(case, date=dt.date(2025, 12, 30)), make_act(case)
    sign_act(new, by=by)
    sign_act(old, by=by)
    assert (old.number, new.number) == ("001/2025", "001/2026")


def test_S000_6d_an_act_of_a_day_to_come_is_refused(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
        make_act(case, date=TOMORROW)
    act = make_act(case)
    with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
        change_act(act, by=by, date=TOMORROW)


def test_S000_6d_nobody_signs_an_act_without_a_commission(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Отметьте хотя бы одного специалиста комиссии.", "commission_ids"):
        make_act(case, commission=[])


def test_who_did_not_work_here_sits_in_no_commission(session: Session, by: Actor, case: FamilyCase) -> None:
    gone = make_staff(session, by, active_to=dt.date(2026, 1, 31))
    with refused(f"{gone} не работает в этот день. Выберите другого сотрудника.", "commission_ids"):
        make_act(case, commission=[gone])


def test_an_act_needs_the_address_it_was_made_at(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Укажите адрес обследования.", "address"):
        make_act(case, address="  ")


def test_S000_6d_an_act_without_a_conclusion_is_not_signed(session: Session, by: Actor, case: FamilyCase) -> None:
    act = make_act(case, conclusion=" ")
    with refused("В акте нет вывода. Напишите его и подпишите."):
        sign_act(act, by=by)
    assert (act.status, act.number) == (ActStatus.DRAFT, None)


def test_somebody_of_another_family_was_not_present(session: Session, by: Actor, case: FamilyCase) -> None:
    stranger = make_adult(session, by, last_name="Чужова")
    with refused(f"{stranger} не из этой семьи. Впишите его в «Ещё в комиссии».", "present_ids"):
        make_act(case, present=[stranger])


def test_S000_6d_a_signed_act_is_never_changed(
    session: Session, by: Actor, case: FamilyCase, staff: StaffMember
) -> None:
    act = make_act(case, commission=[staff])
    change_act(act, by=by, conclusion="Дому нужна печь и свет", present=[child_of(case.family)])
    sign_act(act, by=by)
    with refused(SIGNED):
        change_act(act, by=by, conclusion="Иначе")
    with refused(SIGNED):
        sign_act(act, by=by)
    with refused(SIGNED):
        remove_act(act, by=by)
    with refused(SIGNED):
        note_health(act, child_of(case.family), by=by, note="Здоров")
    assert (act.conclusion, act.commission, act.present) == (
        "Дому нужна печь и свет", [staff], [child_of(case.family)],
    )  # fmt: skip


def test_a_draft_made_by_mistake_is_removed(session: Session, by: Actor, case: FamilyCase) -> None:
    consent(child_of(case.family))
    act = make_act(case)
    note_health(act, child_of(case.family), by=by, note="Здоров")
    session.flush()
    remove_act(act, by=by)
    session.flush()
    assert session.scalars(select(LivingConditionsAct)).all() == session.scalars(select(ActHealth)).all() == []


def test_a_case_that_has_ended_gets_no_act(session: Session, by: Actor, case: FamilyCase, staff: StaffMember) -> None:
    act = make_act(case)
    close_case(case, by=by, reason=EndReason.MOVED)
    ended = f"Дело № {case.number} закончено: снята. Заведите новое дело."
    with refused(ended):
        make_act(case, commission=[staff])
    with refused(ended):
        sign_act(act, by=by)


def test_the_family_reads_the_signed_act_once(session: Session, by: Actor, case: FamilyCase) -> None:
    act = make_act(case, date=DAY - dt.timedelta(days=3))
    with refused("Сначала подпишите акт, потом знакомьте с ним семью."):
        acquaint(act, by=by)
    sign_act(act, by=by)
    with refused("Этот день ещё не наступил. Проверьте дату.", "acquainted_on"):
        acquaint(act, by=by, on=TOMORROW)
    with refused("Обследовали 15.02.2026. Укажите день не раньше.", "acquainted_on"):
        acquaint(act, by=by, on=dt.date(2026, 2, 14))
    acquaint(act, by=by)
    with refused("Семья ознакомлена с актом 18.02.2026."):
        acquaint(act, by=by)


# ---- health ------------------------------------------------------------------------------------------


def test_health_is_written_down_only_of_who_consents(session: Session, by: Actor, case: FamilyCase) -> None:
    act, boy = make_act(case), child_of(case.family)
    with refused(NONE, "note"):
        note_health(act, boy, by=by, note="Астма")
    consent(boy)
    told = note_health(act, boy, by=by, note="Астма")
    session.flush()
    change_health(told, by=by, note="Астма, лёгкая")
    assert told.note == "Астма, лёгкая"
    stored = session.connection().exec_driver_sql("SELECT note FROM act_health").scalar()
    assert isinstance(stored, bytes) and "Астма".encode() not in stored


def test_health_in_an_act_is_refused_twice_empty_and_of_strangers(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    act, boy = make_act(case), child_of(case.family)
    consent(boy)
    with refused("Напишите, что сказано или видно о здоровье.", "note"):
        note_health(act, boy, by=by, note=" ")
    stranger = make_adult(session, by, last_name="Чужова")
    with refused(f"{stranger} не из этой семьи. Выберите её члена.", "person_id"):
        note_health(act, stranger, by=by, note="Здорова")
    note_health(act, boy, by=by, note="Здоров")
    with refused("О здоровье этого человека в акте уже сказано. Измените прежнюю строку.", "person_id"):
        note_health(act, boy, by=by, note="Здоров")


# ---- the order of work -------------------------------------------------------------------------------


@pytest.fixture
def unit(session: Session, by: Actor) -> ServiceUnit:
    """Return the unit of the head."""
    return session.get_one(ServiceUnit, by.unit)


def test_S004_1_c_an_act_is_signed_by_whom_the_order_of_work_names_and_on_its_stage(
    session: Session, by: Actor, staff: StaffMember, unit: ServiceUnit
) -> None:
    work_by(session, by, "rostov")
    case = case_on(session, by, "s1")
    first, second = make_act(case), make_act(case)
    with pytest.raises(RuleBroken, match=r"^«Подписать акт обследования» делает "):
        sign_act(first, by=make_actor(unit, staff=staff, roles=("registrar",)))
    sign_act(first, by=make_actor(unit, staff=staff, roles=("psychologist",)))
    enter(case, "s3", by=by, move=StageMove.OVERRIDDEN, reason="для проверки")
    with pytest.raises(RuleBroken, match=r"^«Подписать акт обследования» – на этапе «Этап выявления проблемы семьи»"):
        sign_act(second, by=make_actor(unit, staff=staff, roles=("psychologist",)))
    assert (first.number, second.number) == ("001/2026", None)

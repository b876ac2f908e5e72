"""How a case goes from stage to stage: forward, over an optional stage, back, with a reason of the director."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.acting import SYSTEM, Actor, acting, clock_at
from app.assessment.lists import AssessmentKind
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import CaseStatus, EndReason, FamilyCase, StageMove, StagePeriod
from app.cases.rules import assign_curator, close_case, resume, suspend
from app.cases.stages import enter
from app.journal.models import JournalRow
from app.meetings.models import DecisionKind, ItemKind
from app.organisation.models import OrganisationType, ServiceUnit
from app.process import moves
from app.profiles.order import GuardRef
from app.programmes.models import VersionStatus
from tests.make import DAY, make_actor, make_case, make_staff, make_unit, refused
from tests.process import facts
from tests.process.conftest import Centres
from tests.process.facts import FACTS, World

NEXT_DAY = dt.datetime(2026, 2, 19, 9, tzinfo=dt.UTC)

OPTIONAL = (
    "        - {to: s3, guards: []}\n",
    "        - {to: extra, guards: []}\n"
    "    - code: extra\n"
    "      label: Знакомство\n"
    "      status: planning\n"
    "      clause: установлено центром\n"
    "      optional: true\n"
    "      entry: []\n"
    "      exit:\n"
    "        - {guard: has_social_contacts, clause: установлено центром}\n"
    "      documents: []\n"
    "      actions:\n"
    "        - {code: case.advance, label: Перейти дальше, roles: [head_of_department], clause: установлено центром}\n"
    "        - {code: assessment.finish, label: Завершить диагностику, roles: [curator], clause: установлено центром}\n"
    "      next:\n"
    "        - {to: s3, guards: []}\n",
)
"""An optional stage put between the second and the third of «mishkino»."""


def who(world: World, role: str) -> Actor:
    """Return somebody of the unit with the *role*, who sees what a role sees."""
    unit = world.session.get_one(ServiceUnit, world.case.service_unit_id)
    return make_actor(unit, staff=make_staff(world.session, world.by), roles=(role,))


def in_words(world: World) -> AbstractContextManager[Actor]:
    """Act in the words of the centre of *world*."""
    return acting(replace(world.by, words=world.order.words))


def periods(case: FamilyCase) -> list[tuple[str, StageMove, bool]]:
    """Return where the case has stood, how it came there, and whether it stands there still."""
    found = session_of(case).scalars(select(StagePeriod).where(StagePeriod.case_id == case.id).order_by(StagePeriod.id))
    return [(one.stage, one.move, one.left_at is None) for one in found]


# ---- opening ------------------------------------------------------------------------------------------------------


def test_S000_0_a_family_without_a_disabled_child_is_not_taken_in_but_by_the_director(centres: Centres) -> None:
    with centres.world("sudogda") as world:
        FACTS["has_intake"](world)
        outside = (
            "Дело не заведено. Семья не относится к целевой группе: ребёнок-инвалид, ребёнок с ограниченными "
            "возможностями здоровья. Если справка есть, внесите её в карточку ребёнка. Завести дело можно и без этого: "
            "решает Директор, с письменным обоснованием."
        )
        with refused(outside):
            moves.admit(world.case, by=who(world, "head_of_service"))
        with refused(outside):
            moves.admit(world.case, by=who(world, "head_of_service"), reason="Ребёнок ждёт комиссию")
        director = who(world, "director")
        opens = "Заведующая ОССО – руководитель Службы сопровождения, Участковый социальный работник"
        with refused(f"«Открыть случай» делает {opens} (специалист по социальной работе). Попросите об этом."):
            moves.admit(world.case, by=director)
        moves.admit(world.case, by=director, reason="Ребёнок ждёт комиссию")
        period = world.session.scalars(select(StagePeriod).where(StagePeriod.case_id == world.case.id)).one()
        assert (period.move, period.reason) == (StageMove.OVERRIDDEN, "Ребёнок ждёт комиссию")
        assert (period.lacking or "").startswith("Семья не относится к целевой группе")


@pytest.mark.rows("S002-1.1")
@pytest.mark.parametrize(("name", "fact"), [("sudogda", "target_group_ok"), ("mishkino", "target_group_ok")])
def test_a_family_of_the_target_group_is_taken_in(centres: Centres, name: str, fact: str) -> None:
    with centres.world(name) as world:
        FACTS["has_intake"](world)
        FACTS[fact](world)
        assert moves.admit(world.case, by=world.by) is world.case


@pytest.mark.rows("S004-О-8")
def test_a_rehabilitation_centre_takes_families_of_disabled_children_only(centres: Centres) -> None:
    with centres.world("rostov") as world:
        unit = world.session.get_one(ServiceUnit, world.case.service_unit_id)
        kind, unit.organisation_type = unit.organisation_type, OrganisationType.REHABILITATION_DISABLED
        ref = GuardRef("target_group_ok", "заголовок Схемы")
        assert gate.unmet(world.case, ref) == "Семья не относится к целевой группе: в ней нет ребёнка-инвалида."
        FACTS["target_group_ok"](world)
        assert gate.unmet(world.case, ref) is None
        unit.organisation_type = kind


def test_a_message_that_brought_the_family_before_counts_for_the_case_that_continues(centres: Centres) -> None:
    with centres.world("rostov") as world:
        FACTS["has_intake"](world)
        close_case(world.case, by=world.by, reason=EndReason.MOVED)
        again = make_case(world.session, world.by, family=world.case.family)
        ref = GuardRef("has_intake", "установлено центром")
        assert gate.unmet(again, ref) == "Обращение о семье не зарегистрировано."
        again.previous_case = world.case
        world.session.flush()
        assert gate.unmet(again, ref) is None


# ---- forward ------------------------------------------------------------------------------------------------------


def test_S003_1_2_the_order_of_work_says_where_a_case_goes_from_each_stage(centres: Centres) -> None:
    with centres.world("alliance", "application") as world:
        with refused("Отсюда нет перехода «Реализация программы». Отсюда можно: «Заключение договора».", "to_stage"):
            moves.advance(world.case, "implement", by=world.by)
        with refused("Отсюда нет перехода «снятие с учёта». Отсюда можно: «Заключение договора».", "to_stage"):
            moves.advance(world.case, "closed", by=world.by)
        with refused("Отсюда нет перехода «nowhere». Отсюда можно: «Заключение договора».", "to_stage"):
            moves.advance(world.case, "nowhere", by=world.by)


def test_moving_on_falls_to_whom_the_order_of_work_names(centres: Centres) -> None:
    with centres.world("sudogda") as world:
        FACTS["has_source"](world)
        with refused("«Перейти дальше» делает Заведующая ОССО – руководитель Службы сопровождения. Попросите об этом."):
            moves.advance(world.case, "file", by=who(world, "curator"))
        moves.advance(world.case, "file", by=who(world, "head_of_service"))
        assert periods(world.case) == [("identify", StageMove.OPENED, False), ("file", StageMove.ADVANCED, True)]
        told = world.session.scalars(select(JournalRow).where(JournalRow.record_id == world.case.id)).all()
        assert told[-1].verb != "" and any(one.verb == "case.advance" for one in told)


def test_leaving_identification_includes_the_family_in_the_data_bank(centres: Centres) -> None:
    with centres.world("sudogda") as world:
        FACTS["has_source"](world)
        assert world.case.registered_at is None
        moves.advance(world.case, "file", by=world.by)
        assert world.case.registered_at == DAY


def test_a_case_refused_recognition_ends(centres: Centres) -> None:
    with centres.world("alliance") as world:
        FACTS["recognition_negative"](world)
        moves.advance(world.case, "refused", by=world.by)
        assert (world.case.status, world.case.end_reason) == (CaseStatus.REFUSED, EndReason.OTHER)
        with pytest.raises(RuleBroken, match=r"^Дело № .* закончено: отказ\."):
            moves.advance(world.case, "application", by=world.by)


def test_a_case_is_taken_off_the_register_by_its_conclusion_only(centres: Centres) -> None:
    with centres.world("sudogda", "finish") as world:
        FACTS["decision_terminate"](world)
        with refused(moves.BY_CONCLUSION):
            moves.advance(world.case, "closed", by=world.by)
        with refused(moves.BY_CONCLUSION, "to_stage"):
            moves.override(world.case, "closed", by=world.by, reason="Так надо")


def test_a_paused_case_stays_where_it_is(centres: Centres) -> None:
    with centres.world("rostov", "s3") as world:
        FACTS["has_interim_assessment"](world)
        suspend(world.case, by=world.by, reason="Санаторий", until=DAY + dt.timedelta(days=30))
        for move in (moves.advance, moves.override, moves.skip):
            with refused("Сопровождение приостановлено. Сначала возобновите его."):
                more = {} if move is moves.advance else {"reason": "Так надо"}
                move(world.case, "s4", by=world.by, **more)  # type: ignore[arg-type]
        resume(world.case, by=world.by)
        moves.advance(world.case, "s4", by=world.by)
        assert world.case.stage == "s4"


def test_a_centre_without_an_order_of_work_has_no_stages(centres: Centres) -> None:
    with centres.world("rostov") as world:
        unit = make_actor(make_unit(world.session))
        with acting(unit):
            case = make_case(world.session, unit)
            assert moves.ways(case) == ()
            with refused(moves.NO_ORDER):
                moves.advance(case, "s1", by=unit)


# ---- what follows from entering the work --------------------------------------------------------------------------


def test_the_approved_programme_acts_when_the_work_begins(centres: Centres) -> None:
    with centres.world("sudogda", "programme") as world:
        for code in ("programme_approved", "has_agreement"):
            FACTS[code](world)
        moves.advance(world.case, "implement", by=world.by)
        assert facts.version(world).status is VersionStatus.IN_FORCE


def test_S003_3_5_c_the_agreed_programme_acts_where_nobody_approves(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world:
        for code in ("has_primary_assessment", "has_problems", "has_resources", "has_level", "programme_family_agreed"):
            FACTS[code](world)
        moves.advance(world.case, "implement", by=world.by)
        assert facts.version(world).status is VersionStatus.IN_FORCE


# ---- the order of things (the four centres side by side) ----------------------------------------------------------


def test_S002_3_3_3_the_tutor_is_appointed_after_the_approval(centres: Centres) -> None:
    with centres.world("mishkino", "s2") as world, in_words(world):
        tutor = make_staff(world.session, world.by)
        early = (
            "«Назначить социального тьютора» – на этапе «Назначение социального тьютора» (п. 3.3 Положения, этап 3), "
            "а дело на этапе «Разработка и утверждение программы сопровождения». До этого: программа сопровождения "
            "утверждена."
        )
        with refused(early, "staff_id"):
            assign_curator(world.case, tutor, by=world.by)
        FACTS["programme_approved"](world)
        moves.advance(world.case, "s3", by=world.by)
        assign_curator(world.case, tutor, by=world.by)
        assert world.case.curator is tutor


def test_in_rostov_the_curator_comes_after_the_application(centres: Centres) -> None:
    with centres.world("rostov") as world:
        curator = make_staff(world.session, world.by)
        with refused("Сначала другое (этап 1 Схемы). Нет письменного заявления.", "staff_id"):
            assign_curator(world.case, curator, by=world.by)
        FACTS["has_application"](world)
        assign_curator(world.case, curator, by=world.by)
        assert gate.unmet(world.case, GuardRef("has_curator", "этап 1 Схемы")) is None


def test_in_sudogda_the_agreement_may_come_before_the_programme(centres: Centres) -> None:
    with centres.world("sudogda", "agreement") as world:
        assert gate.refusal(world.case, "agreement.sign", by=world.by) is None


def test_in_alliance_nobody_approves_programmes(centres: Centres) -> None:
    with centres.world("alliance", "diagnose") as world:
        sentence = gate.refusal(world.case, "programme.submit", by=world.by) or ""
        assert sentence.startswith("В вашем порядке работы этого действия нет")


# ---- a second round asks for new ones -----------------------------------------------------------------------------


@pytest.mark.rows("S004-4-b", "S003-3.6-a")
def test_after_a_decision_to_go_on_the_round_asks_for_new_papers(centres: Centres) -> None:
    with centres.world("rostov", "s3") as world:
        FACTS["has_interim_assessment"](world)
        moves.advance(world.case, "s4", by=world.by)
        FACTS["efficiency_reviewed"](world)
        FACTS["decision_continue"](world)
        with clock_at(NEXT_DAY):
            moves.advance(world.case, "s3", by=world.by)
            again = "Промежуточная диагностика от 18.02.2026 была до этого этапа, нужна новая."
            with refused(f"Перейти дальше пока нельзя. {again.rstrip('.')} (этап 3 Схемы)."):
                moves.advance(world.case, "s4", by=world.by)
            facts.assessed(AssessmentKind.INTERIM)(world)
            moves.advance(world.case, "s4", by=world.by)
            missing = [one.missing for way in moves.ways(world.case) for one in (*way.common, *way.own)]
            assert missing == [
                "Анализ эффективности не завершён.", "Нет решения прекратить сопровождение.",
                "Анализ эффективности не завершён.", "Нет решения продолжить сопровождение.",
            ]  # fmt: skip


def test_of_two_decisions_of_a_round_the_last_counts(centres: Centres) -> None:
    with centres.world("rostov", "s4") as world:
        facts.decided(ItemKind.CONTINUATION, DecisionKind.CONTINUE)(world)
        assert gate.unmet(world.case, GuardRef("decision_terminate", "x")) == "Решено продолжить сопровождение."
        facts.decided(ItemKind.CONTINUATION, DecisionKind.TERMINATE)(world)
        assert gate.unmet(world.case, GuardRef("decision_continue", "x")) == "Решено прекратить сопровождение."
        assert gate.unmet(world.case, GuardRef("decision_terminate", "x")) is None


# ---- over an optional stage ---------------------------------------------------------------------------------------


def test_an_optional_stage_is_passed_over_with_a_reason(centres: Centres) -> None:
    with centres.world("mishkino", "s2", *OPTIONAL) as world:
        with refused("Перейти дальше пока нельзя. Программа не составлена (установлено центром)."):
            moves.skip(world.case, "s3", by=world.by, reason="Семья известна давно")
        FACTS["programme_approved"](world)
        with refused("Напишите, почему этап не нужен этой семье.", "why"):
            moves.skip(world.case, "s3", by=world.by, reason=" ")
        with refused("Отсюда нет перехода «Мониторинг, оценка качества и эффективности». Отсюда можно: "
                     "«Назначение социального тьютора».", "to_stage"):  # fmt: skip
            moves.skip(world.case, "s6", by=world.by, reason="Семья известна давно")
        moves.skip(world.case, "s3", by=world.by, reason="Семья известна давно")
        assert periods(world.case)[-1] == ("s3", StageMove.SKIPPED, True)


def test_an_optional_stage_one_stands_on_is_left_without_what_it_asks_for(centres: Centres) -> None:
    with centres.world("mishkino", "extra", *OPTIONAL) as world:
        FACTS["programme_approved"](world)
        with refused("Перейти дальше пока нельзя. Социальное окружение семьи не описано (установлено центром)."):
            moves.advance(world.case, "s3", by=world.by)
        moves.skip(world.case, "s3", by=world.by, reason="Семья известна давно")
        assert world.case.stage == "s3"


def test_a_stage_that_is_not_optional_is_not_passed_over(centres: Centres) -> None:
    with centres.world("mishkino", "s2") as world:
        FACTS["programme_approved"](world)
        with refused("Отсюда нет перехода «Назначение социального тьютора». Отсюда можно: никуда.", "to_stage"):
            moves.skip(world.case, "s3", by=world.by, reason="Хочу")


# ---- back ---------------------------------------------------------------------------------------------------------


def test_a_case_goes_back_with_a_reason_and_nothing_signed_is_undone(centres: Centres) -> None:
    with centres.world("rostov", "s2") as world:
        FACTS["programme_approved"](world)
        with refused("«Вернуть на предыдущий этап» делает Руководитель территориальной службы. Попросите об этом."):
            moves.go_back(world.case, by=who(world, "curator"), reason="Ошибка")
        with refused("Напишите, почему дело возвращается.", "why"):
            moves.go_back(world.case, by=world.by, reason="")
        with refused("Вернуть можно на этап из пройденных: «Этап выявления проблемы семьи».", "to_stage"):
            moves.go_back(world.case, by=world.by, reason="Ошибка", to="s4")
        moves.go_back(world.case, by=world.by, reason="Нет акта")
        assert (world.case.stage, world.case.status) == ("s1", CaseStatus.ASSESSMENT)
        assert facts.version(world).status is VersionStatus.APPROVED
        with refused("Дело стоит на первом этапе, возвращать его некуда."):
            moves.go_back(world.case, by=world.by, reason="Ещё раз")


def test_a_case_goes_back_to_where_it_came_from_first_of_all(centres: Centres) -> None:
    with centres.world("rostov") as world:
        for stage in ("s2", "s4"):
            enter(world.case, stage, by=SYSTEM, move=StageMove.OVERRIDDEN)
        world.session.refresh(world.case)
        assert [one.code for one in moves.earlier_stages(world.case)] == ["s2", "s3", "s1"]


# ---- with a reason of the director --------------------------------------------------------------------------------


@pytest.mark.rows("S002-4.2")
def test_the_director_leads_on_with_a_reason_and_what_lacked_is_kept(centres: Centres) -> None:
    with centres.world("rostov") as world:
        director = who(world, "director")
        with refused("«Разрешить переход с обоснованием» делает Руководитель организации. Попросите об этом."):
            moves.override(world.case, "s2", by=who(world, "head_of_service"), reason="Срочно")
        with refused("Напишите обоснование: оно останется в деле.", "why"):
            moves.override(world.case, "s2", by=director, reason="  ")
        moves.override(world.case, "s2", by=director, reason="Угроза ребёнку")
        period = world.session.scalars(
            select(StagePeriod).where(StagePeriod.case_id == world.case.id, StagePeriod.left_at.is_(None))
        ).one()
        assert (period.stage, period.move, period.reason) == ("s2", StageMove.OVERRIDDEN, "Угроза ребёнку")
        assert "Нет подписанного акта обследования (этап 1 Схемы)." in (period.lacking or "")
        row = world.session.scalars(select(JournalRow).where(JournalRow.verb == "case.override")).all()[-1]
        assert "Угроза ребёнку" in row.sentence and "С семьёй ещё не встречались" in row.sentence


def test_what_lacks_nothing_needs_no_reason(centres: Centres) -> None:
    with centres.world("rostov", "s3") as world:
        FACTS["has_interim_assessment"](world)
        with refused("Для этого перехода всё готово, обоснование не нужно. Нажмите «Перейти дальше»."):
            moves.override(world.case, "s4", by=who(world, "director"), reason="Срочно")

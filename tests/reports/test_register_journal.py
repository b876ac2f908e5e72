"""R03 Журнал учёта семей: each cell is compared with what is in the database."""

from __future__ import annotations

import datetime as dt

from app.acting import acting, now
from app.agreements.rules import sign
from app.assessment.lists import ActStatus
from app.assessment.models import LivingConditionsAct
from app.cases.models import CaseSource, EndReason
from app.cases.rules import close_case
from app.intake.journals import annul, enter_register
from app.intake.models import Ground
from reports import Asked
from tests.intake.make import make_application, make_intake
from tests.make import DAY, centre, make_actor, make_agreement, make_case, make_staff, make_unit
from tests.meetings.make import council, make_approved
from tests.reports.reading import HEADER, counting, exported, lines_of, totals_of

COLUMNS = ["№", "Дата регистрации", "Семья", "Адрес", "Дети", "Категория", "Основание", "Источник", "Акт ЖБУ №",
           "Заявление (дата)", "Куратор", "Дата рассмотрения, решение (орган, который утверждает)", "Договор №",
           "Дата снятия", "Примечание"]  # fmt: skip


def test_S004_1_e_every_cell_says_what_the_database_says(session):
    with council(session) as made:
        version = make_approved(made)
        case, by = version.programme.case, made.centre.head
        case.source, case.category, case.note = CaseSource.CITIZEN, "трудная ситуация", "Особых отметок нет"
        make_intake(session, by, ground=Ground.MESSAGE, family=case.family)
        make_application(case, by)
        row = enter_register(case, by=by)
        session.add(LivingConditionsAct(
            case=case, status=ActStatus.SIGNED, number="7/2026", date=dt.date(2026, 2, 17), address="д. Тестово",
            signed_at=now(), service_unit_id=case.service_unit_id,
        ))  # fmt: skip
        agreement = make_agreement(session, by, case)
        sign(agreement, by=by, signed_by=make_staff(session, by), on=DAY)

        sheet = exported("R03", session, by, Asked(DAY))

        assert [cell.value for cell in sheet[HEADER]] == COLUMNS
        assert [list(line.values()) for line in lines_of(sheet)] == [[
            row.text_no, DAY, case.family.name, case.family.address, "Тестов Пётр, 01.06.2018", "трудная ситуация",
            "сообщение гражданина, организации, телефона доверия", "гражданин", "№ 7/2026 от 17.02.2026", DAY,
            case.curator.short_name, "18.02.2026, утвердить", f"№ {agreement.number} от 18.02.2026", "–",
            "Особых отметок нет",
        ]]  # fmt: skip
        assert totals_of(sheet)["№"] == 1


def test_what_had_not_come_by_the_day_asked_for_is_not_told():
    with centre() as (session, by):
        case = make_case(session, by)
        enter_register(case, by=by, on=dt.date(2026, 2, 2))
        make_application(case, by)
        close_case(case, by=by, reason=EndReason.MOVED)
        (early,), (late,) = (
            lines_of(exported("R03", session, by, Asked(day))) for day in (dt.date(2026, 2, 10), DAY)
        )  # fmt: skip
        told = ("Заявление (дата)", "Дата снятия")
        assert [[line[name] for name in told] for line in (early, late)] == [["–", "–"], [DAY, DAY]]
        assert exported("R03", session, by, Asked(dt.date(2026, 2, 1))).max_row == HEADER + 1


def test_S003_3_3_an_annulled_row_stays_in_its_place_with_the_reason():
    with centre() as (session, by):
        case = make_case(session, by)
        annul(enter_register(case, by=by), by=by, reason="ошибка в дате")
        enter_register(case, by=by)
        lines = lines_of(exported("R03", session, by, Asked(DAY)))
        assert [(line["№"], line["Примечание"]) for line in lines] == [
            ("1/2026", "Строка аннулирована: ошибка в дате"),
            ("2/2026", "–"),
        ]


def test_nothing_of_another_unit_stands_in_it():
    with centre() as (session, by):
        enter_register(make_case(session, by), by=by)
        other = make_actor(make_unit(session))
        with acting(other):
            assert exported("R03", session, other, Asked(DAY)).max_row == HEADER + 1


def test_it_costs_as_many_statements_for_three_rows_as_for_one():
    with centre() as (session, by):
        asked = []
        for many in (1, 2):
            for _ in range(many):
                case = make_case(session, by)
                make_application(case, by)
                enter_register(case, by=by)
            session.commit()
            with counting(session) as sent:
                exported("R03", session, by, Asked(DAY))
            asked.append(len(sent))
        assert asked[0] == asked[1]

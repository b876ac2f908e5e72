"""R07 Журнал договоров (соглашений): every signed agreement as it was on the day, and those with other agencies."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from app.agreements.models import Initiator
from app.agreements.rules import amend, terminate
from app.orders.models import InteragencyAgreement
from app.organisation.models import PartnerKind, PartnerOrganisation
from reports import Asked, export
from tests.make import DAY, make_agreement, make_case, make_family, make_signed_agreement, make_staff
from tests.programmes.make import programme_centre
from tests.reports.reading import HEADER, counting, exported, lines_of

COLUMNS = ["№", "Вид", "№ и дата", "№ дела, семья (заказчик)", "Срок с – по", "Виды помощи",
           "Дополнительные соглашения", "Состояние", "Расторжение: дата, инициатор, причина",
           "Подписал от учреждения"]  # fmt: skip
SIGNED = dt.date(2026, 1, 12)


def test_S000_7_S001_2_2_c_every_signed_agreement_is_a_row_and_a_draft_is_none(session):
    with programme_centre(session) as centre:
        make_agreement(session, centre.head, centre.case)
        signed = make_signed_agreement(session, centre.head, make_case(session, centre.head))
        sheet = exported("R07", session, centre.head, Asked(DAY))
        assert [cell.value for cell in sheet[HEADER]] == COLUMNS
        [line] = lines_of(sheet)
        assert line == {
            "№": 1,
            "Вид": "Договор",
            "№ и дата": f"№ {signed.number} от 12.01.2026",
            "№ дела, семья (заказчик)": f"{signed.case}, Тестовы (Тестова Мария)",
            "Срок с – по": "с 12.01.2026 по 11.07.2026",
            "Виды помощи": "социальная",
            "Дополнительные соглашения": "–",
            "Состояние": "подписан",
            "Расторжение: дата, инициатор, причина": "–",
            "Подписал от учреждения": f"{signed.signed_by}, директор",
        }


def test_it_tells_of_the_day_asked_for(session):
    with programme_centre(session) as centre:
        signed = make_signed_agreement(session, centre.head, centre.case)
        director, day = make_staff(session, centre.head, position="директор"), dt.date(2026, 2, 10)
        amend(signed, by=centre.head, changes="Продлён", new_valid_to=dt.date(2026, 12, 31), signed_by=director, on=day)
        terminate(signed, by=centre.head, initiator=Initiator.FAMILY, reason="Переезд", on=DAY)

        def told(on: dt.date) -> tuple[str, ...]:
            [line] = lines_of(exported("R07", session, centre.head, Asked(on)))
            return tuple(line[name] for name in (COLUMNS[4], COLUMNS[6], COLUMNS[7], COLUMNS[8]))

        assert told(SIGNED) == ("с 12.01.2026 по 11.07.2026", "–", "подписан", "–")
        assert told(day) == ("с 12.01.2026 по 31.12.2026", "№ 1 от 10.02.2026 (до 31.12.2026)", "подписан", "–")
        assert told(DAY)[2:] == ("расторгнут", "18.02.2026, семья: Переезд")
        assert lines_of(exported("R07", session, centre.head, Asked(dt.date(2026, 1, 11)))) == []
        assert lines_of(exported("R07", session, centre.head, Asked(DAY, date_from=dt.date(2026, 1, 13)))) == []


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "действует"),
        ({"valid_to": dt.date(2026, 2, 1)}, "срок прошёл"),
        ({"terminated_on": dt.date(2026, 2, 2)}, "расторгнуто 02.02.2026"),
        ({"terminated_on": dt.date(2026, 2, 20)}, "действует"),
    ],
)
def test_S000_4b_the_second_sheet_lists_agreements_with_other_agencies(session, more, state):
    with programme_centre(session) as centre:
        unit = {"service_unit_id": centre.unit.id}
        hospital = PartnerOrganisation(name="Районная больница", kind=PartnerKind.HEALTH, **unit)
        session.add(InteragencyAgreement(partner=hospital, number="5", date=SIGNED, subject="Осмотры", **unit, **more))
        session.commit()
        target = io.BytesIO()
        export("R07", target, session, Asked(DAY), by=centre.head)
        sheet = load_workbook(target).worksheets[1]
        row = [cell.value for cell in sheet[HEADER + 1]]
        assert (sheet.title, row[:4], row[5:]) == (
            "Межведомственные соглашения",
            [1, "Районная больница", "здравоохранение", "№ 5 от 12.01.2026"],
            ["Осмотры", state],
        )


def test_three_agreements_cost_as_many_queries_as_one(session):
    with programme_centre(session) as centre:
        cost = []
        for more in (1, 2):
            for _ in range(more):
                family = make_family(session, centre.head)
                make_signed_agreement(session, centre.head, make_case(session, centre.head, family=family))
            session.commit()
            with counting(session) as sent:
                exported("R07", session, centre.head, Asked(DAY))
            cost.append(len(sent))
        assert cost[0] == cost[1]

"""R23 Журнал согласий: each consent once, as of a day or for a period (X-4, domain.md 5)."""

from __future__ import annotations

import datetime as dt

from app.acting import clock_at
from app.people.models import ConsentKind
from app.people.rules import give_consent, revoke_consent
from reports import Asked
from tests.make import DAY, centre, child_of, make_family, mother_of
from tests.reports.reading import HEADER, counting, exported, lines_of, totals_of

COLUMNS = ["№", "Дата", "Субъект", "Кем дано", "Вид", "Цели", "Спец. категории", "Кому передаются", "Срок",
           "Состояние", "Отзыв", "Причина отзыва"]  # fmt: skip
LATER = DAY + dt.timedelta(days=10)


def test_x_4_every_cell_says_what_the_consent_says():
    with centre() as (session, by):
        family = make_family(session, by)
        child, mother = child_of(family), mother_of(family)
        give_consent(mother, by=by, kind=ConsentKind.PROCESSING, purposes="Сопровождение")
        special = give_consent(child, by=by, kind=ConsentKind.SPECIAL, given_by=mother, valid_to=LATER)
        give_consent(child, by=by, kind=ConsentKind.TRANSFER, given_by=mother, transfer_to="Школа № 1")
        with clock_at(DAY + dt.timedelta(days=3)):
            revoke_consent(special, by=by, reason="Передумала")
            today = exported("R23", session, by, Asked(DAY))
            after = exported("R23", session, by, Asked(DAY + dt.timedelta(days=3)))
        assert [cell.value for cell in today[HEADER]] == COLUMNS
        own = ["Тестова Мария", "лично", "обработка данных", "Сопровождение", "нет", "–", "до отзыва", "действует"]
        assert [list(line.values()) for line in lines_of(today)] == [
            [1, DAY, *own, "–", "–"],
            [2, DAY, "Тестов Пётр", "Тестова Мария", "специальные категории", "–", "да", "–", LATER, "действует", "–",
             "–"],
            [3, DAY, "Тестов Пётр", "Тестова Мария", "передача организациям", "–", "нет", "Школа № 1", "до отзыва",
             "действует", "–", "–"],
        ]  # fmt: skip
        assert totals_of(today) == {"№": "ИТОГО", "Субъект": 3}
        told = lines_of(after)[1]
        assert [told[name] for name in COLUMNS[-3:]] == ["отозвано", DAY + dt.timedelta(days=3), "Передумала"]


def test_a_birthday_ends_a_consent_to_data_on_health_in_the_journal_too():
    with centre() as (session, by):
        family = make_family(session, by)
        give_consent(child_of(family), by=by, kind=ConsentKind.SPECIAL, given_by=mother_of(family))
        for day, said in ((dt.date(2032, 5, 31), "действует"), (dt.date(2032, 6, 1), "истекло")):
            assert [line["Состояние"] for line in lines_of(exported("R23", session, by, Asked(day)))] == [said]


def test_a_period_holds_what_was_signed_or_withdrawn_in_it():
    with centre() as (session, by):
        family = make_family(session, by)
        consent = give_consent(mother_of(family), by=by, kind=ConsentKind.PROCESSING)
        give_consent(child_of(family), by=by, kind=ConsentKind.PROCESSING, given_by=mother_of(family))
        march = Asked(dt.date(2026, 3, 31), date_from=dt.date(2026, 3, 1))
        assert lines_of(exported("R23", session, by, march)) == []
        with clock_at(dt.date(2026, 3, 5)):
            revoke_consent(consent, by=by, reason="Передумала")
        assert [line["Субъект"] for line in lines_of(exported("R23", session, by, march))] == ["Тестова Мария"]


def test_it_costs_the_same_however_long_it_is():
    with centre() as (session, by):
        costs = []
        for _ in range(2):
            family = make_family(session, by)
            give_consent(mother_of(family), by=by, kind=ConsentKind.PROCESSING)
            session.commit()
            with counting(session) as sent:
                exported("R23", session, by, Asked(DAY))
            costs.append(len(sent))
        assert costs[0] == costs[1]

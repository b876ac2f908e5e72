"""R01 Реестр семей: each cell is compared with what is in the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.acting import acting, clock_at
from app.cases.models import CaseSource, CaseStatus, EndReason, LevelPeriod, Outcome
from app.cases.rules import assign_curator, close_case, open_case, refuse_case
from app.closing.models import PostSupport
from app.intake.models import Channel, Circumstance, Intake, Recognition
from app.meetings.models import DecisionKind
from app.organisation.models import ServiceArea, ServiceUnit
from app.people.models import FamilyFeature, FamilyKind, FamilyRole
from app.people.rules import NewMember, add_member
from app.profiles.loading import text_of
from app.profiles.rules import store
from reports import Asked, Filters
from tests.make import (
    DAY,
    centre,
    make_actor,
    make_adult,
    make_case,
    make_child,
    make_family,
    make_signed_agreement,
    make_staff,
    make_unit,
)
from tests.meetings.make import council, make_acting, make_meeting
from tests.reports.reading import HEADER, counting, exported, lines_of, totals_of

COLUMNS = [
    "№ п/п",
    "№ дела",
    "Фамилия семьи (заявитель)",
    "Состав: взрослых / детей",
    "Дети (ФИО, год рождения)",
    "Адрес, участок",
    "Телефон",
    "Вид и признаки семьи",
    "Категория",
    "Обстоятельства нуждаемости",
    "Дата выявления",
    "Источник",
    "Дата постановки на учёт",
    "Дата признания, № протокола",
    "№ и дата договора",
    "№ и дата ИПСС",
    "Куратор",
    "Уровень и дата установления (перевода)",
    "Плановая дата окончания",
    "Дата снятия",
    "Причина",
    "Результат",
    "Постсопровождение до",
    "Примечание",
]


def registered(session: Any, by: Any, day: dt.date = dt.date(2026, 1, 12), **more: Any) -> Any:
    """Put a new family on the register on *day* and return its case."""
    return open_case(make_family(session, by, **more), by=by, source=CaseSource.FAMILY, registered_at=day)


def numbers(sheet: Any) -> list[str]:
    """Return the numbers of the cases of the sheet."""
    return [line["№ дела"] for line in lines_of(sheet)]


def test_every_cell_says_what_the_database_says():
    with centre() as (session, by):
        area = ServiceArea(number="2", name="Ключи", service_unit_id=by.unit_id)
        session.add(area)
        session.flush()
        curator = make_staff(session, by, last_name="Щёголева", first_name="Прасковья", middle_name="Фёдоровна")
        mother = make_adult(session, by, middle_name="Ивановна")
        father = make_adult(session, by, last_name="Тестов", first_name="Иван")
        older = make_child(session, by, first_name="Фёдор", birth_date=dt.date(2012, 3, 1))
        family = make_family(
            session,
            by,
            members=[
                NewMember(mother, FamilyRole.MOTHER, is_legal_representative=True),
                NewMember(father, FamilyRole.FATHER),
                NewMember(make_child(session, by), FamilyRole.CHILD),
                NewMember(older, FamilyRole.CHILD),
            ],
            name="=Тестовы",
            family_kind=FamilyKind.FULL,
            features=[FamilyFeature.LARGE, FamilyFeature.DISABLED_CHILD],
            phone="8 900 123-45-67",
            area_id=area.id,
        )
        case = open_case(
            family, by=by, source=CaseSource.RAID, registered_at=dt.date(2026, 1, 12), category="трудная ситуация"
        )
        assign_curator(case, curator, by=by, on=dt.date(2026, 1, 13))
        agreement = make_signed_agreement(session, by, case)
        case.planned_end, case.note = dt.date(2026, 12, 31), "Строка\nи ещё одна"
        session.flush()

        sheet = exported("R01", session, by, Asked(DAY))

        assert [cell.value for cell in sheet[HEADER]] == COLUMNS
        assert lines_of(sheet) == [
            {
                "№ п/п": 1,
                "№ дела": case.number,
                "Фамилия семьи (заявитель)": f"=Тестовы ({mother.name})",
                "Состав: взрослых / детей": "2 / 2",
                "Дети (ФИО, год рождения)": "Тестов Фёдор, 2012 г. р.\nТестов Пётр, 2018 г. р.",
                "Адрес, участок": "д. Тестово, 1; участок № 2",
                "Телефон": "+79001234567",
                "Вид и признаки семьи": "полная; многодетная",
                "Категория": "трудная ситуация",
                "Обстоятельства нуждаемости": "–",
                "Дата выявления": "–",
                "Источник": "социальный рейд",
                "Дата постановки на учёт": dt.date(2026, 1, 12),
                "Дата признания, № протокола": "–",
                "№ и дата договора": f"№ {agreement.number} от {agreement.date:%d.%m.%Y}",
                "№ и дата ИПСС": "–",
                "Куратор": "Щёголева\u00a0П.\u00a0Ф.",
                "Уровень и дата установления (перевода)": "–",
                "Плановая дата окончания": dt.date(2026, 12, 31),
                "Дата снятия": "–",
                "Причина": "–",
                "Результат": "–",
                "Постсопровождение до": "–",
                "Примечание": "Строка\nи ещё одна",
            }
        ]
        assert sheet["C5"].data_type == "s"
        assert totals_of(sheet) == {"№ п/п": "ИТОГО", "№ дела": 1, "Дата снятия": 0}


def test_the_programme_and_its_level_are_those_in_force(session):
    with council(session) as made:
        version = make_acting(made, level="второй")
        session.commit()

        [line] = lines_of(exported("R01", session, made.centre.head, Asked(DAY)))
        assert line["№ и дата ИПСС"] == f"№ {version.programme.number} от 18.02.2026"
        assert line["Уровень и дата установления (перевода)"] == "второй, с 18.02.2026"

        [line] = lines_of(exported("R01", session, made.centre.head, Asked(dt.date(2026, 2, 17))))
        assert (line["№ и дата ИПСС"], line["Уровень и дата установления (перевода)"]) == ("–", "–")


def test_the_recognition_comes_from_the_signed_protocol(session):
    from app.meetings.models import ItemKind
    from app.meetings.rules import add_to_agenda, close_agenda, decide, hold, sign

    with council(session) as made:
        meeting = make_meeting(made)
        item = add_to_agenda(meeting, kind=ItemKind.RECOGNITION, case=made.centre.case, by=made.secretary)
        close_agenda(meeting, by=made.secretary)
        hold(meeting, present=made.members, by=made.secretary)
        decide(item, kind=DecisionKind.RECOGNISE, votes_for=5, by=made.secretary)
        session.commit()
        [line] = lines_of(exported("R01", session, made.centre.head, Asked(DAY)))
        assert line["Дата признания, № протокола"] == "–"

        sign(meeting, by=made.secretary)
        sign(meeting, by=made.chair)
        session.commit()
        [line] = lines_of(exported("R01", session, made.centre.head, Asked(DAY)))
        assert line["Дата признания, № протокола"] == f"18.02.2026, протокол № {meeting.number}/2026"


def test_S003_3_5_b_every_level_stands_there_with_the_day_since_which_it_holds():
    with centre() as (session, by):
        case, unit = registered(session, by), {"service_unit_id": by.unit_id}
        for label, since, until in (("кризисный", dt.date(2026, 1, 14), dt.date(2026, 2, 10)),
                                    ("базовый", dt.date(2026, 2, 10), None)):  # fmt: skip
            session.add(LevelPeriod(case=case, code=label, label=label, date_from=since, date_to=until,
                                    reason="диагностика", **unit))  # fmt: skip
        session.flush()
        levels = "Уровень и дата установления (перевода)"
        [now] = lines_of(exported("R01", session, by, Asked(DAY)))
        [before] = lines_of(exported("R01", session, by, Asked(dt.date(2026, 2, 1))))
        assert now[levels] == "кризисный, с 14.01.2026; базовый, с 10.02.2026"
        assert before[levels] == "кризисный, с 14.01.2026"


def test_what_brought_the_family_and_what_follows_the_accompaniment_are_told():
    with centre() as (session, by):
        case, unit = registered(session, by), {"service_unit_id": by.unit_id}
        staff = make_staff(session, by)
        why = [Circumstance.ADAPTATION, Circumstance.DISABLED_AT_HOME]
        session.add(Recognition(case=case, is_positive=True, decided_on=dt.date(2026, 2, 2), protocol_no="3",
                                circumstances=why, **unit))  # fmt: skip
        for day in (12, 11):
            session.add(Intake(number=f"{day}/2026", received_at=dt.datetime(2026, 1, day, 8, tzinfo=dt.UTC), case=case,
                               source=CaseSource.RAID, channel=Channel.IN_PERSON, text="Выявлена в рейде", due=DAY,
                               responsible=staff, family=case.family, **unit))  # fmt: skip
        session.add(PostSupport(case=case, date_from=DAY, planned_to=dt.date(2026, 8, 18), **unit))
        session.flush()
        [line] = lines_of(exported("R01", session, by, Asked(DAY)))
        told = ("Дата признания, № протокола", "Обстоятельства нуждаемости", "Дата выявления", "Постсопровождение до")
        assert [line[title] for title in told] == [
            "02.02.2026, протокол № 3", Circumstance.ADAPTATION.label, dt.date(2026, 1, 11), dt.date(2026, 8, 18),
        ]  # fmt: skip
        [whole] = lines_of(exported("R01", session, by, Asked(DAY, health=True)))
        assert whole["Обстоятельства нуждаемости"] == "; ".join(
            each.label for each in (Circumstance.ADAPTATION, Circumstance.DISABLED_AT_HOME)
        )
        [earlier] = lines_of(exported("R01", session, by, Asked(dt.date(2026, 2, 1))))
        assert [earlier[title] for title in (told[0], told[1], told[3])] == ["–", "–", "–"]


def test_S003_2_6_where_the_order_of_work_says_so_a_family_counts_from_the_beginning_of_the_accompaniment():
    with centre() as (session, by):
        unit = session.get_one(ServiceUnit, by.unit_id)
        case = registered(session, by, dt.date(2026, 2, 1))
        waiting = registered(session, by, dt.date(2026, 2, 2))
        case.started_at = dt.date(2026, 2, 10)
        unit.profile = store(session, text_of("alliance"), by=by)
        session.flush()
        assert numbers(exported("R01", session, by, Asked(dt.date(2026, 2, 9)))) == []
        assert numbers(exported("R01", session, by, Asked(dt.date(2026, 2, 10)))) == [case.number]
        case.ended_at = dt.date(2026, 2, 15)
        assert waiting.started_at is None
        unit.profile = store(session, text_of("rostov"), by=by)
        session.flush()
        assert numbers(exported("R01", session, by, Asked(DAY))) == [case.number, waiting.number]


def test_an_ended_case_stays_on_the_register_with_its_end_and_last_curator():
    with centre() as (session, by):
        curator = make_staff(session, by, last_name="Кураторова", first_name="Анна", middle_name=None)
        case = make_case(session, by, curator=curator, status=CaseStatus.ACTIVE)
        close_case(
            case, by=by, reason=EndReason.MOVED, outcome=Outcome.PARTIAL, child_stays=True, on=dt.date(2026, 2, 10)
        )
        session.flush()

        [after] = lines_of(exported("R01", session, by, Asked(DAY)))
        [before] = lines_of(exported("R01", session, by, Asked(dt.date(2026, 2, 9))))

        ending = ("Дата снятия", "Причина", "Результат", "Куратор")
        assert [after[title] for title in ending] == [
            dt.date(2026, 2, 10),
            "переезд",
            "частичный",
            "Кураторова\u00a0А.",
        ]
        assert [before[title] for title in ending] == ["–", "–", "–", "Кураторова\u00a0А."]


def test_a_family_counts_from_the_day_of_registration_and_one_refused_before_never():
    with centre() as (session, by):
        case = registered(session, by, dt.date(2026, 2, 1))
        refused = make_case(session, by)
        refuse_case(refused, by=by, reason="Семья отказалась")
        session.flush()

        assert numbers(exported("R01", session, by, Asked(dt.date(2026, 1, 31)))) == []
        assert numbers(exported("R01", session, by, Asked(dt.date(2026, 2, 1)))) == [case.number]


def test_a_period_takes_those_registered_within_it_in_the_order_of_registration():
    with centre() as (session, by):
        days = (dt.date(2026, 2, 5), dt.date(2026, 1, 31), dt.date(2026, 2, 1), dt.date(2026, 2, 6))
        late, _before, first, _after = (registered(session, by, day) for day in days)
        session.flush()

        sheet = exported("R01", session, by, Asked(dt.date(2026, 2, 5), date_from=dt.date(2026, 2, 1)))
        assert numbers(sheet) == [first.number, late.number]
        assert [line["№ п/п"] for line in lines_of(sheet)] == [1, 2]
        assert sheet["A2"].value == "за период с 01.02.2026 по 05.02.2026"


def test_the_curator_and_the_members_are_those_of_the_day_asked_for():
    with centre() as (session, by):
        first, second = (make_staff(session, by, last_name=name, middle_name=None) for name in ("Первая", "Вторая"))
        with clock_at(dt.date(2026, 1, 12)):
            case = registered(session, by)
            assign_curator(case, first, by=by, on=dt.date(2026, 1, 12))
        assign_curator(case, second, by=by, on=dt.date(2026, 2, 10))
        baby = make_child(session, by, first_name="Яна", birth_date=dt.date(2026, 2, 3))
        add_member(case.family, baby, by=by, role=FamilyRole.CHILD, since=dt.date(2026, 2, 3))
        session.flush()

        found = {}
        for day in (dt.date(2026, 2, 2), dt.date(2026, 2, 9), dt.date(2026, 2, 10)):
            [line] = lines_of(exported("R01", session, by, Asked(day)))
            found[day.day] = line["Куратор"], line["Состав: взрослых / детей"]
        assert found == {
            2: ("Первая\u00a0А.", "1 / 1"),
            9: ("Первая\u00a0А.", "1 / 2"),
            10: ("Вторая\u00a0А.", "1 / 2"),
        }


def test_a_family_written_down_later_than_registered_has_its_members_on_the_earlier_days():
    with centre() as (session, by):
        registered(session, by, dt.date(2026, 1, 12))
        session.flush()
        [line] = lines_of(exported("R01", session, by, Asked(dt.date(2026, 1, 20))))
        assert line["Состав: взрослых / детей"] == "1 / 1"


def test_features_that_tell_of_health_are_shown_only_with_the_right():
    with centre() as (session, by):
        registered(session, by, features=[FamilyFeature.POOR, FamilyFeature.OVZ_CHILD, FamilyFeature.DISABLED_PARENT])
        session.flush()

        shown = {
            health: lines_of(exported("R01", session, by, Asked(DAY, health=health)))[0]["Вид и признаки семьи"]
            for health in (False, True)
        }
        assert shown == {
            False: "неполная (одна мать); малоимущая",
            True: "неполная (одна мать); родитель-инвалид; с ребёнком с ОВЗ; малоимущая",
        }


def test_filters_narrow_by_area_curator_category_and_state():
    with centre() as (session, by):
        area = ServiceArea(number="1", name="Центр", service_unit_id=by.unit_id)
        session.add(area)
        session.flush()
        first, second = make_staff(session, by), make_staff(session, by)
        one, two = registered(session, by, area_id=area.id), registered(session, by)
        two.category = "СОП"
        assign_curator(one, first, by=by, on=dt.date(2026, 1, 12))
        assign_curator(two, second, by=by, on=dt.date(2026, 1, 12))
        assign_curator(two, first, by=by, on=dt.date(2026, 2, 1))
        three = make_case(session, by, status=CaseStatus.ASSESSMENT)
        session.flush()

        def found(on: dt.date = DAY, **filters: Any) -> list[str]:
            return numbers(exported("R01", session, by, Asked(on, filters=Filters(**filters))))

        assert found() == [one.number, two.number, three.number]
        assert found(area_id=area.id) == [one.number]
        assert found(category="СОП") == [two.number]
        assert found(status=CaseStatus.ASSESSMENT) == [three.number]
        assert found(curator_id=first.id) == [one.number, two.number]
        assert found(curator_id=second.id) == []
        assert found(on=dt.date(2026, 1, 31), curator_id=second.id) == [two.number]


def test_the_file_holds_no_family_of_another_unit():
    with centre() as (session, by):
        ours = registered(session, by)
        with acting(make_actor(make_unit(session))) as stranger:
            foreign = registered(session, stranger, name="Чужаковы")
        session.flush()

        sheet = exported("R01", session, by, Asked(DAY))
        assert numbers(sheet) == [ours.number]
        assert not [cell for row in sheet.iter_rows() for cell in row if "Чужаков" in str(cell.value)]
        with acting(stranger):
            assert lines_of(exported("R01", session, stranger, Asked(DAY)))[0]["Фамилия семьи (заявитель)"].startswith(
                foreign.family.name
            )


@pytest.mark.parametrize(("code", "most"), [("R01", 11), ("R04", 9)])
def test_three_families_cost_as_many_queries_as_one(code, most):
    with centre() as (session, by):
        cost = []
        for more in (1, 2):
            for _ in range(more):
                make_case(session, by, status=CaseStatus.ACTIVE)
            session.flush()
            session.expire_all()
            with counting(session) as sent:
                exported(code, session, by, Asked(DAY, health=True, registers=True))
            cost.append(len(sent))
        assert cost[0] == cost[1] <= most  # R04 asks once for the consents.


def test_batches_are_joined_without_a_gap(monkeypatch):
    from reports import cases

    monkeypatch.setattr(cases, "BATCH", 2)
    with centre() as (session, by):
        made = [registered(session, by).number for _ in range(5)]
        session.flush()
        sheet = exported("R01", session, by, Asked(DAY))
        assert numbers(sheet) == made
        assert [line["№ п/п"] for line in lines_of(sheet)] == [1, 2, 3, 4, 5]


@pytest.mark.both
def test_both_databases_stream_the_same_register(session, monkeypatch):
    from reports import cases

    monkeypatch.setattr(cases, "BATCH", 2)
    with clock_at(DAY):
        unit = make_unit(session)
        with acting(make_actor(unit)) as by:
            made = [registered(session, by, name=f"Тестовы-{at}").number for at in range(5)]
            session.commit()
        with acting(make_actor(unit), writing=False) as by:
            for code in ("R01", "R04", "R05"):
                sheet = exported(code, session, by, Asked(DAY, health=True, registers=True))
                assert len(lines_of(sheet)) == (0 if code == "R05" else 5)
            assert numbers(exported("R01", session, by, Asked(DAY))) == made

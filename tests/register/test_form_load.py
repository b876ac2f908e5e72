"""Loading a register's own sheet: new rows, two at once, keys, rights, refusals; each with its sentence at its cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from app.acting import Actor
from app.base import RuleBroken
from app.cases.models import Direction
from app.organisation.models import PartnerOrganisation, ServiceArea
from app.people.models import Family, Person
from app.register import steps
from app.register.intake.importer import CHANGED_MEANWHILE
from app.register.intake.plan import OTHER, Verdict, question
from app.register.models import BulkStep
from app.register.sheet import open_workbook
from app.services.models import Service
from tests.make import make_adult
from tests.register.conftest import Office
from tests.register.forms_in_excel import at_desk, changed, import_of, loaded, own_table, planned, taken
from tests.visiting import Browser


@pytest.fixture
def by(office: Office) -> Actor:
    """Return somebody of the centre, with an account."""
    browser: Browser = office.come("Заведующий отделением")
    made = Actor(user_id=browser.user_id, name="Здешняя", unit_id=office.unit.id, sees_unit=True)
    office.stored.commit()
    return made


def service(office: Office, name: str, **more: Any) -> int:
    """Make a service of the directory and return its key."""
    made = Service(name=name, direction=Direction.PSYCHOLOGICAL, service_unit_id=office.unit.id, **more)
    office.stored.add(made)
    office.stored.commit()
    pk = made.id
    office.stored.commit()
    return pk


def put(**cells: Any) -> Any:
    """Return what writes *cells* («Услуга_5» is column «Услуга», row 5)."""

    def work(sheet: Worksheet, at: dict[str, int]) -> None:
        for place, value in cells.items():
            label, _, row = place.rpartition("_")
            sheet.cell(int(row), at[label.replace("_", " ")]).value = value

    return work


def told(plan: Any) -> list[str]:
    """Return every problem of a plan."""
    return [problem.message for problem in plan.problems]


# ---- keys --------------------------------------------------------------------------------------------


def test_a_foreign_key_and_a_missing_one_are_answered_alike(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    service(office, "Беседа")
    foreign = Service(name="Чужая", direction=Direction.PSYCHOLOGICAL, service_unit_id=office.other.id)
    office.stored.add(foreign)
    office.stored.commit()
    keys = f"{foreign.id}-1", "99999-1"
    office.stored.commit()
    with at_desk(app, by) as session:
        path = taken(session, "services", tmp_path / "s.xlsx")
        said = []
        for key in keys:
            plan = planned(session, "services", changed(path, put(Код_карточки_5=key)))
            said += told(plan)
            assert plan.counts[Verdict.ERROR] == 1
            with pytest.raises(RuleBroken):
                loaded(session, "services", path)
    assert said == ["A5: такой карточки нет: сотрите код, если это новая строка"] * 2


def test_a_key_nobody_wrote_out_is_never_a_new_row(app: Flask, office: Office, by: Actor, tmp_path: Path) -> None:
    pk = service(office, "Беседа")
    with at_desk(app, by) as session:
        path = taken(session, "services", tmp_path / "s.xlsx")
        plan = planned(session, "services", changed(path, put(Код_карточки_5="сто двадцать")))
        assert told(plan) == ["A5: код «сто двадцать» не читается: верните прежний или сотрите его"]
        plan = planned(session, "services", changed(path, put(Код_карточки_5=f"{pk}-7")))
        assert told(plan) == ["A5: такой карточки нет: сотрите код, если это новая строка"]


def test_a_row_copied_with_its_key_is_told_and_not_loaded(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    service(office, "Беседа")
    with at_desk(app, by) as session:
        path = taken(session, "services", tmp_path / "s.xlsx")

        def copy(sheet: Worksheet, at: dict[str, int]) -> None:
            for column in at.values():
                sheet.cell(6, column).value = sheet.cell(5, column).value
            sheet.cell(6, at["Услуга"]).value = "Другая беседа"

        plan = planned(session, "services", changed(path, copy))
    assert [row.verdict for row in plan.items] == [Verdict.UNCHANGED, Verdict.DUPLICATE]
    assert told(plan) == [
        "A6: этот код уже стоит выше (строка 5, лист «Перечень услуг»): сотрите его, если это новая строка"
    ]


def test_removed_rows_and_columns_change_nothing(app: Flask, office: Office, by: Actor, tmp_path: Path) -> None:
    service(office, "Беседа", code="Б1")
    service(office, "Вторая", code="Б2")
    with at_desk(app, by) as session:
        path = taken(session, "services", tmp_path / "s.xlsx")

        def cut(sheet: Worksheet, at: dict[str, int]) -> None:
            sheet.delete_cols(at["Код"])
            sheet.delete_cols(at["Единица"] - 1)
            sheet.delete_rows(5)

        plan = planned(session, "services", changed(path, cut))
        assert [row.verdict for row in plan.items] == [Verdict.UNCHANGED]
        assert plan.problems == []


# ---- two at once -------------------------------------------------------------------------------------


def test_cells_changed_by_others_meanwhile_stay_and_only_the_same_cell_is_a_conflict(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    pk = service(office, "Беседа", code="Б1", measured_in="час", norm_minutes=30)
    with at_desk(app, by) as session:
        path = taken(session, "services", tmp_path / "s.xlsx")
        session.get_one(Service, pk).code = "Б2"
        session.get_one(Service, pk).measured_in = "встреча"
        session.commit()
        changed(path, put(**{"Норма,_мин_5": 45}))
        plan = planned(session, "services", path)
        assert [(row.verdict, [one.column for one in row.changes]) for row in plan.items] == [
            (Verdict.CHANGED, ["norm_minutes"])
        ]
        changed(path, put(Код_5="Б3"))
        plan = planned(session, "services", path)
        assert told(plan) == [
            "C5: пока таблица была у вас, здесь тоже изменили: было «Б1», стало «Б2» (Здешняя). "
            "Впишите «Б2» или выгрузите таблицу заново"
        ]
        changed(path, put(Код_5="Б2"))
        assert loaded(session, "services", path).numbers == {"new": 0, "changed": 1, "cells": 1}
        session.expire_all()
        row = session.get_one(Service, pk)
        assert (row.code, row.measured_in, row.norm_minutes) == ("Б2", "встреча", 45)


def test_what_changed_between_the_preview_and_the_load_stops_the_load(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    pk = service(office, "Беседа")
    with at_desk(app, by) as session:
        path = changed(taken(session, "services", tmp_path / "s.xlsx"), put(Код_5="Б1"))
        plan = planned(session, "services", path)
        session.get_one(Service, pk).measured_in = "встреча"
        session.commit()
        with pytest.raises(RuleBroken, match=CHANGED_MEANWHILE):
            import_of("services").load(session, plan, by=by)


# ---- new rows ----------------------------------------------------------------------------------------

HEADER = ["Услуга", "Код", "Направление", "Вид", "Единица", "Норма, мин", "Оказываем сейчас"]


def test_a_table_of_one_s_own_adds_rows_with_what_the_empty_form_begins_with(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    path = own_table(
        tmp_path / "own.xlsx", HEADER,
        ["Консультация", 12, "психологическое", "психологическая", "час", 45, None],
        ["Итого часов терапии", None, "психологическое", "психологическая", "час", None, "нет"],
    )  # fmt: skip
    with at_desk(app, by) as session:
        labels = {one.value: one.label for one in Direction}
        kinds = [one.label for one in import_of("services").form.field("kind").options]
        path = changed_own(path, labels["psychological"], kinds[0])
        plan = planned(session, "services", path)
        assert told(plan) == []
        assert plan.counts[Verdict.NEW] == 2
        assert loaded(session, "services", path).sentence == "Загружено. Перечень услуг: добавлены 2\u00a0строки."
        rows = session.execute(select(Service.name, Service.code, Service.is_active).order_by(Service.id)).all()
    assert [tuple(row) for row in rows] == [("Консультация", "12", True), ("Итого часов терапии", None, False)]


def changed_own(path: Path, direction: str, kind: str) -> Path:
    """Put the real labels into a table of one's own."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    for row in range(2, book.active.max_row + 1):
        book.active.cell(row, 3).value, book.active.cell(row, 4).value = direction, kind
    book.save(path)
    return path


def test_what_is_missing_or_wrong_in_a_new_row_is_told_at_its_cell_in_the_form_s_words(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    path = own_table(tmp_path / "own.xlsx", HEADER[:6], ["Консультация", None, None, "другая", None, "сорок"])
    with at_desk(app, by) as session:
        plan = planned(session, "services", path)
        assert [message.split(" Можно")[0] for message in told(plan)] == [
            "C2: Выберите один из вариантов.",
            "D2: Такого варианта в списке нет.",
            "F2: Напишите число цифрами.",
        ]
        with pytest.raises(RuleBroken, match="В таблице есть что исправить: 1\u00a0строка"):
            loaded(session, "services", path)


def test_the_good_rows_are_loaded_on_request_and_the_rest_is_counted(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    path = own_table(tmp_path / "own.xlsx", ["Название", "Вид", "Телефон"],
                     ["Школа № 1", "школа", "89000001426"], ["Школа № 2", "школа", "12"])  # fmt: skip
    with at_desk(app, by) as session:
        kind = import_of("partners").form.field("kind").options[0].label
        changed_cells(path, 2, kind)
        done = loaded(session, "partners", path, good_rows=True)
        assert (done.numbers, done.left_out) == ({"new": 1, "changed": 0, "cells": 0}, 1)
        assert session.scalars(select(PartnerOrganisation.name)).all() == ["Школа № 1"]


def changed_cells(path: Path, column: int, value: str) -> None:
    """Write *value* down a column of a table of one's own."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    for row in range(2, book.active.max_row + 1):
        book.active.cell(row, column).value = value
    book.save(path)


def test_a_row_written_twice_and_a_number_used_twice_are_told(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    office.stored.add(ServiceArea(number="7", name="Заречный", service_unit_id=office.unit.id))
    office.stored.commit()
    path = own_table(tmp_path / "own.xlsx", ["№ участка", "Название"],
                     [1, "Первый"], [1, "Другой"], [7, "Седьмой"], ["1", "Первый"])  # fmt: skip
    with at_desk(app, by) as session:
        plan = planned(session, "areas", path)
    assert {row.group.row: [problem.message for problem in row.problems] for row in plan.items} == {
        2: [],
        3: ["A3: такое значение стоит и в строке 2: «№ участка»"],
        4: ["A4: такое значение уже занято: «№ участка». Проверьте, не внесено ли это раньше"],
        5: ["A5: такая же строка уже есть выше: строка 2"],
    }


def test_a_new_row_that_resembles_a_record_asks_and_does_what_is_answered(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    person = make_adult(office.stored, office.by, last_name="Похожева", first_name="Анна", workplace="школа")
    office.stored.commit()
    pk = person.id
    office.stored.commit()
    header = ["Фамилия", "Имя", "Пол", "Дата рождения", "Место работы или учёбы", "Почта"]
    path = own_table(tmp_path / "own.xlsx", header,
                     ["похожева", "Анна", "женский", "04.05.1990", "больница", None])  # fmt: skip
    with at_desk(app, by) as session:
        options = {one.value: one.label for one in import_of("people").form.field("sex").options}
        changed_cells(path, 3, options[person_sex(session, pk)])
        plan = planned(session, "people", path)
        assert plan.unanswered == 1
        (twin,) = plan.items[0].twins
        key = question(plan.items[0].group)
        assert (twin.record_id, twin.key, twin.score) == (pk, key, 100)
        assert ("Место работы или учёбы", "больница", "школа") in twin.pairs
        another = planned(session, "people", path, answers={key: OTHER})
        assert another.counts[Verdict.NEW] == 1
        done = loaded(session, "people", path, answers={key: str(pk)})
        assert done.numbers == {"new": 0, "changed": 1, "cells": 2}
        session.expire_all()
        row = session.get_one(Person, pk)
        assert (row.last_name, row.workplace, session.scalar(select(Person.id).where(Person.id != pk))) == (
            "похожева", "больница", None,
        )  # fmt: skip


def person_sex(session: Any, pk: int) -> str:
    """Return the code of a person's sex."""
    return str(session.get_one(Person, pk).sex.value)


# ---- links -------------------------------------------------------------------------------------------


def test_a_link_is_found_by_its_title_and_several_or_none_are_told(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    family = office.family("Тестовы")
    for number in ("3", "4"):
        office.stored.add(ServiceArea(number=number, name="Двойной", service_unit_id=office.unit.id))
    office.stored.commit()
    pk = family.id
    office.stored.commit()
    with at_desk(app, by) as session:
        path = taken(session, "families", tmp_path / "f.xlsx")
        plan = planned(session, "families", changed(path, put(Участок_5="Нигде")))
        assert told(plan) == ["H5: По «Нигде» ничего не нашлось. Проверьте буквы. Выберите из списка."]
        plan = planned(session, "families", changed(path, put(Участок_5="двойной")))
        assert told(plan) == ["H5: Подходит несколько: 3. Двойной; 4. Двойной. Уточните."]
        assert loaded(session, "families", changed(path, put(Участок_5="4. Двойной"))).numbers["cells"] == 1
        session.expire_all()
        assert str(session.get_one(ServiceArea, session.get_one(Family, pk).area_id)) == "4. Двойной"


# ---- rights ------------------------------------------------------------------------------------------


def test_somebody_without_the_right_to_special_data_neither_takes_nor_brings_it(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    office.family("Тестовы")
    office.stored.commit()
    with at_desk(app, by) as session:
        path = changed(taken(session, "families", tmp_path / "f.xlsx"), put(Признаки_5="малоимущая"))
    with at_desk(app, by, without=("can_special",)) as session:
        assert "features" not in import_of("families").form.columns
        plan = planned(session, "families", path)
        assert plan.counts[Verdict.UNCHANGED] == 1
        assert plan.problems == []


def test_who_may_only_change_adds_nothing_and_who_may_only_add_changes_nothing(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    service(office, "Беседа")
    with at_desk(app, by) as session:
        path = changed(taken(session, "services", tmp_path / "s.xlsx"), put(Код_5="Б1", Услуга_6="Новая"))
    with at_desk(app, by, without=("can_add",)) as session:
        plan = planned(session, "services", path)
        assert [row.verdict for row in plan.items] == [Verdict.CHANGED, Verdict.ERROR]
        assert told(plan) == ["A6: строка без кода, а добавлять сюда вам нельзя: удалите её или верните код"]
    with at_desk(app, by, without=("can_edit",)) as session:
        plan = planned(session, "services", path)
        assert told(plan)[0] == "C5: здесь это не меняется: верните «» или измените в самой карточке"


def test_what_is_set_once_cannot_be_changed_in_the_table(app: Flask, office: Office, by: Actor, tmp_path: Path) -> None:
    from tests.register.test_statements import _life

    _life(office)
    office.stored.commit()
    with at_desk(app, by) as session:
        path = taken(session, "members", tmp_path / "m.xlsx")
        plan = planned(session, "members", changed(path, put(В_семье_с_5=dt.datetime(2020, 1, 1))))
    assert len(told(plan)) == 1
    assert told(plan)[0].startswith("G5: здесь это не меняется: верните «")


# ---- refusals of rules, and the way back --------------------------------------------------------------


def test_a_rule_s_refusal_loads_nothing_and_names_its_row(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    for name in ("Первая", "Вторая"):
        make_adult(office.stored, office.by, last_name=name)
    office.stored.commit()
    with at_desk(app, by) as session:
        path = taken(session, "people", tmp_path / "p.xlsx")
        changed(path, put(Почта_5="a@example.org", Дата_рождения_6=dt.datetime(2190, 1, 1)))
        with pytest.raises(RuleBroken) as refusal:
            loaded(session, "people", path)
        session.rollback()
        assert refusal.value.sentence.startswith("Ничего не загружено. Ячейка F6: ")
        assert session.scalars(select(Person.email).where(Person.email.is_not(None))).all() == []
        done = loaded(session, "people", path, good_rows=True)
        assert (done.numbers["changed"], done.left_out) == (1, 1)


@pytest.mark.both
def test_a_whole_load_is_undone_as_one_step(app: Flask, office: Office, by: Actor, tmp_path: Path) -> None:
    pk = service(office, "Беседа", code="Б1", norm_minutes=30)
    with at_desk(app, by) as session:
        form = import_of("services").form
        path = changed(taken(session, "services", tmp_path / "s.xlsx"), put(**{
            "Код_5": "Б2", "Норма,_мин_5": None, "Услуга_6": "Новая", "Единица_6": "час",
            "Направление_6": form.field("direction").options[0].label, "Вид_6": form.field("kind").options[0].label,
        }))  # fmt: skip
        assert loaded(session, "services", path).numbers == {"new": 1, "changed": 1, "cells": 2}
        step = session.scalars(select(BulkStep)).one()
        assert (step.register, step.records) == ("services", 2)
        undone = steps.undo(step, by=by)
        session.commit()
        assert (undone.done, undone.left) == (2, ())
        session.expire_all()
        rows = session.execute(select(Service.id, Service.code, Service.norm_minutes)).all()
    assert [tuple(row) for row in rows] == [(pk, "Б1", 30)]


# ---- strangers' tables -------------------------------------------------------------------------------


def test_a_merged_header_over_two_storeys_is_read(app: Flask, office: Office, by: Actor, tmp_path: Path) -> None:
    service(office, "Беседа")
    with at_desk(app, by) as session:
        path = taken(session, "services", tmp_path / "s.xlsx")

        def merge(sheet: Worksheet, at: dict[str, int]) -> None:
            sheet.insert_rows(4)
            sheet.cell(4, 2).value = "Сведения об услуге"
            sheet.merge_cells(start_row=4, start_column=2, end_row=4, end_column=6)
            sheet.cell(6, at["Код"]).value = "Б9"

        plan = planned(session, "services", changed(path, merge))
        assert [[(one.column, one.new) for one in row.changes] for row in plan.items] == [[("code", "Б9")]]


def test_a_table_of_something_else_is_refused_in_one_sentence(
    app: Flask, office: Office, by: Actor, tmp_path: Path
) -> None:
    path = own_table(tmp_path / "own.xlsx", ["Сумма", "Итог", "Процент"], [1, 2, 3], [4, 5, 6])
    with at_desk(app, by) as session:
        plan = import_of("areas").plan(session, open_workbook(path), by=by)
        assert plan.to_load == []

"""Any register out for editing and back: what nobody touched changes nothing, and ten cells change ten cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.demo import fill
from app.journal.models import JournalRow, JournalValue
from app.organisation.models import ServiceArea
from app.people.lists import FamilyFeature
from app.people.models import Family, FamilyKind
from app.register.field import Field
from app.register.intake.form_cells import written
from app.register.intake.form_plan import FormPlan
from app.register.intake.form_sheet import Form
from app.register.intake.of_register import of_register
from app.register.intake.plan import Change, Verdict
from app.register.locks import locks_of
from app.register.spec import names_in
from app.register.view import registers
from tests.register.conftest import Office
from tests.register.forms_in_excel import at_desk, changed, columns, import_of, loaded, planned, taken
from tests.register.test_statements import _life


def with_form() -> list[str]:
    """Return the keys of registers that have a form; rows of the others are made by rules or on a page of their own."""
    every = registers().by_key.items()
    return sorted(key for key, one in every if names_in(one.spec.add) or names_in(one.spec.edit))


@pytest.fixture
def centre(stored: Session) -> Actor:
    """Return somebody of the demonstration centre."""
    fill(stored, families=8)
    stored.commit()
    unit = stored.scalars(select(Family.service_unit_id)).first()
    stored.commit()
    return Actor(user_id=None, name="Здешняя", unit_id=unit, sees_unit=True)


@pytest.mark.both
def test_every_register_taken_for_editing_and_brought_back_untouched_changes_nothing(
    app: Flask, office: Office, tmp_path: Path
) -> None:
    for _ in range(2):
        _life(office)
    far = ServiceArea(number="7", name="Дальний", service_unit_id=office.other.id)
    office.stored.add(far)
    office.stored.flush()
    office.family("=1+1", area_id=far.id, features=[next(iter(FamilyFeature))], phone="нет телефона", note=" а\n б ")
    by = office.by
    office.stored.commit()
    seen = {}
    with at_desk(app, by) as session:
        for key in with_form():
            plan = planned(session, key, taken(session, key, tmp_path / f"{key}.xlsx"))
            assert [row.problems for row in plan.items if row.problems] == [], key
            assert {row.verdict for row in plan.items} <= {Verdict.UNCHANGED}, key
            assert set(plan.reading.tables[0].mapping.values()) >= set(import_of(key).form.columns), key
            seen[key] = len(plan.items)
            assert seen[key] == session.scalar(select(func.count()).select_from(registers().by_key[key].model)), key
    assert {"families", "people", "members", "children", "cases", "records", "staff", "units"} <= {
        *filter(seen.get, seen)
    }


def other_than(made: Field, value: Any, number: int) -> Any:
    """Return a cell that says something else than *value* does, as a person would write it; None when there is none."""
    if made.kind in ("line", "prose"):
        if made.unique or made.name in ("oktmo", "inn", "ogrn", "zone", "email"):
            return None
        return f"{(value or 'Правка')[: (made.max_length or 200) - 6]} п{number}"
    if made.kind == "choice":
        return written(made, next(one for one in made.options if one != value))
    if made.kind == "choices":
        return written(made, [one for one in made.options if one not in (value or [])][:2])
    if made.kind == "date":
        return (value or dt.date(2026, 1, 31)) - dt.timedelta(days=1)
    if made.kind in ("number", "money"):
        return float((value or 0) + 1)
    if made.kind == "flag":
        return "+" if not value else "нет"
    return {"phone": 89000001426 + number, "snils": None, "moment": None}[made.kind]


def test_in_every_register_exactly_the_edited_cells_are_planned_to_change(
    app: Flask, centre: Actor, tmp_path: Path
) -> None:
    kinds: set[str] = set()
    edited: set[str] = set()
    with at_desk(app, centre) as session:
        for key in with_form():
            form = import_of(key).form
            path = taken(session, key, tmp_path / f"{key}.xlsx")
            before = planned(session, key, path)
            assert before.counts[Verdict.UNCHANGED] == len(before.items), key
            if not before.items or not form.editing:
                continue  # The demonstration centre has none of these, or they are written once.
            edited.add(key)
            cells = list(edits(session, form, before))
            plan = planned(session, key, changed(path, partial(write_all, cells=cells)))
            expected = {(pk, made.name) for pk, _, made, _ in cells}
            kinds.update(made.kind for _, _, made, _ in cells)
            assert {(row.record_id, one.column) for row in plan.items for one in row.changes} == expected, key
            assert plan.problems == [], key
            assert plan.cells == len(expected) > 0, key
    assert kinds == {"line", "prose", "choice", "choices", "date", "number", "money", "flag", "phone", "ref"}
    assert len(edited) >= 20


def edits(session: Session, form: Form, plan: FormPlan) -> Iterator[tuple[int | None, int, Field, Any]]:
    """Yield for each field of the form one cell to write: the record, its row, the field and what to write."""
    for number, name in enumerate(form.editing):
        row, made = plan.items[number % len(plan.items)], form.field(name)
        record = session.get_one(form.spec.model, row.record_id)
        if locks_of(session, form.spec, [name], record):
            continue  # What a consent has not opened is refused at its cell: tests/people/test_consents.py.
        held = getattr(record, name)
        value = title_of(session, made, held) if made.kind == "ref" else other_than(made, held, number)
        if value is not None:
            yield row.record_id, row.group.row, made, value


def write_all(sheet: Worksheet, at: dict[str, int], cells: list[Any]) -> None:
    """Write every one of *cells*."""
    for _, row, made, value in cells:
        sheet.cell(row, at[made.said]).value = value


def title_of(session: Session, made: Field, value: int | None) -> str | None:
    """Return the title of another record the link may point to, one nobody else bears."""
    titles = {one.id: str(one) for one in session.scalars(select(made.linked)).unique()}
    once = [one for pk, one in titles.items() if pk != value and list(titles.values()).count(one) == 1]
    return once[-1] if once else None


@pytest.mark.both
def test_ten_cells_of_different_kinds_change_exactly_ten_fields_and_the_journal_tells_of_ten(
    app: Flask, office: Office, tmp_path: Path
) -> None:
    by = office.by
    for number in range(6):
        office.family(f"Семейкины {number}", phone="+79000001426", per_capita_income=Decimal("9140.50"), rooms=2)
    area = ServiceArea(number="12", name="Заречный", service_unit_id=office.unit.id)
    office.stored.add(area)
    office.stored.commit()
    area_id = area.id
    office.stored.commit()
    values = [
        ("Фамилия семьи", "Новосёловы"),
        ("Вид семьи", f"  {FamilyKind.FATHER.label.upper()}\u00a0"),
        ("Признаки", f"{FamilyFeature.POOR.label}; {FamilyFeature.LARGE.label}"),
        ("Примечание", "=СУММ(А1)\n+7 вторая строка"),
        ("Участок", "12.\u00a0заречный "),
        ("Телефон", 89000001427),
        ("Доход на человека, ₽ в месяц", 10250.75),
        ("Доход известен на", dt.datetime(2026, 2, 1)),
        ("Площадь, м²", "54,5"),
        ("Комнат", 3.0),
    ]

    def edit(sheet: Worksheet, at: dict[str, int]) -> None:
        for number, (label, value) in enumerate(values):
            cell = sheet.cell(5 + number % 6, at[label])
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type

    with at_desk(app, by) as session:
        path = changed(taken(session, "families", tmp_path / "families.xlsx"), edit)
        last = session.scalar(select(func.max(JournalRow.id)))
        before = {one.id: _fields(one) for one in session.scalars(select(Family))}
        plan = planned(session, "families", path)
        assert plan.problems == []
        assert plan.cells == 10
        done = loaded(session, "families", path)
        assert done.numbers == {"new": 0, "changed": 6, "cells": 10}
        session.expire_all()
        after = {one.id: _fields(one) for one in session.scalars(select(Family))}
        told = session.execute(
            select(JournalValue.field)
            .join(JournalRow, JournalRow.id == JournalValue.journal_id)
            .where(JournalRow.id > last)
        ).all()
    assert sorted(name for (name,) in told) == sorted(
        ["name", "family_kind", "features", "note", "area_id", "phone", "per_capita_income", "income_at", "area_m2",
         "rooms"]
    )  # fmt: skip
    different = [(pk, name) for pk, fields in before.items() for name in fields if after[pk][name] != fields[name]]
    assert len(different) == 10
    now = {name: after[pk][name] for pk, name in different}
    assert now["phone"] == "+79000001427"
    assert now["note"] == "=СУММ(А1)\n+7 вторая строка"
    assert now["per_capita_income"] == Decimal("10250.75")
    assert now["income_at"] == dt.date(2026, 2, 1)
    assert now["area_m2"] == Decimal("54.5")
    assert now["rooms"] == 3
    assert now["area_id"] == area_id
    assert set(now["features"]) == {FamilyFeature.POOR, FamilyFeature.LARGE}


def _fields(family: Family) -> dict[str, Any]:
    names = [name for name in registers().by_key["families"].every_field if "_at" not in name or name == "income_at"]
    hidden = ("changed_by_id", "version")
    return {name: getattr(family, name) for name in names if name not in hidden}


def test_the_preview_tells_each_change_as_it_was_and_as_it_will_be(app: Flask, office: Office, tmp_path: Path) -> None:
    office.family("Тестовы", rooms=2)
    by = office.by
    office.stored.commit()
    with at_desk(app, by) as session:
        path = taken(session, "families", tmp_path / "families.xlsx")

        def edit(sheet: Worksheet, at: dict[str, int]) -> None:
            sheet.cell(5, at["Комнат"]).value = None
            sheet.cell(5, at["Доход на человека, ₽ в месяц"]).value = 9140.5

        plan = planned(session, "families", changed(path, edit))
    assert plan.items[0].changes == (
        Change("per_capita_income", "", "9\u202f140,50\u00a0₽"),
        Change("rooms", "2", ""),
    )
    assert import_told(app, by, plan) == "Изменятся 2\u00a0ячейки в 1\u00a0строке."


def import_told(app: Flask, by: Actor, plan: Any) -> str:
    """Return the line above the preview."""
    with at_desk(app, by):
        return import_of("families").told(plan)


def test_registers_whose_rows_are_made_by_rules_cannot_be_loaded_into(app: Flask, office: Office) -> None:
    by = office.by
    office.stored.commit()
    with at_desk(app, by):
        loaded_into = {key for key, one in registers().by_key.items() if of_register(one) is not None}
        assert loaded_into == set(with_form())
        assert not {"assignments", "programmes", "lines", "accounts"} & loaded_into


def test_the_table_for_editing_has_every_field_of_the_form_with_formats_and_lists(
    app: Flask, office: Office, tmp_path: Path
) -> None:
    family = office.family("Тестовы", income_at=dt.date(2026, 1, 31), per_capita_income=Decimal("9140.50"))
    by = office.by
    office.stored.commit()
    key = f"{family.id}-{family.version}"
    office.stored.commit()
    with at_desk(app, by) as session:
        sheet = load_workbook(taken(session, "families", tmp_path / "families.xlsx")).worksheets[0]
        labels = [import_of("families").form.field(name).said for name in import_of("families").form.columns]
    at = columns(sheet)
    assert list(at) == ["Код карточки", *labels]
    assert sheet.cell(5, 1).value == key
    assert sheet.cell(4, 1).comment.text.startswith("По этому коду программа находит карточку.")
    assert sheet.cell(5, at["Доход известен на"]).value == dt.datetime(2026, 1, 31)
    assert sheet.cell(5, at["Доход известен на"]).number_format == "dd.mm.yyyy"
    assert sheet.cell(5, at["Доход на человека, ₽ в месяц"]).value == 9140.5
    lists = {str(rule.sqref).rstrip("0123456789").split(":")[0][0]: rule.formula1
             for rule in sheet.data_validations.dataValidation}  # fmt: skip
    kind = sheet.cell(5, at["Вид семьи"]).column_letter
    assert kind in lists

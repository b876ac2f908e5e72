"""R24 Журнал доступа к ПДн (domain.md 5; ФСТЭК № 21, РСБ.2): moment, user, address, action, object, result.

An object is told by its kind and number, never by name: the file travels, and whoever audits need not know families.
It is handed out by its own screen (``app/audit``), because who exports registers may not read who looked at whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy.orm import Session

from app.acting import actor
from app.base import FabBase
from app.journal import looks
from app.journal.finding import Wanted, each
from app.journal.models import JournalRow
from app.journal.words import VERBS
from app.register.personal import is_personal
from app.register.registry import registers
from reports.form import Asked, Field, Report

REFUSED = frozenset({"account.refused", "account.lockout", looks.REFUSED})
"""Verbs of what was tried and did not succeed."""


def object_words(row: JournalRow) -> str:
    """Return «Семья № 12»: the kind and the number in its address; a whole register by its name."""
    one, many = _titles(row.table_name)
    if row.record_id is None:
        return many
    return f"{one} № {row.record_id}"


def _titles(table: str) -> tuple[str, str]:
    if table == "attachment":
        return "Файл", "Файлы"
    if has_app_context() and "appbuilder" in current_app.extensions:
        for register in registers().by_key.values():
            if register.model.__tablename__ == table:
                return register.spec.one, register.spec.many
    return ("Строка", "") if table else ("", "")


def names_nobody(row: JournalRow) -> bool:
    """Whether the sentence of *row* names no one the centre helps, so that it may be shown to who sees no family."""
    if row.verb.startswith("look.") or row.verb == looks.REFUSED or not row.table_name:
        return True
    model = next((m.class_ for m in FabBase.registry.mappers if m.local_table.name == row.table_name), None)
    return model is not None and not is_personal(model)


def result_words(row: JournalRow) -> str:
    """Return whether what was tried was done."""
    return "отказано" if row.verb in REFUSED else "выполнено"


def _lines(session: Session, asked: Asked) -> Iterable[Any]:
    return each(session, Wanted(), actor())


HEADING = Report(
    "R24",
    "zhurnal_dostupa",
    "Журнал доступа к персональным данным",
    (
        Field("№ строки", lambda row: row.id, "number", 11),
        Field("Дата и время", lambda row: row.at, "moment"),
        Field("Пользователь", lambda row: row.actor, width=30, total=True),
        Field("Адрес", lambda row: row.address, width=18),
        Field("Действие", lambda row: VERBS.get(row.verb, row.verb), width=32),
        Field("Объект", object_words, width=30),
        Field("Подробности", lambda row: row.sentence if names_nobody(row) else "", width=44),
        Field("Результат", result_words, width=13),
    ),
    _lines,
    about="Кто, когда и откуда смотрел, искал, выгружал и печатал; входы и изменения прав.",
    icon="eye",
    by_case=False,
    on_health=False,
    hold=2,
)

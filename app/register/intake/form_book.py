"""A register's form as a workbook: written out for editing, with the key of each row, or blank to be filled in.

Every column has the format and, where there is a closed list, the choices of its field; what may stand in it is told
in a comment to its header. Nothing is locked: a key that was lost or a word that cannot be read is told when the
table comes back.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from app.acting import Actor, today
from app.base import Model
from app.journal.looks import EXPORT, look
from app.register import lists, workbook
from app.register.cells import clean, number_of
from app.register.field import Field, fields_of, zone
from app.register.intake.form_cells import NO, YES
from app.register.intake.form_rows import AT_ONCE, Titles, held
from app.register.intake.form_sheet import KEY_LABEL, Form
from app.register.spec import title_key
from app.register.state import ListState
from app.terms import say
from app.words import counted

LISTS = "Списки"
"""The hidden sheet that holds the choices of the columns."""
SPARE = 2000
"""Rows below the last one whose cells offer the choices, too."""
OFFERED = 300
"""Records of a short directory that are offered as choices."""
_HEADER = workbook.HEADER_LINE
_FORMATS = {"date": "dd.mm.yyyy", "money": "#,##0.00", "number": "General"}
_WIDTHS = {"prose": 40.0, "choices": 32.0, "date": 12.0, "number": 11.0, "money": 14.0, "flag": 9.0, "moment": 17.0}
_TOLD = {
    "date": "Дата: 31.12.2026.",
    "moment": "День и время: 31.12.2026 14:30.",
    "money": "Сумма в рублях.",
    "number": "Число.",
    "flag": "да или нет.",
    "choice": "Одно значение из списка в ячейке.",
    "phone": "Телефон: 10 цифр после +7.",
    "snils": "СНИЛС: 11 цифр.",
    "ref": "Название карточки, как она называется в программе.",
}
_KEY_TOLD = (
    "По этому коду программа находит карточку. Не меняйте его. В новой строке оставьте пустым: появится новая карточка."
)
EDIT_LINE = (
    "Исправьте нужные ячейки и загрузите файл обратно. «Код карточки» не трогайте. "
    "Удалённая строка ничего не удаляет, пустая ячейка стирает значение."
)
BLANK_LINE = "Заполните строки под заголовком и загрузите файл. Что писать в столбце, сказано в примечании к заголовку."


def rows(session: Session, form: Form, state: ListState) -> Iterator[tuple[str, list[Any]]]:
    """Yield the rows of the filtered list in its order: the key and what each column holds. *session* is emptied."""
    ids = _ids(session, form, state)
    titles = Titles(session)
    for start in range(0, len(ids), AT_ONCE):
        for one in held(session, form, ids[start : start + AT_ONCE].tolist(), titles):
            yield f"{one.id}-{one.version}", [one.cells.get(name) for name in form.columns]
        session.expunge_all()


def _ids(session: Session, form: Form, state: ListState) -> array[int]:
    return array("q", session.scalars(lists.ordered(lists.matching(session, form.spec, state), form.spec, state.sort)))


def write(session: Session, form: Form, target: Any, state: ListState | None, *, organisation: str) -> int:
    """Write the workbook to *target* and return its number of rows; without *state* it is blank."""
    found: Iterable[tuple[str, list[Any]]] = rows(session, form, state) if state is not None else ()
    with tempfile.TemporaryDirectory(prefix="opora-", ignore_cleanup_errors=True) as directory:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = Workbook(target, {**options, "constant_memory": True, "tmpdir": directory})
        book.set_properties({"title": clean(form.spec.many), "company": clean(organisation)})
        made = _Made(book, form, keyed=state is not None)
        made.head(organisation)
        number = made.fill(found)
        made.choices(session, number)
        book.close()
    return number


class _Made:
    """One workbook being written."""

    def __init__(self, book: Workbook, form: Form, *, keyed: bool) -> None:
        self.book, self.form, self.keyed = book, form, keyed
        self.first = int(keyed)
        self.sheet: Worksheet = book.add_worksheet(_sheet_name(form.spec.many))
        self.fields = [form.field(name) for name in form.columns]
        line = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        grid = {**line, "border": 1, "border_color": "#BFBFBF"}
        self.title = book.add_format({**line, "bold": True, "font_size": 14})
        self.told = book.add_format({**line, "font_color": "#595959"})
        header = {**grid, "bold": True, "text_wrap": True, "valign": "vcenter"}
        self.header = book.add_format({**header, "bg_color": "#E8EEF4"})
        self.closed = book.add_format({**header, "bg_color": "#E7E6E6", "font_color": "#595959"})
        self.key = book.add_format({**grid, "num_format": "@", "bg_color": "#F2F2F2", "font_color": "#7F7F7F"})
        self.text = book.add_format({**grid, "num_format": "@", "text_wrap": True, "locked": False})
        self.formats: dict[str, Format] = {
            kind: book.add_format({**grid, "num_format": shown, "locked": False}) for kind, shown in _FORMATS.items()
        }
        self.zone = zone()

    def head(self, organisation: str) -> None:
        """Write what stands above the rows, and the format of each column."""
        sheet, form = self.sheet, self.form
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(_HEADER)
        if self.keyed:
            sheet.set_column(0, 0, 11, self.key)
        for at, made in enumerate(self.fields, self.first):
            sheet.set_column(at, at, _WIDTHS.get(made.kind, 24.0), self.formats.get(made.kind, self.text))
        for line, text in enumerate((form.spec.many, EDIT_LINE if self.keyed else BLANK_LINE, organisation)):
            sheet.write_string(line, 0, clean(text), self.told if line else self.title)
        sheet.set_row(_HEADER, 45)
        if self.keyed:
            sheet.write_string(_HEADER, 0, KEY_LABEL, self.closed)
            sheet.write_comment(_HEADER, 0, _KEY_TOLD, {"x_scale": 2})
        for at, made in enumerate(self.fields, self.first):
            open_ = made.name in form.editing or not self.keyed
            sheet.write_string(_HEADER, at, clean(made.said), self.header if open_ else self.closed)
            sheet.write_comment(_HEADER, at, self._about(made), {"x_scale": 2, "y_scale": 1.5})
        sheet.freeze_panes(_HEADER + 1, self.first + 1)

    def _about(self, made: Field) -> str:
        parts = ["Обязательно." if made.required else "", _TOLD.get(made.kind, ""), say(made.hint)]
        if self.keyed and made.name not in self.form.editing:
            parts.append("В готовой карточке здесь это не меняется.")
        if made.kind == "choices":
            labels = "; ".join(one.label for one in made.options)
            parts.append(f"Можно несколько, через точку с запятой: {labels}.")
        return clean(" ".join(filter(None, parts)) or "Текст.")

    def fill(self, found: Iterable[tuple[str, list[Any]]]) -> int:
        """Write the rows and return how many there were."""
        sheet, number = self.sheet, 0
        for number, (key, values) in enumerate(found, 1):
            row = _HEADER + number
            sheet.write_string(row, 0, key, self.key)
            for at, (made, value) in enumerate(zip(self.fields, values, strict=True), self.first):
                self._cell(row, at, made, value)
        last = self.first + len(self.fields) - 1
        sheet.autofilter(_HEADER, 0, _HEADER + max(number, 1), last)
        area = f"A{_HEADER + 1}:{xl_col_to_name(last)}{_HEADER + 1 + max(number, SPARE)}"
        sheet.ignore_errors({"number_stored_as_text": area})
        return number

    def _cell(self, row: int, at: int, made: Field, value: Any) -> None:
        shown = self.formats.get(made.kind)
        amount = number_of(value, self.zone) if shown is not None and value is not None else None
        if amount is not None:
            self.sheet.write_number(row, at, amount, shown)
        elif value is None or value == "":
            self.sheet.write_blank(row, at, None, shown or self.text)
        else:
            # A day Excel does not know and a number too long for it are words, and stay words when edited.
            text = (
                f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else str(value).replace(".", ",") if shown else value
            )
            self.sheet.write_string(row, at, clean(str(text)), self.text)

    def choices(self, session: Session, number: int) -> None:
        """Offer the choices of closed lists and short directories in the cells of their columns."""
        first, last = _HEADER + 1, _HEADER + number + SPARE
        columns: list[tuple[int, list[str], bool]] = []
        for at, made in enumerate(self.fields, self.first):
            offered = _offered(session, made)
            if offered:
                columns.append((at, offered, made.kind != "ref"))
        if not columns:
            return
        sheet = self.book.add_worksheet(LISTS)
        sheet.hide()
        # A line left in constant memory cannot be returned to, so the lists are written side by side.
        for line in range(max(len(offered) for _, offered, _ in columns)):
            for column, (_, offered, _) in enumerate(columns):
                if line < len(offered):
                    sheet.write_string(line, column, clean(offered[line]))
        for column, (at, offered, closed) in enumerate(columns):
            name = xl_col_to_name(column)
            self.sheet.data_validation(first, at, last, at, {
                "validate": "list",
                "source": f"={LISTS}!${name}$1:${name}${len(offered)}",
                "error_type": "stop" if closed else "warning",
                "error_title": "Такого нет в списке",
                "error_message": "Выберите значение из списка в ячейке.",
            })  # fmt: skip


def _offered(session: Session, made: Field) -> list[str]:
    if made.kind == "flag":
        return [YES, NO]
    if made.kind == "choice":
        return [one.label for one in made.options]
    if made.target is not None and _is_directory(made.target):
        key = getattr(made.target, title_key(made.target))
        titles = [str(one) for one in session.scalars(select(made.target).order_by(key).limit(OFFERED + 1)).unique()]
        return list(dict.fromkeys(titles)) if len(titles) <= OFFERED else []
    return []


def _is_directory(model: type[Model]) -> bool:
    """Whether the titles of *model* name nobody: a blank table travels, and no family or person may travel in it."""
    name = title_key(model)
    composed = model.__keys__[2]
    private = any(one.private for one in fields_of(model).values())
    return name != "id" and name.removesuffix("_key") not in composed and not private


def _sheet_name(title: str) -> str:
    return workbook._sheet_name(title, {LISTS.casefold()})


def download(session: Session, form: Form, state: ListState | None, by: Actor) -> Response:
    """Return the workbook as a response; the way of data out is journalled before the first byte leaves."""
    whole = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the response has been sent
    with Session(session.get_bind()) as own:
        number = write(own, form, whole, state, organisation=by.unit_name)
        shown = {form.spec.model.__tablename__: _ids(own, form, state)} if state is not None else {}
    title, key = form.spec.many, form.register.key
    if state is not None:
        told = counted(number, "строка", "строки", "строк")
        said = f"Выгружено в Excel для правки: {title}, {told}."
        look(session, by, EXPORT, about=(form.spec.model.__tablename__, None), sentence=said, shown=shown)
    whole.seek(0)
    response = Response(stream_with_context(iter(lambda: whole.read(65_536), b"")), mimetype=workbook.MIME)
    response.call_on_close(whole.close)
    name = workbook.file_name(key, "edit" if state is not None else "blank", today())
    kind = "для правки" if state is not None else "пустая таблица"
    response.headers["Content-Disposition"] = workbook.content_disposition(name, f"{title}, {kind}", today())
    return response

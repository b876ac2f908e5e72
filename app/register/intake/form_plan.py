"""What loading a sheet derived from a form would do, judged row by row against the base as it is now.

::

    no key ─► new ─► resembles a record ─► the question whether it is the same ─► new, or its cells changed
    key ─► record ─► each cell: the record's own words ─► nothing
                              │ other words ─► read ─► the same value ─► nothing
                              └────────────────► changed here only ─► a change
                                   changed there only ─► theirs stays · both ─► a problem at the cell
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import Model, keys_of
from app.journal import as_text
from app.journal.marks import mark_of
from app.register import kinds
from app.register.field import OUT_OF_SIGHT, shown
from app.register.history import changed_since, value_from_text
from app.register.intake.form_cells import Said, lacking, written
from app.register.intake.form_rows import Held, Links, Titles, held, pieces, taken, unique_sets
from app.register.intake.form_sheet import KEY, Form
from app.register.intake.plan import (
    DUPLICATE_KIND,
    OTHER,
    TWIN_KIND,
    Answers,
    Change,
    Plan,
    Planned,
    Twin,
    Verdict,
    question,
    stamp_of,
)
from app.register.locks import Lock, locks_of_new
from app.register.sheet import Group, Reading
from app.register.spec import title_key
from app.words import fold

NO_SUCH = "такой карточки нет: сотрите код, если это новая строка"
LOCKED = "здесь это не меняется: верните «{}» или измените в самой карточке"
CONFLICT = (
    "пока таблица была у вас, здесь тоже изменили: было «{before}», стало «{theirs}» ({who}). "
    "Впишите «{theirs}» или выгрузите таблицу заново"
)
LATER = "это заполняют в готовой карточке: сотрите здесь и внесите потом"


NOTHING_SAID = Said("")
_BLANK = {"flag": False, "choices": []}
"""What an empty control of these kinds sends; of the others it is nothing."""


@dataclass(frozen=True)
class FormRow(Planned):
    """One row: the record it belongs to with its version as judged, and the values that would be written.

    *later*: values of a new record that its adding form does not ask for.
    """

    record_id: int | None = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    later: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FormPlan(Plan):
    """What loading would do. Show it, then hand it to :class:`~app.register.intake.of_register.OfRegister`."""

    items: tuple[FormRow, ...]

    @property
    def unread(self) -> list[tuple[str, str]]:
        """The sheets nothing was taken from, but for those with the lists of choices."""
        return [(name, why) for name, why in self.reading.unread if name not in self.reading.book.hidden]

    @property
    def cells(self) -> int:
        """How many cells of records of the base would be overwritten."""
        return sum(len(row.changes) for row in self.items if row.verdict is Verdict.CHANGED)


def judge(session: Session, form: Form, reading: Reading, answers: Answers, *, by: Actor) -> FormPlan:
    """Say what loading *reading* would do against the base as it is now."""
    mark = mark_of(session)
    rows = tuple(_Judging(session, form, reading, answers).rows())
    said = (
        [row.group.sheet, row.group.row, row.verdict, row.record_id, row.version,
         [problem.kind for problem in row.problems], [[one.column, one.old, one.new] for one in row.changes]]
        for row in rows
    )  # fmt: skip
    notes = tuple(note for group in reading.groups for note in group.notes)
    return FormPlan(reading, rows, by.unit, notes, stamp_of(reading, by, answers, said), answers, mark)


def _told(lock: Lock) -> str:
    return f"{lock.reason[:1].lower()}{lock.reason[1:].rstrip('.')}"


class _Judging:
    """Goes through the rows of a sheet once."""

    def __init__(self, session: Session, form: Form, reading: Reading, answers: Answers) -> None:
        self.session, self.form, self.reading, self.answers = session, form, reading, answers
        self.titles, self.links = Titles(session), Links(session)
        keys = [key.id for group in reading.groups if (key := group.head.value(KEY)) is not None]
        self.known = {one.id: one for one in held(session, form, keys, self.titles)}
        self.met: dict[int, str] = {}
        self.presets = {
            name: value.id if isinstance(value, Model) else value for name, value in form.register.presets({}).items()
        }
        for name in form.columns:
            made = form.field(name)
            if made.target is not None:
                texts = (self._said(group, name).words for group in reading.groups)
                own = {str(one.cells.get(name)) for one in self.known.values()}
                self.links.fetch(made.target, {text for text in texts if text not in own})

    def rows(self) -> Iterator[FormRow]:
        """Yield every row, judged."""
        judged = [self._row(group) for group in self.reading.groups]
        judged = self._alike(judged)
        yield from self._once(judged)

    # ---- cells ---------------------------------------------------------------------------------------

    def _said(self, group: Group, name: str) -> Said:
        cell = group.head.cells.get(name)
        return cell.value if cell is not None and isinstance(cell.value, Said) else NOTHING_SAID

    def _meant(self, name: str, said: Said) -> Any:
        """Return the value of a cell.

        Raises:
            NotRead: with the form's sentence.
        """
        made = self.form.field(name)
        if said.refusal:
            raise kinds.NotRead(said.refusal)
        link = made.target is not None
        value = self.links.find(made, said.words) if link else self.form.cell(name).value(said.words)
        if sentence := lacking(made, value):
            raise kinds.NotRead(sentence)
        return value

    def words(self, name: str, value: Any) -> str:
        """Return *value* as people read it in the preview."""
        made = self.form.field(name)
        if made.target is not None:
            return self.titles.of(made.target, int(value)) if value is not None else ""
        cell = shown(value, made.kind, made.scale)
        return "" if cell.empty else cell.text

    def _mapped(self, group: Group) -> list[str]:
        broken = {problem.column for problem in group.problems}
        return [name for name in self.form.columns if name in group.columns and name not in broken]

    # ---- rows ----------------------------------------------------------------------------------------

    def _row(self, group: Group) -> FormRow:
        cell = group.head.cells.get(KEY)
        if cell is not None and cell.problem:
            return FormRow(group, Verdict.ERROR, tuple(group.problems))
        key = cell.value if cell is not None else None
        if key is None:
            return self._new(group)
        place = f"строка {group.row}, лист «{group.sheet}»"
        if key.id in self.met:
            said = f"этот код уже стоит выше ({self.met[key.id]}): сотрите его, если это новая строка"
            return FormRow(group, Verdict.DUPLICATE, (group.problem(group.head, KEY, DUPLICATE_KIND, said),))
        self.met[key.id] = place
        found = self.known.get(key.id)
        if found is None or key.version > found.version:
            return FormRow(group, Verdict.ERROR, (group.problem(group.head, KEY, "no_such_record", NO_SUCH),))
        return self._same(group, found, key.version)

    def _same(self, group: Group, found: Held, version: int, *, blanks: bool = True) -> FormRow:
        """Compare a row with its record; without *blanks* an empty cell says nothing."""
        problems, changes, values = list(group.problems), [], {}
        was, who = self._changed_since(found, version)
        for name in self._mapped(group):
            said = self._said(group, name)
            own = self.form.cell(name).glance(found.cells.get(name))
            if said.words == own.words or (not said.words and (not blanks or name not in found.values)):
                continue
            if name in found.closed:
                problems.append(group.problem(group.head, name, "closed", _told(found.closed[name])))
                continue
            if name not in self.form.editing:
                problems.append(group.problem(group.head, name, "locked", LOCKED.format(own.words)))
                continue
            if name in was and said.words == self._was(name, was[name]).words:
                continue
            try:
                value = self._meant(name, said)
            except kinds.NotRead as refusal:
                problems.append(group.problem(group.head, name, "bad_value", str(refusal)))
                continue
            if as_text(value) == as_text(found.values[name]) or (name in was and as_text(value) == was[name]):
                continue
            if name in was:
                before, theirs = self._was(name, was[name]).words or "пусто", own.words or "пусто"
                told = CONFLICT.format(before=before[:80], theirs=theirs[:80], who=who)
                problems.append(group.problem(group.head, name, "conflict", told))
                continue
            values[name] = value
            changes.append(Change(name, self.words(name, found.values[name]), self.words(name, value)))
        verdict = Verdict.ERROR if problems else Verdict.CHANGED if changes else Verdict.UNCHANGED
        return FormRow(
            group, verdict, tuple(problems), tuple(changes), record_id=found.id, version=found.version, values=values
        )

    def _changed_since(self, found: Held, version: int) -> tuple[dict[str, str | None], str]:
        """Return what others have changed since the row was written out, and who was the last."""
        if version >= found.version:
            return {}, ""
        record = self.session.get(self.form.spec.model, found.id)
        if record is None:
            return {}, ""
        was, who, _ = changed_since(self.session, self.form.spec, record, version)
        return was, who

    def _was(self, name: str, text: str | None) -> Said:
        """Return what the cell held at that time, from the words of the journal."""
        made = self.form.field(name)
        if made.target is not None:
            value: Any = written(made, None, self.titles.of(made.target, int(text)) if text else "")
        else:
            value = written(made, value_from_text(made, text))
        return self.form.cell(name).glance(value)

    def _new(self, group: Group) -> FormRow:
        problems = list(group.problems)
        if not self.form.adding:
            said = "строка без кода, а добавлять сюда вам нельзя: удалите её или верните код"
            return FormRow(group, Verdict.ERROR, (*problems, group.problem(group.head, KEY, "no_right", said)))
        mapped = self._mapped(group)
        values: dict[str, Any] = {}
        later: dict[str, Any] = {}
        broken = {problem.column for problem in problems}
        for name in (name for name in self.form.columns if name not in broken):
            made, filled = self.form.field(name), name in mapped and bool(self._said(group, name).words)
            if name not in self.form.adding:
                if not filled:
                    continue
                if name not in self.form.editing:
                    problems.append(group.problem(group.head, name, "locked", LATER))
                    continue
            try:
                if filled:
                    value = self._meant(name, self._said(group, name))
                else:  # An empty cell of a new row means what the empty form begins with.
                    value = self.presets.get(name, made.default)
                    value = _BLANK.get(made.kind) if value is None else value
                    if sentence := lacking(made, value):
                        raise kinds.NotRead(sentence)
            except kinds.NotRead as refusal:
                said = str(refusal) if name in group.columns else f"«{made.said}»: {refusal}"
                problems.append(group.problem(group.head, name, "bad_value", said))
                continue
            (values if name in self.form.adding else later)[name] = value
        for name, lock in locks_of_new(self.session, self.form.spec, mapped, values).items():
            if {**values, **later}.get(name) not in (None, "", [], False):
                problems.append(group.problem(group.head, name, "closed", _told(lock)))
        return FormRow(group, Verdict.ERROR if problems else Verdict.NEW, tuple(problems), values=values, later=later)

    # ---- rows among each other -----------------------------------------------------------------------

    def _identity(self, values: dict[str, Any]) -> tuple[Any, ...] | None:
        """Return what a record is told by: its title and all that the form requires; None when that says nothing."""
        key = title_key(self.form.spec.model)
        title = keys_of(self.form.spec.model, values).get(key)
        if not title:
            return None
        asked = (name for name in self.form.adding if self.form.field(name).required and name in self.form.stored)
        return (title, *(fold(as_text(values[name])) for name in asked))

    def _alike(self, rows: list[FormRow]) -> list[FormRow]:
        """Find new rows written twice, and those that resemble a record of the base."""
        met: dict[tuple[Any, ...], int] = {}
        told = [self._identity(row.values) if row.verdict is Verdict.NEW else None for row in rows]
        stand = self._standing({one[0] for one in told if one is not None})
        made = []
        for row, who in zip(rows, told, strict=True):
            if who is None:
                made.append(row)
                continue
            if who in met:
                said = f"такая же строка уже есть выше: строка {met[who]}"
                made.append(self._with(row, Verdict.DUPLICATE, self.form.columns[0], DUPLICATE_KIND, said))
                continue
            met[who] = row.group.row
            made.append(self._answered(row, stand[who]) if who in stand else row)
        return made

    def _standing(self, titles: set[str]) -> dict[tuple[Any, ...], Held]:
        model = self.form.spec.model
        if not titles or title_key(model) == "id":
            return {}
        key = getattr(model, title_key(model))
        ids: list[int] = []
        for some in pieces(titles):
            ids += self.session.scalars(select(model.id).where(key.in_(some))).all()
        found: dict[tuple[Any, ...], Held] = {}
        for one in held(self.session, self.form, ids, self.titles):
            who = self._identity(one.values)
            if who is not None:
                found.setdefault(who, one)
        return found

    def _answered(self, row: FormRow, found: Held) -> FormRow:
        """Ask whether a new row means the record it resembles, or do what was answered."""
        key = question(row.group)
        pairs = tuple(
            (self.form.field(name).said, self._said(row.group, name).words, self.words(name, found.values[name]))
            for name in self._mapped(row.group)
            if name in found.values
            and name not in found.closed
            and (self._said(row.group, name).words or found.values[name] not in (None, "", []))
        )
        title = str(self.session.get(self.form.spec.model, found.id) or OUT_OF_SIGHT)
        row = replace(row, twins=(Twin(found.id, title, 100, pairs, key),))
        answer = self.answers.get(key, "")
        if answer == OTHER:
            return row
        if answer != str(found.id):
            said = f"похоже на «{title}», карточка уже есть: решите, то же это или другое"
            return self._with(row, Verdict.ERROR, self.form.columns[0], TWIN_KIND, said)
        if found.id in self.met:
            said = f"эта карточка уже стоит в таблице ({self.met[found.id]})"
            return self._with(row, Verdict.DUPLICATE, self.form.columns[0], DUPLICATE_KIND, said)
        self.known[found.id] = found
        return replace(self._same(row.group, found, found.version, blanks=False), twins=row.twins)

    def _with(self, row: FormRow, verdict: Verdict, name: str, kind: str, said: str) -> FormRow:
        problem = row.group.problem(row.group.head, name, kind, said)
        return replace(row, verdict=verdict, problems=(*row.problems, problem))

    def _once(self, rows: list[FormRow]) -> list[FormRow]:
        """Find values that may stand only once and stand twice, in the file or in the base."""
        for names in unique_sets(self.form):
            keyed: list[tuple[Any, ...] | None] = []
            for row in rows:
                mine = self._after(row)
                after = tuple(mine.get(name) for name in names)
                touched = row.verdict is Verdict.NEW or any(name in row.values for name in names)
                loads = row.verdict in (Verdict.NEW, Verdict.CHANGED)
                whole = all(one not in (None, "") for one in after)
                keyed.append(after if loads and touched and whole else None)
            base = taken(self.session, self.form, names, {key for key in keyed if key is not None})
            met: dict[Any, int] = {}
            for at, (row, key) in enumerate(zip(rows, keyed, strict=True)):
                if key is None:
                    continue
                labels = ", ".join(f"«{self.form.field(name).said}»" for name in names)
                if key in met:
                    said = f"такое значение стоит и в строке {met[key]}: {labels}"
                elif base.get(key, row.record_id) != row.record_id:
                    said = f"такое значение уже занято: {labels}. Проверьте, не внесено ли это раньше"
                else:
                    met[key] = row.group.row
                    continue
                rows[at] = self._with(row, Verdict.ERROR, names[-1], "not_unique", said)
        return rows

    def _after(self, row: FormRow) -> dict[str, Any]:
        before = self.known[row.record_id].values if row.record_id in self.known else {}
        return {**before, **row.values}

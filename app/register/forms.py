"""Forms over a Spec: typed text in, values and Russian sentences out. What was typed is never lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.base import Choice, Model
from app.register import kinds
from app.register.field import OUT_OF_SIGHT, Field, local, shown
from app.register.locks import Lock
from app.register.lookup import look_up
from app.register.pages import FieldView, FormPart
from app.register.spec import Group, Spec
from app.terms import say
from app.words import counted, shown_phone

NOTHING: Mapping[str, Lock] = {}

MISSING = {
    "ref": "Выберите из списка.",
    "choice": "Выберите один из вариантов.",
    "choices": "Отметьте хотя бы один вариант.",
    "pick": "Выберите один из вариантов.",
    "picks": "Отметьте хотя бы один вариант.",
    "date": "Укажите дату.",
}


@dataclass
class Bound:
    """A form in somebody's hands: *raw* is what is typed, *values* what it means, *errors* a sentence a field."""

    spec: Spec
    groups: tuple[Group, ...]
    raw: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, int] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)
    closed: Mapping[str, Lock] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the form that can be typed into, in order."""
        return tuple(name for group in self.groups for name in group.names if name not in self.closed)

    def take(self, name: str, record: Model) -> None:
        """Take what stands in *record* now instead of what was typed for the field."""
        made = self.spec.fields[name]
        self.errors.pop(name, None)
        self.values[name] = getattr(record, name)
        self.raw[name] = typed(self.values[name], made.kind)
        if made.relation:
            linked = getattr(record, made.relation)
            self.texts[name] = str(linked) if linked is not None else OUT_OF_SIGHT if self.raw[name] else ""

    def refuse(self, sentence: str, name: str | None) -> bool:
        """Put *sentence* at the field it belongs to; False when the form has no such field."""
        if name in self.names:
            self.errors[str(name)] = sentence
        return name in self.names


def typed(value: Any, kind: str) -> list[str]:
    """Return *value* as a person would type it into a control of *kind*."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [str(getattr(each, "value", each)) for each in value]
    if isinstance(value, Choice):
        return [value.value]
    if isinstance(value, bool):
        return ["1"] if value else []
    if isinstance(value, dt.datetime):
        return [local(value).strftime("%d.%m.%Y %H:%M")]
    if isinstance(value, dt.date):
        return [value.strftime("%d.%m.%Y")]
    if kind == "snils":
        return [shown(value, kind).text]
    if kind == "phone":
        return [shown_phone(value).replace("\u00a0", " ")]
    if isinstance(value, Decimal):
        return [format(value.normalize(), "f").replace(".", ",")]
    return [str(value)]


def empty_form(
    spec: Spec, groups: tuple[Group, ...], preset: Mapping[str, Any], closed: Mapping[str, Lock] = NOTHING
) -> Bound:
    """Return an empty form with defaults and *preset* values typed in; a *closed* field has no control."""
    form = Bound(spec, groups, closed=closed)
    for name in form.names:
        made = spec.fields[name]
        value = preset.get(name, made.default)
        form.raw[name] = typed(value.id if isinstance(value, Model) else value, made.kind)
        if isinstance(value, Model):
            form.texts[name] = str(value)
    return form


def form_of(spec: Spec, groups: tuple[Group, ...], record: Model, closed: Mapping[str, Lock] = NOTHING) -> Bound:
    """Return the form filled from *record*; a *closed* field has no control."""
    form = Bound(spec, groups, closed=closed)
    for name in form.names:
        form.take(name, record)
    return form


def read_form(
    session: Session,
    spec: Spec,
    groups: tuple[Group, ...],
    sent: MultiDict[str, str],
    record: Model | None,
    closed: Mapping[str, Lock] = NOTHING,
) -> Bound:
    """Read a sent form. Fields that cannot be read get a sentence in ``errors`` and keep their text.

    What was typed for a *closed* field is not read at all: its sentence says why.
    """
    form = Bound(spec, groups, closed=closed)
    for name, lock in closed.items():
        if any(value.strip() for value in sent.getlist(name)):
            form.errors[name] = lock.reason
    for name in form.names:
        made = spec.fields[name]
        form.raw[name] = [value for value in sent.getlist(name) if value.strip()]
        try:
            if made.kind == "ref":
                form.texts[name] = sent.get(f"{name}.text", "").strip()
                form.values[name] = _read_ref(session, form, made, record)
            elif record is not None and made.stored and form.raw[name] == typed(getattr(record, name), made.kind):
                form.values[name] = getattr(record, name)  # Imported text nobody could type survives the saving.
            else:
                form.values[name] = read_value(made, form.raw[name])
            if made.required and form.values[name] in (None, "", []):
                raise kinds.NotRead(MISSING.get(made.kind, "Заполните это поле."))
        except kinds.NotRead as refusal:
            form.errors[name] = str(refusal)
    return form


def read_value(made: Field, raw: list[str]) -> Any:
    """Return the value of what was typed for one field.

    Raises:
        NotRead: it cannot be read; the message is for the person.
    """
    if made.kind == "flag":
        return bool(raw) and raw[0] not in ("0", "")
    if made.kind == "choices":
        return [_choice(made, code) for code in raw]
    if made.kind == "picks":
        return [_offered(made, value) for value in raw]
    if not raw:
        return None
    text = raw[0]
    if made.kind == "choice":
        return _choice(made, text)
    if made.kind == "pick":
        return _offered(made, text)
    readers: dict[str, Callable[[str], Any]] = {
        "date": kinds.read_date,
        "moment": kinds.read_moment,
        "money": lambda typed_text: kinds.read_money(typed_text, whole=made.whole),
        "phone": kinds.read_phone,
        "snils": kinds.read_snils,
        "prose": kinds.read_prose,
        "number": lambda typed_text: kinds.read_number(typed_text, scale=made.scale, whole=made.whole),
    }
    reader = readers.get(made.kind)
    return reader(text) if reader else kinds.read_line(text, max_length=made.max_length)


def _offered(made: Field, value: str) -> Any:
    """Return what was picked among things of the case at hand: of a link the key."""
    if value not in dict(made.offered):
        raise kinds.NotRead("Такого варианта в списке нет. Выберите другой.")
    return int(value) if made.target is not None else value


def _choice(made: Field, code: str) -> Choice:
    try:
        chosen = made.choice(code)
        if chosen in made.options:
            return chosen
    except ValueError:
        pass
    raise kinds.NotRead("Такого варианта в списке нет. Выберите другой.")


def _read_ref(session: Session, form: Bound, made: Field, record: Model | None) -> int | None:
    """Return the id of the linked record: by the id sent, or by the words typed when no script chose one."""
    text, sent = form.texts[made.name], form.raw[made.name]
    target = made.target
    assert target is not None  # a field of kind ref always has its target
    chosen = None
    if sent and sent[0].isascii() and sent[0].isdigit() and len(sent[0]) < 10:
        wanted = int(sent[0])
        if record is not None and getattr(record, made.name) == wanted and text in ("", OUT_OF_SIGHT):
            return wanted  # A link out of the person's sight survives the saving.
        chosen = session.scalars(select(target).where(target.id == wanted)).one_or_none()
        if chosen is None and not text:
            raise kinds.NotRead("Выберите из списка: прежний выбор недоступен.")
        if chosen is not None and text in ("", str(chosen)):
            form.texts[made.name] = str(chosen)
            return wanted
    form.raw[made.name] = []
    if not text:
        return None
    found = look_up(session, target, text)
    exact = [one for one in found if one.text.casefold() == text.casefold()] or found
    if len(exact) == 1:
        form.raw[made.name], form.texts[made.name] = [str(exact[0].id)], exact[0].text
        return exact[0].id
    if not found:
        raise kinds.NotRead(f"По «{text}» ничего не нашлось. Проверьте буквы или выберите из списка.")
    names = "; ".join(f"{one.text}{f' ({one.small})' if one.small else ''}" for one in exact[:4])
    raise kinds.NotRead(f"Подходит несколько: {names}. Уточните или выберите из списка.")


_SPANS = {"prose": 6, "choices": 6, "date": 2, "moment": 2, "number": 2, "money": 2, "flag": 3, "snils": 2, "phone": 2}
_SPANS["picks"] = _SPANS["choices"]


def view_of(form: Bound, name: str, lookup: Callable[[type[Model]], str]) -> FieldView:
    """Return one control of the form, ready to be drawn."""
    made = form.spec.fields[name]
    if name in form.closed:
        lock, refused = form.closed[name], "Набранное здесь не сохранено." if name in form.errors else ""
        return FieldView(name, made.said, "locked", value=lock.reason, error=refused, way=lock.way, span=6)
    raw = form.raw.get(name, [])
    choices = made.offered
    if made.choices is not None:
        # What stands in the record already is offered even where new ones no longer are.
        kept = [made.choice(code) for code in raw if code and code in set(made.choices)]
        choices = tuple((one.value, one.label) for one in dict.fromkeys((*made.options, *kept)))
    return FieldView(
        name=name,
        label=made.said,
        kind={"pick": "choice", "picks": "choices"}.get(made.kind, made.kind),
        value=raw[0] if raw else "",
        values=tuple(raw),
        choices=choices,
        required=made.required,
        hint=say(made.hint),
        error=form.errors.get(name, ""),
        advice=form.advice.get(name, ""),
        lookup_url=lookup(made.target) if made.target is not None else "",
        ref_text=form.texts.get(name, ""),
        # A СНИЛС is kept as eleven digits but typed with dashes and a space.
        max_length=None if made.kind == "snils" else made.max_length,
        span=_SPANS.get(made.kind, 3),
        when=made.when if made.when is not None and made.when[0] in form.names else None,
    )


def parts_of(form: Bound, lookup: Callable[[type[Model]], str]) -> tuple[FormPart, ...]:
    """Return the groups of the form; fields fixed by the card the form came from are not asked again."""
    made = []
    for group in form.groups:
        views = tuple(view_of(form, name, lookup) for name in group.names if name not in form.fixed)
        if views:
            made.append(FormPart(say(group.legend), views))
    return tuple(made)


def refusal_of(form: Bound, what: str) -> str:
    """Return the sentence on top of a refused form."""
    fields = counted(len(form.errors), "поле", "поля", "полей")
    return f"{what}: исправьте {fields}. Всё набранное на месте."

"""From the class body of a Register to the :class:`~app.register.spec.Declaration` a Spec is built from."""

from __future__ import annotations

import difflib
import inspect as source
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.register.actions import RegisterAction
from app.register.field import Field
from app.register.spec import Declaration, Related, SpecError

if TYPE_CHECKING:
    from app.register.view import Register


def shown(label: str, kind: str = "computed") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method of a Register as a column: it gets the record and returns a value or a Cell.

    With a *kind* of a column, such as ``number``, the value is one of that kind and stays one in Excel.
    """

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        method.shown_as = (label, kind)  # type: ignore[attr-defined]
        return method

    return wrap


def declaration_of(register: Register) -> Declaration:
    """Return what the class body of *register* declares, with the place in the source for refusals."""
    cls: Any = type(register)  # FAB says of its class attributes that only instances have them.
    _refuse_strangers(register)
    related = []
    for given in cls.related_views or []:
        name, path = (given, "") if isinstance(given, str) else given
        related.append(Related(name, tuple(path.split(".")) if path else ()))
    return Declaration(
        where=where(cls),
        key=register.key,
        model=register.model,
        title=cls.title,
        list_columns=list(cls.list_columns or []),
        extra_columns=list(cls.extra_columns),
        form_columns=list(cls.form_columns),
        add_columns=cls.add_columns,
        edit_columns=cls.edit_columns,
        show_columns=cls.show_columns,
        label_columns=dict(cls.label_columns or {}),
        shown=_shown(register),
        form_fields=cls.form_fields,
        filter_columns=cls.filter_columns,
        phone_columns=cls.phone_columns,
        order=cls.order,
        search_through=list(cls.search_through),
        eager=list(cls.eager),
        card_eager=list(cls.card_eager),
        related=related,
        placeholder=cls.placeholder,
        intro=cls.intro,
        blank=cls.blank,
        only=dict(cls.only_rows),
        delivered=dict(cls.delivered_views),
    )


def _refuse_strangers(register: Register) -> None:
    """Refuse a word of the class body that means nothing: it is a word misspelt."""
    base = next(cls for cls in type(register).__mro__ if cls.__name__ == "Register")
    known = {name for name in dir(base) if not name.startswith("_")}
    for cls in type(register).__mro__[: type(register).__mro__.index(base)]:
        for name, value in vars(cls).items():
            if name.startswith("_") or name in known or callable(value) or hasattr(value, "__get__"):
                continue
            close = difflib.get_close_matches(name, known, 3, 0.5) or sorted(base.__annotations__)
            raise SpecError(f"{where(cls)}: {name!r} means nothing to a register; allowed: {', '.join(close)}")


def _shown(register: Register) -> dict[str, Field]:
    made = {}
    for name in dir(type(register)):
        declared = getattr(getattr(type(register), name), "shown_as", None)
        if declared is not None:
            label, kind = declared
            made[name] = Field(name, label, kind, compute=getattr(register, name))
    return made


def actions_of(register: Register) -> dict[str, RegisterAction]:
    """Return the actions the methods of *register* declare, by name.

    Raises:
        SpecError: an action asks for something the register has no field for.
    """
    found: dict[str, RegisterAction] = {}
    for name in dir(type(register)):
        made = getattr(getattr(type(register), name), "declared_action", None)
        if made is None:
            continue
        unknown = [n for n in made.asks if n.removesuffix("?") not in register.every_field]
        if unknown:
            allowed = ", ".join(sorted(register.every_field))
            raise SpecError(
                f"{where(type(register))}: action {made.name!r} asks for {unknown[0]!r}; allowed: {allowed}"
            )
        found[made.name] = replace(made, run=getattr(register, name))
    return found


def row_fields_of(register: Register) -> tuple[str, ...]:
    """Return the fields *register* lets change in the row of its list.

    Raises:
        SpecError: one of them does not stand on the form of a record.
    """
    cls: Any = type(register)
    names = tuple(cls.row_edit)
    allowed = [name for group in register.spec.edit for name in group.names]
    for name in names:
        if name not in allowed:
            raise SpecError(f"{where(cls)}: row_edit names {name!r}; allowed: {', '.join(sorted(allowed))}")
    return names


def where(cls: type) -> str:
    """Return file, line and name of a class, for the one who declared it wrongly."""
    try:
        return f"{source.getsourcefile(cls)}:{source.getsourcelines(cls)[1]} {cls.__name__}"
    except (OSError, TypeError):
        return cls.__name__

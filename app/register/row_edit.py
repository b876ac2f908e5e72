"""Editing in the row: the form of a few fields of one record, saved by the same flow as its whole form.

A list opens it in place; without script it is a page of its own. Two editors are joined or shown to each other as
with the whole form, a refusal stands at its field.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import abort
from werkzeug.wrappers import Response

from app.acting import Actor
from app.register import editing, steps
from app.register.left import left_at
from app.register.spec import Group, Spec

if TYPE_CHECKING:
    from app.register.view import Register


class RowForm:
    """A register whose form holds the fields of a row only; everything else is the register's own."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self.key = f"{register.key}.row"
        """A draft of the whole form is none of a row's."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._register, name)

    def seen_spec(self) -> Spec:
        """Return the register's Spec with the fields of the row as its form."""
        return self._of_row(self._register.seen_spec())

    def form_spec(self, fixed: dict[str, Any], record: Any | None = None) -> Spec:
        """Return the same, fitted to the record as its whole form is."""
        return self._of_row(self._register.form_spec(fixed, record))

    def _of_row(self, spec: Spec) -> Spec:
        open_to_form = {name for group in spec.edit for name in group.names}
        names = tuple(name for name in self._register.row_fields if name in open_to_form)
        return replace(spec, edit=(Group("", names),)) if names else abort(404)

    def url(self, route: str, **arguments: Any) -> str:
        """Return the form's own address for the form, and the list as it was left for the way back."""
        if route == "edit":
            return self._register.url("row", **arguments)
        if route == "show":
            return f"{left_at(self._register.key) or self._register.url('list')}#row-{arguments['pk']}"
        return self._register.url(route, **arguments)

    def change(self, record: Any, values: dict[str, Any], by: Actor) -> None:
        """Change the record by the register's own rule, which expects the whole form."""
        self._register.change(record, {**steps.standing(self._register, record), **values}, by)


def edit(register: Register, pk: int) -> Response | str:
    """The form of the row's fields of one record."""
    form: Any = RowForm(register)  # It stands in for the register where only its form is asked for.
    return editing.edit(form, pk)

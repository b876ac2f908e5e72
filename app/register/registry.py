"""Every register of the app: found by its key or by its model, and the tabs that lead from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from app.base import Model
from app.register.declared import where
from app.register.spec import Related, SpecError

if TYPE_CHECKING:
    from app.register.view import Register


class Registers:
    """Every register of the app, by key and by model."""

    def __init__(self) -> None:
        self.by_key: dict[str, Register] = {}

    def add(self, register: Register) -> None:
        """Take in a register; a key is used once."""
        if register.key in self.by_key:
            raise SpecError(f"{where(type(register))}: the key {register.key!r} is taken")
        self.by_key[register.key] = register

    def of(self, model: type[Model]) -> Register:
        """Return the register of *model*.

        Raises:
            SpecError: no register shows it, so a link to it could not be looked up.
        """
        for register in self.by_key.values():
            if register.model is model:
                return register
        raise SpecError(f"no register shows {model.__name__}, but a form links to it")

    def tabs_of(self, owner: Register) -> list[tuple[Related, Register]]:
        """Return the registers shown as tabs of *owner*, each with the path from its model to the owner."""
        made = []
        for related in owner.spec.related:
            other = next(
                (r for r in self.by_key.values() if type(r).__name__ == related.key or r.key == related.key), None
            )
            if other is None:
                known = ", ".join(sorted(self.by_key))
                raise SpecError(
                    f"{where(type(owner))}: related_views names {related.key!r}, which is no register; allowed: {known}"
                )
            made.append((Related(other.key, related.path or (_link_column(other, owner),)), other))
        return made

    def check(self) -> None:
        """Stop the start if a tab or a link leads nowhere."""
        for register in self.by_key.values():
            self.tabs_of(register)
            for field in register.every_field.values():
                shown = {n for g in (*register.spec.add, *register.spec.edit) for n in g.names} | set(
                    register.spec.filters
                )
                if field.target is None or field.name not in shown:
                    continue
                if not any(other.model is field.target for other in self.by_key.values()):
                    raise SpecError(
                        f"{where(type(register))}: {field.name!r} is chosen from a list, "
                        f"but no register shows {field.target.__name__}"
                    )


def _link_column(other: Register, owner: Register) -> str:
    names = [name for name, field in other.every_field.items() if field.target is owner.model and not field.far]
    if len(names) != 1:
        raise SpecError(
            f"{where(type(owner))}: {other.key} has {len(names)} links to {owner.key}; "
            f"write the path: ({type(other).__name__!r}, '…')"
        )
    return names[0]


def registers() -> Registers:
    """Return the registers of the current app."""
    found: Registers = current_app.extensions.setdefault("opora_registers", Registers())
    return found

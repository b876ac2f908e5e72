"""Actions of a register: a button on the card, in the list over ticked rows, or both; behind each one rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.acting import Actor
from app.base import Model, RuleBroken
from app.register.field import Field
from app.register.saving import constraint_in_words
from app.register.spec import Group, Spec
from app.terms import say

MOST = 500
"""Rows one bulk step may touch; more is a matter for a job with a preview."""


@dataclass(frozen=True)
class RegisterAction:
    """One action: its words, where its button stands, what it asks for, and the rule it calls.

    *asks* are the register's columns typed in the confirmation form; ``when`` says on which record the card offers it.
    For the form of one record ``presets`` gives the values it begins with and ``fits`` how its fields differ, as
    :meth:`app.register.view.Register.fitted` does.
    """

    name: str
    label: str
    run: Callable[..., object]
    icon: str = ""
    confirm: str = ""
    tone: str = ""
    asks: tuple[str, ...] = ()
    single: bool = True
    multiple: bool = True
    done: str = ""
    when: Callable[[Any], bool] | None = None
    presets: Callable[[Any], dict[str, Any]] | None = None
    fits: Callable[[Any], dict[str, dict[str, Any] | None]] | None = None

    def said(self) -> RegisterAction:
        """Return the action with its texts in the centre's words."""
        return replace(self, label=say(self.label), confirm=say(self.confirm), done=say(self.done))


def action(name: str, label: str, **options: Any) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Declare a method of a Register as an action; it gets the record, ``by`` and what was asked for.

    The method calls one rule and does nothing else. ``asks=("reason", "note?")``: a question mark makes it optional.
    """

    def wrap(method: Callable[..., object]) -> Callable[..., object]:
        method.declared_action = RegisterAction(name, label, method, **options)  # type: ignore[attr-defined]
        # FAB makes a permission of the action's name for every method that carries this tuple.
        method._action = (name, label, options.get("confirm") or None, "", True, True)  # type: ignore[attr-defined]
        return method

    return wrap


def asking_spec(
    spec: Spec, made: RegisterAction, every: dict[str, Field], record: Model | None = None
) -> tuple[Spec, tuple[Group, ...]]:
    """Return the spec and group of the form that asks for an action's values; all required but those with «?».

    With one *record* at hand its fields are fitted to it.
    """
    fits = made.fits(record) if made.fits is not None and record is not None else {}
    asked = {}
    for typed in made.asks:
        name = typed.removesuffix("?")
        changes = fits.get(name, {})
        if changes is not None:
            asked[name] = replace(every[name], **{"required": not typed.endswith("?"), **changes})
    return replace(spec, fields={**spec.fields, **asked}), (Group("", tuple(asked)),)


@dataclass(frozen=True)
class BulkResult:
    """What a bulk step did: how many, and who was skipped with the rule's own sentence."""

    done: int
    skipped: tuple[tuple[str, str], ...]


def run_over(
    session: Session, records: Iterable[Model], rule: Callable[..., object], *, by: Actor, values: dict[str, Any]
) -> BulkResult:
    """Run the single rule over each record; a refusal skips that record and is told, the rest go on.

    Each record stands in a savepoint of its own, so a skipped one is left exactly as it was. The caller commits.
    """
    done, skipped = 0, []
    for record in records:
        title = str(record)
        try:
            with session.begin_nested():
                rule(record, by=by, **values)
        except RuleBroken as refusal:
            skipped.append((title, refusal.sentence))
        except IntegrityError as error:
            skipped.append((title, constraint_in_words(error, None)[0]))
        except StaleDataError:
            skipped.append((title, "Эти сведения сейчас изменил другой человек. Проверьте и повторите."))
        else:
            done += 1
    return BulkResult(done, tuple(skipped))

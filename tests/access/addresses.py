"""Every route and method of the service as an address that can be asked for: what stands in its variable parts.

A route is told apart by its rule, its method and, where a rule serves many things by name (actions, reports), that
name. A variable part nobody has explained here stops the tests, so that a new kind of address gets its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

from app.register.view import Register
from reports import REPORTS
from tests.access.world import ANYBODY, CLOSED, FILLED, MISSING, Side, World

NO_SUCH_NAME = "unknown"

SHARED = {
    "territory": "places are the same for every unit of an installation",
    "service_unit": "the units of one installation know each other",
    "calendar_day": "a day is off for every unit of an installation",
}
"""Tables whose rows belong to nobody, with the reason: a row of another unit is there for all."""

PERSONAL = {"Work": "job", "Drafts": "draft", "Profile": "user_session"}
"""Screens of one's own things and their table: whose they are is a matter of the person, not of the unit."""

PK_OF = {"WaitingView": "programme_version", "Audit": "family", "Extract": "person"}
"""Which table the ``pk`` of a screen that is no register names."""

PARTS = {"version_id": "programme_version", "item_id": "agenda_item", "case_id": "family_case", "row": "user_session"}
"""Which table another number in an address names."""


@dataclass(frozen=True)
class Route:
    """One line of the table: *rule* with the names put in, *method*, and what is needed to make an address of it."""

    screen: str
    rule: str
    method: str
    endpoint: str
    title: str = ""
    parts: tuple[str, ...] = ()
    table: str = ""
    fixed: tuple[tuple[str, str], ...] = field(default=())

    @property
    def about_a_row(self) -> bool:
        """Whether the address names a row that may be somebody else's."""
        return bool(self.parts)

    @property
    def key(self) -> tuple[str, str]:
        """What tells the route from every other."""
        return self.rule, self.method

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def routes(app: Flask) -> list[Route]:
    """Return every route of *app*, by screen and rule; HEAD goes with GET, OPTIONS is answered by Flask."""
    found = [
        route
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for route in _routes_of(app, rule, method)
    ]
    return sorted(found, key=lambda route: (route.screen, route.rule, route.method))


def _routes_of(app: Flask, rule: Rule, method: str) -> list[Route]:
    view: Any = getattr(app.view_functions[rule.endpoint], "__self__", None)
    screen = "/" + rule.rule.lstrip("/").partition("/")[0].partition("<")[0]
    title = view.spec.many if isinstance(view, Register) else ""
    table = view.model.__tablename__ if isinstance(view, Register) else PK_OF.get(type(view).__name__, "")
    shown, numbers, choices = rule.rule, [], [()]
    for name in rule.arguments:
        part = next(part for part in rule.rule.split("<")[1:] if part.partition(">")[0].rpartition(":")[2] == name)
        spelled = f"<{part.partition('>')[0]}>"
        kind = _kind(rule, view, name)
        if kind == "number":
            shown = shown.replace(spelled, f"<{name}>")
            numbers.append(name)
        else:
            shown = shown.replace(spelled, f"<{name}>")
            choices = [(*one, (name, each)) for one in choices for each in _names(view, name)]
    made = []
    for fixed in choices:
        spelled = shown
        for name, each in fixed:
            spelled = spelled.replace(f"<{name}>", each)
        made.append(Route(screen, spelled, method, rule.endpoint, title, tuple(sorted(numbers)), table, fixed))
    return made


def _kind(rule: Rule, view: Any, name: str) -> str:
    if name in ("pk", "file", *PARTS):
        return "number"
    if name in ("name", "code", "key", "token", "filename"):
        return "name"
    raise LookupError(f"{rule.rule}: say in {__name__} what <{name}> stands for")


def _names(view: Any, name: str) -> list[str]:
    """Return what stands for a part that is a name; one that does not exist is among them."""
    if name == "name":
        return [*sorted(view.register_actions), NO_SUCH_NAME]
    if name == "code":
        return [*sorted(REPORTS), NO_SUCH_NAME]
    if name == "key":
        return ["families", NO_SUCH_NAME]
    if name == "token":
        return ["0" * 32]  # A load belongs to whoever began it; its pages are walked by tests/cases.
    return ["opora.css"]


def sides(app: Flask, route: Route) -> tuple[Side, ...]:
    """Return whose rows an address of *route* can name."""
    if not route.about_a_row:
        return (Side.OWN,)
    if route.table in SHARED:
        return (Side.OWN, Side.MISSING)
    return tuple(Side)


def address(world: World, route: Route, visitor: str, side: Side) -> str:
    """Return the address of *route* about the row of *side*, as *visitor* would ask for it."""
    values: dict[str, str] = {name: quote(value, safe="") for name, value in route.fixed}
    for name in route.parts:
        values[name] = str(_number(world, route, visitor, side, name))
    made = route.rule
    for name, value in values.items():
        made = made.replace(f"<{name}>", value)
    return made


def _number(world: World, route: Route, visitor: str, side: Side, name: str) -> int:
    owner, _, method = route.endpoint.partition(".")
    # Whoever has nothing of his own asks for what is somebody else's.
    whose = visitor if side == Side.OWN and visitor != ANYBODY else CLOSED
    if name == "file":
        return world.files[side][route.table]
    if name in PARTS:
        return world.ids[side][PARTS[name]]
    if method == "undo":
        return world.steps[whose][route.screen[1:]] if side in FILLED else MISSING
    if owner in PERSONAL:
        return world.own[whose][PERSONAL[owner]] if side in FILLED else MISSING
    return world.ids[side][route.table]

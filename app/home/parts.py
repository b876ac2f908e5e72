"""What the parts of «Сегодня» are made of: lines of work, tiles, and the way to a screen one may open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.acting import today
from app.register.access import may
from app.register.pages import Act, ListPage
from app.register.view import Register, registers
from app.words import counted

SHOWN = 10
"""Lines of a section; the rest stand behind its link."""


@dataclass
class Day:
    """The page as it is put together; each role adds its own."""

    tiles: list[dict[str, Any]] = field(default_factory=list)
    work: list[dict[str, Any]] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)
    bars: list[dict[str, Any]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    table: ListPage | None = None

    def tile(self, label: str, number: int, icon: str, url: str, tone: str = "") -> None:
        """Add a number that leads to its list; nothing to worry about has no colour."""
        made = {"label": label, "number": number, "icon": icon, "url": url, "tone": tone if number else ""}
        if made not in self.tiles:
            self.tiles.append(made)


def register_of(key: str) -> Register:
    """Return the register *key*."""
    return registers().by_key[key]


def screen_of(name: str) -> Any:
    """Return the view of class *name*, a register or not."""
    return next(view for view in current_app.extensions["appbuilder"].baseviews if type(view).__name__ == name)


def act(label: str, key: str, route: str, permission: str, *, action: bool = False, **arguments: Any) -> Act | None:
    """Return the button to *route* of register *key* if the person holds *permission* there."""
    register = register_of(key)
    if not may(register, permission, action=action):
        return None
    return Act(key, label, register.url(route, **arguments))


def link(key: str, pk: int) -> str:
    """Return the address of a card, nothing for whom it is closed."""
    register = register_of(key)
    return register.url("show", pk=pk) if may(register, "show") else ""


def listed(key: str, **filters: Any) -> str:
    """Return the address of the list of *key* narrowed by *filters*, «operator:value»: ``curator_id="any:7"``."""
    arguments: dict[str, Any] = {}
    for name, told in filters.items():
        op, _, value = str(told).partition(":")
        arguments[f"f.{name}.op"] = op
        if value:
            arguments[f"f.{name}"] = value.split(",")
    return register_of(key).url("list", **arguments)


def section(
    title: str, rows: list[dict[str, Any]], blank: str = "", more: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Return a section as ``work_panel`` of macros.html draws it; its link stands when there is more than shown."""
    return {"title": title, "rows": rows[:SHOWN], "blank": blank, "more": more}


def line(
    what: str,
    text: str = "",
    *,
    url: str = "",
    button: Act | None = None,
    when: str = "",
    small: str = "",
    tone: str = "",
) -> dict[str, Any]:
    """Return one line of work: what, why, until when, and the one button that cures it."""
    return {"what": what, "text": text, "url": url, "act": button, "when": when, "when_small": small, "tone": tone,
            "state": None}  # fmt: skip


def until(day: dt.date) -> str:
    """Return a term in words: «до 28.02.2026, осталось 10 дней»."""
    left = (day - today()).days
    if left < 0:
        return f"до {day:%d.%m.%Y}, просрочен на {counted(-left, 'день', 'дня', 'дней')}"
    said = "сегодня" if left == 0 else "завтра" if left == 1 else f"осталось {counted(left, 'день', 'дня', 'дней')}"
    return f"до {day:%d.%m.%Y}, {said}"

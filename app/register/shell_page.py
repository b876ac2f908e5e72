"""What surrounds every signed-in page, handed to the templates like the pages themselves."""

from __future__ import annotations

from dataclasses import dataclass

from app.register.pages import Act


@dataclass(frozen=True)
class MenuItem:
    """A line of the side menu."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    hot: str = ""  # words for a reader, e.g. «просрочено»; draws the count red


@dataclass(frozen=True)
class MenuGroup:
    """A titled group of the side menu; an empty label is the first group («Сегодня»)."""

    label: str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True)
class Shell:
    """What surrounds every signed-in page."""

    unit: str
    menu: tuple[MenuGroup, ...]
    name: str
    position: str
    initials: str
    profile_url: str
    logout_url: str
    search_url: str
    kind: str = ""
    """Kind of organisation, told on paper."""
    quick: tuple[Act, ...] = ()
    dock: tuple[MenuItem, ...] = ()

"""An order of work as a picture: stages from top to bottom, what each asks for, who decides, the terms.

Plain shapes for a template to draw as SVG. The picture is one narrow column, so that it is read on a phone and on paper
as it is; the widths are those of the letters a line is broken by, a little less than it holds.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from app.profiles.closed import DECISIONS, ENDS
from app.profiles.order import GuardRef, OrderOfWork, Stage, Way
from app.terms import say

WIDTH = 360
BOX = 312
"""Width of a box; what is left on the right is the lane of the ways back."""
PAD = 12
LINE = 16
HEAD = 5
"""Room above the heading of a list."""
GAP = 30
"""Between two boxes: the arrow."""
LETTERS = {"title": 34, "head": 38, "text": 40, "small": 48}
"""How many letters a line of each size holds."""


@dataclass(frozen=True)
class Line:
    """A line of text in a box: *size* is one of :data:`LETTERS`, *y* its baseline."""

    text: str
    size: str
    y: int


@dataclass(frozen=True)
class Box:
    """A box with its lines; *kind* is ``stage``, ``optional``, ``end`` or ``facts``."""

    kind: str
    y: int
    height: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Arrow:
    """A way from one box to another, as the path of an SVG."""

    path: str
    back: bool = False


@dataclass
class Picture:
    """All shapes, the height they take, and the picture in words for whoever does not see it."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    height: int = 0
    words: str = ""

    def add(self, kind: str, texts: list[tuple[str, str]]) -> Box:
        """Put a box of (size, text) under the others and return it."""
        top = self.height + (GAP if self.boxes else 1)
        lines: list[Line] = []
        y = top + PAD
        for size, text in texts:
            y += HEAD if size == "head" else 0
            for part in textwrap.wrap(text, LETTERS[size]) or [""]:
                y += LINE
                lines.append(Line(part, size, y - 4))
        box = Box(kind, top, y + PAD - top, tuple(lines))
        self.boxes.append(box)
        self.height = top + box.height + 1
        return box


def picture_of(order: OrderOfWork) -> Picture:
    """Return *order* as a picture in the words spoken now."""
    made = Picture()
    boxes = {
        stage.code: made.add("optional" if stage.optional else "stage", _stage(order, number, stage))
        for number, stage in enumerate(order.stages, 1)
    }
    codes = list(boxes)
    for at, stage in enumerate(order.stages):
        for way in stage.ways:
            if at + 1 < len(codes) and way.to == codes[at + 1]:
                made.arrows.append(_down(boxes[stage.code], boxes[way.to]))
            elif way.to in boxes:
                made.arrows.append(_aside(boxes[stage.code], boxes[way.to], codes.index(way.to) < at))
    if any(way.to == "closed" for way in order.stages[-1].ways):
        end = made.add("end", [("title", ENDS["closed"].capitalize())])
        made.arrows.append(_down(boxes[codes[-1]], end))
    made.add("facts", _bodies(order))
    if order.deadlines:
        made.add("facts", _deadlines(order))
    made.words = "Этапы: " + ", ".join(f"{n}. {stage.label}" for n, stage in enumerate(order.stages, 1))
    return made


def _stage(order: OrderOfWork, number: int, stage: Stage) -> list[tuple[str, str]]:
    texts = [("title", f"{number}. {stage.label}"), ("small", _first_capital(stage.clause))]
    for head, refs in (("Чтобы войти:", stage.entry), ("Чтобы перейти дальше:", stage.exit)):
        if refs:
            texts.append(("head", head))
            texts += [line for ref in refs for line in _asked(order, ref)]
    for way in stage.ways:
        if way.guards or way.ends_case:
            texts.append(("head", f"→ {_named(order, way)}{':' if way.guards else ''}"))
            texts += [line for ref in way.guards for line in _asked(order, ref)]
    return texts


def _asked(order: OrderOfWork, ref: GuardRef) -> list[tuple[str, str]]:
    deciding = order.bodies_that(ref.guard.decision) if ref.guard.decision else ()
    who = f" – {', '.join(body.label for body in deciding)}" if deciding else ""
    return [("text", f"• {say(ref.guard.label)}{who}"), ("small", f"   {ref.clause}")]


def _named(order: OrderOfWork, way: Way) -> str:
    return ENDS.get(way.to) or f"«{order.stage_by_code[way.to].label}»"


def _bodies(order: OrderOfWork) -> list[tuple[str, str]]:
    texts = [("title", "Кто решает")]
    for body in order.bodies:
        decided = ", ".join(text for code, text in DECISIONS.items() if code in body.decides)
        texts += [("text", f"• {body.label}: {decided}"), ("small", f"   {body.clause}")]
    return texts


def _deadlines(order: OrderOfWork) -> list[tuple[str, str]]:
    texts = [("title", "Сроки")]
    for one in order.deadlines:
        texts += [("text", f"• {one.label}: {one.term}"), ("small", f"   {one.clause}")]
    return texts


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _down(above: Box, below: Box) -> Arrow:
    x = BOX // 2
    return Arrow(f"M{x} {above.y + above.height}V{below.y - 2}")


def _aside(source: Box, target: Box, back: bool) -> Arrow:
    """Draw the way around through the lane on the right."""
    lane = BOX + (28 if back else 16)
    start, end = source.y + source.height - 20, target.y + 20
    return Arrow(f"M{BOX} {start}H{lane}V{end}H{BOX + 3}", back)

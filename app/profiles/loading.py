"""From the text of a file to an :class:`~app.profiles.order.OrderOfWork`, or a refusal that points at every line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.base import RuleBroken
from app.profiles.checking import broken
from app.profiles.order import (
    Body,
    Deadline,
    Deed,
    Duty,
    FileItem,
    GuardRef,
    Journal,
    Level,
    Listed,
    OrderOfWork,
    Role,
    Stage,
    StageDocument,
    VisitNorm,
    Way,
)
from app.profiles.reading import Read, Unreadable, read
from app.profiles.relations import problems
from app.terms import CASES, PLURAL, Word, Words

HERE = Path(__file__).parent

ANIMATE = frozenset({"curator", "customer"})
"""Terms that name a person."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file: in which line, at which key («stages.2.exit»), and the sentence about it."""

    line: int
    where: str
    sentence: str

    def __str__(self) -> str:
        place = f"строка {self.line}" + (f", {self.where}" if self.where else "")
        return f"{place}: {self.sentence}"


class ProfileRefused(RuleBroken):
    """A file is no order of work. *problems* tell of every place, in the order of lines."""

    def __init__(self, name: str, found: list[Problem]) -> None:
        self.problems = sorted(found, key=lambda one: (one.line, one.where))
        super().__init__("\n".join(f"{name}, {one}" for one in self.problems))


def delivered() -> tuple[str, ...]:
    """Return the names of the orders of work that come with the product."""
    return tuple(sorted(path.stem for path in HERE.glob("*.yaml")))


def text_of(name: str) -> str:
    """Return the text of the delivered order of work *name*.

    Raises:
        RuleBroken: there is none of that name.
    """
    if name not in delivered():
        raise RuleBroken(f"Порядка работы «{name}» нет. Есть: {', '.join(delivered())}.")
    return (HERE / f"{name}.yaml").read_text("utf-8")


def text_in(path: Path) -> str:
    """Return the text of a centre's own file.

    Raises:
        RuleBroken: the file cannot be read, or is no text in UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except OSError as failure:
        raise RuleBroken(f"Файл {path} не открывается. Проверьте имя и права.") from failure
    except UnicodeDecodeError as failure:
        raise RuleBroken(f"{path}: это не текст в кодировке UTF-8. Сохраните файл в ней.") from failure


def load(text: str, name: str = "файл") -> OrderOfWork:
    """Return the order of work *text* describes; *name* is how refusals call the file.

    Raises:
        ProfileRefused: it breaks the schema, or its keys do not agree with each other.
    """
    try:
        found = read(text)
    except Unreadable as refusal:
        raise ProfileRefused(name, [Problem(refusal.line, "", refusal.sentence)]) from refusal
    wrong = broken(found.data) or problems(found.data["profile"])
    if wrong:
        raise ProfileRefused(name, [_placed(found, path, sentence) for path, sentence in wrong])
    return _made(found.data["profile"])


def _placed(found: Read, path: tuple[Any, ...], sentence: str) -> Problem:
    shown = path[1:] if path[:1] == ("profile",) else path
    return Problem(found.line(path), ".".join(_said(found.data, path, shown)), sentence)


def _said(data: Any, path: tuple[Any, ...], shown: tuple[Any, ...]) -> list[str]:
    """Return the steps of *shown* with an item named by its code where it has one: «stages.s2.exit»."""
    names: list[str] = []
    current = data
    skipped = len(path) - len(shown)
    for number, step in enumerate(path):
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            current = None
        code = current.get("code") if isinstance(step, int) and isinstance(current, dict) else None
        if number >= skipped:
            names.append(str(code) if isinstance(code, str) else str(step + 1 if isinstance(step, int) else step))
    return names


# ---- data into dataclasses ----------------------------------------------------------------------------------------


def _made(raw: dict[str, Any]) -> OrderOfWork:
    return OrderOfWork(
        code=raw["code"],
        label=raw["label"],
        words=_words({**raw["vocabulary"], **_journals(raw["journals"])}),
        target_groups=_listed(raw["target_groups"]),
        service_directions=_listed(raw["service_directions"]),
        extra_service_kinds=_listed(raw["extra_service_kinds"]),
        help_kinds=_listed(raw["help_kinds"]),
        categories=_listed(raw["categories"]),
        levels=tuple(
            Level(one["code"], one["label"], one["max_months"], VisitNorm(**one["visit_norm"])) for one in raw["levels"]
        ),
        visit_norm=VisitNorm(**raw["visit_norm"]),
        departments=_listed(raw["departments"]),
        sources=tuple(raw["sources"]),
        grounds=tuple(raw["grounds"]),
        roles=tuple(
            Role(
                one["code"],
                one["label"],
                one["department"] or "",
                one["access"],
                one["external"],
                one["by_assignment"],
                frozenset(one["may"]),
            )
            for one in raw["roles"]
        ),
        bodies=tuple(Body(**{**one, "decides": frozenset(one["decides"])}) for one in raw["bodies"]),
        anytime=_deeds(raw["anytime"]),
        stages=tuple(_stage(one) for one in raw["stages"]),
        deadlines=tuple(Deadline(**one) for one in raw["deadlines"]),
        personal_file=tuple(FileItem(**one) for one in raw["personal_file"]),
        journals=tuple(Journal(code, **one) for code, one in raw["journals"].items()),
        periodic=tuple(
            Duty(
                one["code"],
                one["label"],
                one["every"],
                (one["window"][0], one["window"][1]) if one["window"] else None,
                tuple(one["roles"]),
            )
            for one in raw["periodic"]
        ),
        principles=tuple(raw["principles"]),
        legal_basis=tuple(raw["legal_basis"]),
        post_support_checks=tuple(raw["post_support"]["checks_months"]) if raw["post_support"]["enabled"] else (),
        dispatches=raw["dispatch"]["enabled"],
        override_roles=tuple(raw["overrides"]["roles"]),
        source=raw,
    )


def _words(vocabulary: dict[str, Any]) -> Words:
    return Words({term: _word(term, one) for term, one in vocabulary.items() if one is not None})


def _journals(journals: dict[str, Any]) -> dict[str, Any]:
    """Return the titles of the journals that are spoken of on screens, as terms; R02 is a word of the file itself."""
    return {"family_journal": journals["R03"]["title"]} if "R03" in journals else {}


def _word(term: str, one: Any) -> Word:
    if isinstance(one, str):
        return Word(one, animate=term in ANIMATE)
    given = {case: one[case] for case in CASES[1:] if case in one}
    given.update({PLURAL[case]: form for case, form in one.get("plural", {}).items()})
    return Word(one["nom"], given, one.get("gender", ""), term in ANIMATE)


def _listed(items: list[dict[str, Any]]) -> tuple[Listed, ...]:
    return tuple(Listed(**one) for one in items)


def _deeds(items: list[dict[str, Any]]) -> tuple[Deed, ...]:
    return tuple(Deed(one["code"], one["label"], tuple(one["roles"]), one["clause"]) for one in items)


def _stage(one: dict[str, Any]) -> Stage:
    return Stage(
        code=one["code"],
        label=one["label"],
        status=one["status"],
        clause=one["clause"],
        optional=one["optional"],
        entry=tuple(GuardRef(each["guard"], each["clause"]) for each in one["entry"]),
        exit=tuple(GuardRef(each["guard"], each["clause"]) for each in one["exit"]),
        order=tuple(tuple(chain) for chain in one.get("order", ())),
        documents=tuple(StageDocument(each["code"], each["required"], each["clause"]) for each in one["documents"]),
        actions=_deeds(one["actions"]),
        ways=tuple(
            Way(
                each["to"],
                tuple(GuardRef(code, each.get("clause", one["clause"])) for code in each["guards"]),
            )
            for each in one["next"]
        ),
    )

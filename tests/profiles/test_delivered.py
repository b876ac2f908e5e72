"""The four delivered orders of work, the closed lists they choose from, and that no code knows their names."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from app.cases.models import CaseStatus
from app.cases.stages import PATH
from app.profiles.checking import SCHEMA, validator
from app.profiles.closed import ACTIONS, BODY_KINDS, DECISIONS, DIRECTIONS, EVENTS, QUORUMS, UNITS
from app.profiles.guards import GUARDS
from app.profiles.loading import delivered, load, text_of
from app.profiles.order import OrderOfWork
from app.terms import FORMS, PLACE, TERMS, fall_silent, say, speak
from config import ROOT

NAMES = ("alliance", "mishkino", "rostov", "sudogda")


@pytest.fixture(params=NAMES)
def order(request: pytest.FixtureRequest) -> OrderOfWork:
    """Return each delivered order of work in turn."""
    return load(text_of(request.param), request.param)


def test_four_orders_of_work_are_delivered() -> None:
    assert delivered() == NAMES


def test_every_delivered_order_of_work_is_whole(order: OrderOfWork) -> None:
    assert order.stages and order.roles and order.bodies
    assert all(one.clause for stage in order.stages for one in (*stage.entry, *stage.exit, *stage.actions))
    assert all(body.clause for body in order.bodies) and all(one.clause for one in order.deadlines)
    assert {stage.status for stage in order.stages} <= {status.value for status in PATH}


def test_the_orders_of_work_differ_in_what_domain_says_they_differ() -> None:
    """The order of four events (domain.md 2.6): in which stage each is asked for."""

    def when(name: str, guard: str) -> int | None:
        stages = load(text_of(name), name).stages
        asked = [n for n, stage in enumerate(stages) if guard in {ref.code for ref in stage.exit}]
        return asked[0] if asked else None

    events = ("has_agreement", "has_curator", "measures_complete", "programme_approved", "programme_dispatched")
    assert {name: tuple(when(name, guard) for guard in events) for name in NAMES} == {
        "sudogda": (2, 2, 3, 3, None),
        "mishkino": (3, 2, 1, 1, None),
        "alliance": (2, 3, 4, None, None),
        "rostov": (1, 0, 1, 1, 1),
    }


@pytest.mark.parametrize(
    ("key", "known"),
    [("guard", GUARDS), ("action", ACTIONS), ("decision", DECISIONS), ("event", EVENTS), ("body_kind", BODY_KINDS),
     ("quorum", QUORUMS), ("direction", DIRECTIONS), ("status", [status.value for status in PATH])],
)  # fmt: skip
def test_the_schema_lists_what_the_code_knows(key: str, known: object) -> None:
    assert set(validator().schema["$defs"][key]["enum"]) == set(known)  # type: ignore[call-overload]


def test_the_schema_is_a_schema_and_its_units_are_counted() -> None:
    validator().check_schema(json.loads(SCHEMA.read_text("utf-8")))
    units = validator().schema["properties"]["profile"]["properties"]["deadlines"]["items"]["properties"]["unit"]
    assert set(units["enum"]) == set(UNITS)


def test_every_guard_is_used_or_settles_something_and_says_its_clause() -> None:
    for guard in GUARDS.values():
        assert re.fullmatch(r"S00\d-[\w.\-]+", guard.source), guard.code
        assert set(guard.settled_by) <= set(ACTIONS)
        assert guard.unmet.endswith(".") and not guard.label.endswith(".")


def test_the_sentences_of_the_guards_speak_the_words_of_each_centre(order: OrderOfWork) -> None:
    token = speak(order.words)
    told = [say(text) for guard in GUARDS.values() for text in (guard.label, guard.unmet)]
    told += [say(text) for text in EVENTS.values()]
    fall_silent(token)
    assert [text for text in told if "{" in text] == []


def test_the_status_of_a_paused_case_is_the_only_one_without_a_place_on_the_path() -> None:
    assert {status for status in CaseStatus if status.is_open} - set(PATH) == {CaseStatus.SUSPENDED}


# ---- the code -----------------------------------------------------------------------------------------------------


def _sources() -> list[Path]:
    folders = [ROOT / "app", ROOT / "reports", ROOT / "migrations"]
    return [ROOT / "config.py", *(path for folder in folders for path in folder.rglob("*.py"))]


def _texts(path: Path) -> list[str]:
    """Return the strings of a file that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents
    ]


def test_no_code_knows_an_order_of_work_by_its_name() -> None:
    """What differs between centres is data (domain.md 0): no branch on a name anywhere, in templates neither."""
    known = [f"{path.name}: {text}" for path in _sources() for text in _texts(path) if set(NAMES) & set(text.split())]
    templates = [*(ROOT / "app" / "templates").rglob("*.html"), *(ROOT / "app" / "static").rglob("*.js")]
    named = re.compile(rf"\b({'|'.join(NAMES)})\b")
    known += [path.name for path in templates if named.search(path.read_text("utf-8"))]
    assert known == []


def test_every_term_a_text_of_the_code_names_exists() -> None:
    """A misspelt term would stop the page that says it; facts of `say` have names of their own."""
    wrong = []
    for path in _sources():
        for text in _texts(path):
            for place in PLACE.finditer(text):
                name = place[1][:1].lower() + place[1][1:]
                if (place[2] or place[3] is not None) and name not in TERMS:
                    wrong.append(f"{path.name}: {place[0]}")
                if name in TERMS and place[2] and place[2] not in FORMS:
                    wrong.append(f"{path.name}: {place[0]}")
    assert wrong == []


FIXED = {
    "roles.py": "the delivered name of a role, which a centre renames on its own screen",
    "passwords.py": "a word no password may be made of",
    "sheets.py": "headings of the centres' own tables, as they are found in Excel",
    "cli.py": "an example of a command",
    "__init__.py": "invented people of the demonstration",
    "terms.py": "the neutral words themselves",
    "centre.py": "invented people of the demonstration",
    "difference.py": "the name of the line two centres are compared in",
    "families.py": "invented people of the demonstration",
    "programmes.py": "invented people of the demonstration",
    "visits.py": "invented people of the demonstration",
    "council.py": "invented people of the demonstration",
    "lives.py": "invented people of the demonstration",
}
"""Where the word «куратор» or «договор» stands as it is, and why."""


def test_the_curator_and_the_agreement_are_named_by_the_centre_everywhere_else() -> None:
    said = {
        path.name
        for path in _sources()
        if path.parent.name != "profiles" or path.name == "difference.py"
        for text in _texts(path)
        if re.search(r"[кК]уратор|[дД]оговор", text)
    }
    assert said <= FIXED.keys()
    pages = [path for path in (ROOT / "app" / "templates").rglob("*.html") if path.name != "login.html"]
    named = re.compile(r"^(?!.*\| say).*([кК]уратор|[дД]оговор)", re.M)
    assert [path.name for path in pages if named.search(path.read_text("utf-8"))] == []

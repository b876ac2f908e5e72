"""What may not stand in the code at all, and the few reviewed places where it does."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from flask import Flask
from flask_appbuilder.api import BaseApi
from flask_appbuilder.views import CompactCRUDMixin, MasterDetailView

from config import ROOT
from tests.access.world import World

PUT_TOGETHER = {
    "app/backup/contents.py": "names of tables from the schema itself",
    "app/backup/postgres.py": "names of databases, quoted by the dialect",
    "app/backup/swapping.py": "names of databases, quoted by the dialect",
    "app/bulk.py": "names of tables from the models",
    "app/database.py": "settings of SQLite from constants",
    "app/jobs/queue.py": "the name of a schema from a constant",
    "app/jobs/statistics.py": "a number from a constant",
    "app/journal/chain.py": "a word of a lock from a constant",
    "app/journal/triggers.py": "names of triggers from the models",
    "app/profiles/triggers.py": "the name of a table from a constant",
    "app/register/search.py": "names of tables and columns from the models",
}
"""Files that put a statement together from pieces, and where the pieces come from: never from a request."""

DANGEROUS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.loads", "pickle.load", "marshal.loads",
    "yaml.load", "Template", "render_template_string", "jinja2.Template", "Environment.from_string",
}  # fmt: skip
"""Calls that run what they are given."""

MARKUP = {
    "app/web.py": "icons, drawn from names of a closed list",
    "app/organisation/second_step_views.py": "the picture of a code, drawn by the library from its own squares",
}
"""Files that call a text safe for a page, and why it is."""

SENT_FILES = {
    "app/audit/views.py": "a workbook made for this request",
    "app/extract/views.py": "a workbook made for this request",
    "app/register/intake/views.py": "the person's own file, found by an unguessable name of this service",
    "app/reporting/views.py": "a workbook made for this request",
    "app/web.py": "the style sheet of the installed package",
}
"""Files that send a file from the disk, and which: never one whose path was asked for."""

PROGRAMS = {
    "app/backup/tools.py": "the tools of PostgreSQL",
    "app/register/intake/giveback.py": "this program itself, held to limits",
    "app/register/sheet/book.py": "this program itself, held to limits",
}
"""Files that start a program, and which; its arguments are a list, never a line for a shell."""


@cache
def _trees() -> dict[str, ast.Module]:
    paths = [ROOT / "config.py", *(ROOT / "app").rglob("*.py"), *(ROOT / "reports").rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): ast.parse(Path(path).read_text("utf-8")) for path in paths}


def _calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _made_of_pieces(node: ast.expr) -> bool:
    """Whether a text is put together: an f-string with a value, ``%``, ``+`` or ``format``."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Mod, ast.Add))
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".format")


def test_no_statement_is_put_together_from_pieces_outside_the_reviewed_files() -> None:
    """I01: what a request holds reaches the database as a bound value only."""
    doors = ("text", "execute", "exec_driver_sql", "executemany", "executescript", "scalar", "scalars")
    found = {
        path
        for path, tree in _trees().items()
        for call in _calls(tree)
        if ast.unparse(call.func).rpartition(".")[2] in doors and call.args and _made_of_pieces(call.args[0])
    }
    assert found <= PUT_TOGETHER.keys()


def test_nothing_runs_what_it_is_given() -> None:
    found = {
        f"{path}:{call.lineno}: {ast.unparse(call.func)}"
        for path, tree in _trees().items()
        for call in _calls(tree)
        if ast.unparse(call.func) in DANGEROUS
    }
    assert found == set()


def test_a_text_is_called_safe_in_the_reviewed_files_only() -> None:
    found = {path for path, tree in _trees().items() for call in _calls(tree) if ast.unparse(call.func) == "Markup"}
    assert found == MARKUP.keys()


def test_files_leave_the_disk_in_the_reviewed_places_only() -> None:
    doors = ("send_file", "send_from_directory")
    found = {path for path, tree in _trees().items() for call in _calls(tree) if ast.unparse(call.func) in doors}
    assert found == SENT_FILES.keys()


def test_programs_are_started_in_the_reviewed_places_only_and_never_by_a_shell() -> None:
    found = set()
    for path, tree in _trees().items():
        for call in _calls(tree):
            if ast.unparse(call.func).startswith(("subprocess.", "os.spawn", "os.exec")):
                found.add(path)
                assert not any(word.arg == "shell" for word in call.keywords), f"{path}:{call.lineno}"
    assert found == PROGRAMS.keys()


def test_there_is_no_door_for_programs(there: World) -> None:
    """F04, F05, F07, F22, F23, F27: no REST address, no token of FAB's, no description of an interface."""
    app: Flask = there.app
    assert [view for view in app.extensions["appbuilder"].baseviews if isinstance(view, BaseApi)] == []
    said = [rule.rule for rule in app.url_map.iter_rules()]
    assert [rule for rule in said if rule.startswith(("/api", "/swagger", "/openapi", "/register/form"))] == []


def test_no_screen_is_made_from_a_class_of_fab_that_forgets_the_row_scope(there: World) -> None:
    """F21: master-detail and compact views look a row up without asking whose it is."""
    banned = (CompactCRUDMixin, MasterDetailView)
    views = there.app.extensions["appbuilder"].baseviews
    assert [type(view).__name__ for view in views if isinstance(view, banned)] == []

"""The map of the house: a file imports only from lower floors, and there is no circle anywhere."""

from __future__ import annotations

import ast
import graphlib
import statistics
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

FLOORS: tuple[tuple[int, str], ...] = (
    (13, "app.cli"),
    (12, "app app.setup app.demo"),
    (11, "app.views app.models app.security app.shell"),
    (10, "app.reporting app.home app.search"),
    (9, "reports"),
    (8, "app.meetings app.agreements app.services"),
    (7, "app.programmes"),
    (6, "app.cases"),
    (5, "app.people"),
    (4, "app.organisation app.papers"),
    (3, "app.register"),
    (2, "app.acting app.web app.journal app.database app.profiles"),
    (1, "app.base app.words app.sealing app.extensions app.roles config"),
)
"""Which part of the house stands on which floor. The README draws the same picture."""

WITHIN = {"models": 0, "rules": 1, "views": 2}
"""Inside a slice: what is, what may happen, what is shown."""

LONGEST = 420
"""Lines of a file one still holds in the head."""

UNSCOPED = {
    "who signs in is not known yet",
    "a counter is named by its unit",
}
"""Why a statement on a scoped table may run without the actor's scope. A new reason is agreed on by adding it here."""

Imports = dict[str, set[str]]


@cache
def files() -> dict[str, Path]:
    """Return every module of the project by its dotted name."""
    paths = [ROOT / "config.py", *(ROOT / "app").rglob("*.py"), *(ROOT / "reports").rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def tree(module: str) -> ast.Module:
    """Return the parsed source of *module*."""
    return ast.parse(files()[module].read_text("utf-8"))


def floor(module: str) -> int:
    """Return the floor *module* stands on.

    Raises:
        LookupError: nobody has said where it stands.
    """
    for number, names in FLOORS:
        for name in names.split():
            if module == name or (name != "app" and module.startswith(f"{name}.")):
                return number
    raise LookupError(f"{module}: add it to FLOORS")


def part(module: str) -> str:
    """Return the folder of a slice or the file that stands alone: ``app.cases.rules`` → ``app.cases``."""
    return ".".join(module.split(".")[: 1 if module.startswith("reports") else 2])


@cache
def imports() -> Imports:
    """Return which modules of the project each one imports, inside functions too; types only do not count."""
    return {module: set(_imported(module)) for module in files()}


def _imported(module: str) -> list[str]:
    found: list[str] = []
    skipped = {id(n) for block in ast.walk(tree(module)) if _types_only(block) for n in ast.walk(block)}
    for node in ast.walk(tree(module)):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by dots: write the whole name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [known for name in names if (known := _module_of(name)) and known != module]
    return found


def _types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _module_of(name: str) -> str | None:
    """Return the module *name* lies in: ``app.words.fold`` → ``app.words``; None when it is not ours."""
    for known in (name, name.rpartition(".")[0]):
        if known in files():
            return known
    return None


def test_every_file_stands_on_a_floor() -> None:
    assert files()
    for module in files():
        assert 1 <= floor(module) <= 13


@pytest.mark.parametrize("module", sorted(files()))
def test_a_file_imports_only_from_lower_floors(module: str) -> None:
    upward = {
        target
        for target in imports()[module]
        if floor(target) >= floor(module)
        and not (part(target) == part(module) and floor(target) == floor(module))
        # The lowest floors are single files that lean on each other in one direction; the circle test holds them.
        and not (floor(module) <= 2 and floor(target) <= floor(module))
    }
    assert upward == set(), f"{module} (floor {floor(module)}) reaches up or sideways"


@pytest.mark.parametrize("module", sorted(files()))
def test_inside_a_slice_models_know_no_rules_and_rules_no_views(module: str) -> None:
    own = WITHIN.get(module.rpartition(".")[2])
    if own is None:
        return
    for target in imports()[module]:
        name = target.rpartition(".")[2]
        if part(target) == part(module) and name in WITHIN:
            assert WITHIN[name] < own, f"{module} imports {target}"


def test_no_circle_between_files() -> None:
    graphlib.TopologicalSorter(imports()).prepare()


def test_no_circle_between_folders() -> None:
    between: Imports = {}
    for module, targets in imports().items():
        between.setdefault(part(module), set()).update(part(each) for each in targets if part(each) != part(module))
    graphlib.TopologicalSorter(between).prepare()


def test_the_two_pages_on_top_are_opened_by_the_factory_and_the_command_line_only() -> None:
    openers = {"app.models": {"app"}, "app.views": {"app"}}
    for page, allowed in openers.items():
        users = {module for module, targets in imports().items() if page in targets}
        assert users <= allowed


def test_the_index_of_tables_names_every_file_with_tables() -> None:
    with_tables = {
        module
        for module in files()
        if module != "app.base"
        and any(
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__"
            for node in ast.walk(tree(module))
        )
    }
    assert with_tables
    assert with_tables <= imports()["app.models"]


def test_the_engine_knows_no_slice() -> None:
    known = {target for module, targets in imports().items() if part(module) == "app.register" for target in targets}
    assert {target for target in known if floor(target) > floor("app.register")} == set()


def test_what_runs_without_the_actors_scope_says_why_in_this_list() -> None:
    found = {
        ast.unparse(keyword.value).strip("'\"")
        for module in files()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "unscoped"
    }
    assert found == UNSCOPED


def test_no_folder_for_things_without_a_place() -> None:
    homeless = {"utils", "util", "helpers", "common", "managers", "misc", "manager"}
    assert [module for module in files() if homeless & set(module.split("."))] == []


def test_files_stay_small_enough_to_hold_in_the_head() -> None:
    lines = {module: len(path.read_text("utf-8").splitlines()) for module, path in files().items()}
    assert {module: number for module, number in lines.items() if number > LONGEST} == {}
    assert statistics.median(lines.values()) <= 160


def test_no_handler_swallows_everything() -> None:
    found = [
        f"{module}:{node.lineno}"
        for module in files()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]
    assert found == []


def test_every_public_thing_says_what_it_means() -> None:
    silent = [
        f"{module}: {getattr(node, 'name', 'module')}"
        for module in files()
        for node in [tree(module), *tree(module).body]
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and not getattr(node, "name", "").startswith("_")
        and getattr(node, "body", None)
        and ast.get_docstring(node) is None
    ]
    assert silent == []

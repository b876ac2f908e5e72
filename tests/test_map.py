"""The map of the house: a file imports only from lower floors, and there is no circle anywhere."""

from __future__ import annotations

import ast
import graphlib
import inspect
import statistics
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask_appbuilder import Model as FabModel

from app import create_app
from app.models import TABLES
from app.register.registry import Registers
from app.roles import ROLES
from config import ROOT
from tests.databases import settings_of

FLOORS: tuple[tuple[int, str], ...] = (
    (14, "app.cli"),
    (
        13,
        "app app.setup app.ready app.demo app.cli_files app.cli_keys app.cli_accounts app.cli_calendar "
        "app.cli_profiles",
    ),
    (12, "app.cli_backup app.views app.models app.security app.shell app.importers"),
    (11, "app.audit app.extract app.entering app.backup app.reporting app.home app.search app.work"),
    (10, "reports app.process"),
    (9, "app.closing app.dispatch app.progress"),
    (8, "app.meetings app.agreements app.services app.visits app.referrals"),
    (
        7,
        "app.programmes app.intake app.assessment app.orders app.benefits app.outreach app.rehabilitation app.quality "
        "app.plans",
    ),
    (6, "app.cases"),
    (5, "app.people app.identity"),
    (4, "app.organisation app.papers app.days"),
    (3, "app.register app.door app.resealing"),
    (
        2,
        "app.acting app.web app.refusals app.health app.journal app.database app.bulk app.jobs app.profiles "
        "app.storage",
    ),
    (
        1,
        "app.scope app.criteria app.base app.logs app.words app.terms app.declining app.sealing app.cookies "
        "app.extensions app.roles config",
    ),
)
"""Which part of the house stands on which floor. The README draws the same picture."""

WITHIN = {"models": 0, "rules": 1, "views": 2}
"""Inside a slice: what is, what may happen, what is shown."""

LONGEST = 420
"""Lines of a file one still holds in the head."""

UNSCOPED = {
    "who signs in is not known yet",
    "a counter is named by its unit",
    "delete check",
    "one's own views, by the unit",
    "these are the keys the scope is made of",
}
"""Why a statement on a scoped table may run without the actor's scope. A new reason is agreed on by adding it here."""

UNJOURNALLED: set[str] = set()
"""Why a bulk change of a journalled table may leave no history of its fields."""

SHOWN_INSIDE = {
    "act_commission": "acts",
    "act_present": "acts",
    "review_outcome": "reviews",
    "agenda_item": "meetings",
    "meeting_presence": "meetings",
    "programme_author": "programmes",
    "programme_participant": "programmes",
    "programme_partner": "programmes",
    "survey_answer": "surveys",
    "visit_present": "visits",
    "stage_period": "cases",
    "support_level_period": "cases",
    "case_category_period": "cases",
    "personal_file_item": "cases",
    "journal_value": "people",
    "journal": "people",
}
"""Tables without a screen of their own, and the register on whose card their rows are seen (history: on every card)."""

MACHINERY = {
    "profile_version": "drawn on the page «Порядок работы»",
    "number_sequence": "a counter; its last number stands on the papers",
    "journal_seal": "checked by `opora journal verify`",
    "form_receipt": "a form is saved once",
    "delivered_grant": "a right is delivered once",
    "attachment": "shown on the card of the record it is attached to",
    "draft": "offered in the form it was typed into",
    "saved_view": "a link above its list",
    "list_memory": "how a list is opened next time",
    "import_mapping": "proposed in the next import",
    "bulk_step": "the button «Отменить» after a change of many",
    "user_session": "listed on the own profile and on the card of the account",
    "failed_entry": "counts wrong passwords by digests",
    "second_step": "switched on and off on the own profile",
    "recovery_code": "shown once, the moment they are made",
    "job": "has a page of its own for whoever asked for it",
    "scheduled_run": "daily work is done once",
}
"""Tables nobody looks at, with the reason."""

FOR_EVERYBODY = {"AuthView", "home", "search", "profile", "work", "drafts"}
"""Screens that need no line in app/roles.py: the door, one's own day, account and drafts, and a search that shows
only what each register lets the person see."""

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
        assert 1 <= floor(module) <= FLOORS[0][0]


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


def _reasons(option: str) -> set[str]:
    """Return what is given for the execution option *option*, as a keyword or in a dictionary, anywhere in the code."""
    found: set[str] = set()
    for module in files():
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Call):
                found |= {ast.unparse(word.value).strip("'\"") for word in node.keywords if word.arg == option}
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found |= {ast.literal_eval(v) for k, v in pairs if k is not None and ast.unparse(k) == repr(option)}
    return found


def test_what_runs_without_the_actors_scope_says_why_in_this_list() -> None:
    assert _reasons("unscoped") == UNSCOPED


def test_what_is_changed_in_bulk_without_a_journal_says_why_in_this_list() -> None:
    assert _reasons("unjournalled") == UNJOURNALLED


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


# ---- screens --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return the service as it starts, its menu whole; nothing of it asks the database."""
    return create_app(settings_of(tmp_path_factory.mktemp("map")), TESTING=True)


def _own_tables() -> set[str]:
    """Return the names of the tables the index declares."""
    return {model.__tablename__ for _, models in TABLES for model in models}


def test_every_table_has_a_screen_or_a_place_on_another_card(house: Flask) -> None:
    registers: Registers = house.extensions["opora_registers"]
    shown = {register.model.__tablename__ for register in registers.by_key.values()}
    assert _own_tables() - shown == {*SHOWN_INSIDE, *MACHINERY} & (_own_tables() - shown)
    assert set(SHOWN_INSIDE.values()) <= registers.by_key.keys()


def test_the_lists_of_tables_without_a_screen_hold_nothing_else(house: Flask) -> None:
    registers: Registers = house.extensions["opora_registers"]
    shown = {register.model.__tablename__ for register in registers.by_key.values()}
    known = set(FabModel.metadata.tables)
    assert (set(SHOWN_INSIDE) | set(MACHINERY)) & shown == set()
    assert set(SHOWN_INSIDE) | set(MACHINERY) <= known


def test_every_table_of_the_schema_is_ours_in_the_index_or_belongs_to_the_door() -> None:
    """FAB brings tables of accounts and rights; everything else stands on the page of tables."""
    from_models = {
        mapper.local_table.name for mapper in FabModel.registry.mappers if mapper.class_.__module__.startswith("app.")
    }
    assert from_models == _own_tables()


def test_every_screen_has_a_line_in_the_roles(house: Flask) -> None:
    screens = {view.class_permission_name for view in house.extensions["appbuilder"].baseviews}
    lines = {screen for role in ROLES.values() for screen in role}
    assert screens - lines == FOR_EVERYBODY
    assert lines - screens == set()


def test_every_right_a_role_names_exists(house: Flask) -> None:
    """A misspelt action in app/roles.py would be delivered to nobody, without a word."""
    known = {
        (name, view.class_permission_name)
        for view in house.extensions["appbuilder"].baseviews
        for name in view.base_permissions or ()
    }
    for role, line in ROLES.items():
        for screen, given in line.items():
            _, *actions = given.split()
            for action in actions:
                assert (action, screen) in known, f"{role}: {screen} has no action {action!r}"


def test_no_route_of_stock_fab_can_be_reached(house: Flask) -> None:
    """FAB's own pages know no scope, no token and no Russian; Flask's static files are all that is not ours."""
    strangers = {
        rule.rule: view.__module__
        for rule in house.url_map.iter_rules()
        for view in [inspect.unwrap(house.view_functions[rule.endpoint])]
        if not view.__module__.startswith("app.")
    }
    assert strangers == {"/static/<path:filename>": "flask.app"}


def test_no_route_of_a_register_is_inherited_from_fab(house: Flask) -> None:
    for register in house.extensions["opora_registers"].by_key.values():
        for name, method in inspect.getmembers(type(register), lambda member: hasattr(member, "_urls")):
            if name not in register.exclude_route_methods:
                assert inspect.unwrap(method).__module__.startswith("app."), f"{register.key}.{name}"


def test_every_route_asks_for_a_right_or_is_open_to_everybody(house: Flask) -> None:
    open_to_all = {"static", "look.styles", "look.icons", "health", "AuthView.login", "AuthView.code",
                   "AuthView.logout"}  # fmt: skip
    unguarded = {
        endpoint
        for endpoint, view in house.view_functions.items()
        if not hasattr(view, "_permission_name") and endpoint not in open_to_all
    }
    assert {endpoint.split(".")[0] for endpoint in unguarded} <= {"HomeView", "Search", "Profile", "Work", "Drafts",
                                                                     "SecondSteps"}  # fmt: skip


def test_what_changes_data_is_never_reached_by_get_alone(house: Flask) -> None:
    """Routes whose names say that they change something take POST; those that take both ask first and do on POST."""
    changing = ("delete", "bulk", "logout", "save", "remove", "sign", "close", "approve")
    for rule in house.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] in changing:
            assert "POST" in (rule.methods or set()), rule.rule


def test_a_renamed_class_keeps_its_address_and_its_rights(house: Flask) -> None:
    """Each register has its key written down, so that the name of the class means nothing to rights."""
    for register in house.extensions["opora_registers"].by_key.values():
        assert "key" in vars(type(register)), f"{type(register).__name__} has no key"
        assert register.class_permission_name == register.key

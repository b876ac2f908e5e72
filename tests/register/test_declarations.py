"""A register declared wrongly stops the start and says where, what, and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.organisation.models import Account, PartnerOrganisation
from app.people.models import DisabilityStatus, Family, Person
from app.register.actions import action
from app.register.spec import SpecError
from app.register.view import Register, shown
from app.views import Screen
from tests.databases import settings_of

GOOD: dict[str, Any] = {
    "key": "scratch",
    "datamodel": PartnerOrganisation,
    "title": ("Пробы", "Проба"),
    "list_columns": ["name", "kind"],
    "form_columns": ["name", "kind"],
}


def _started(folder: Path, **body: Any) -> Flask:
    """Start the service with one more register that has *body*."""
    made = type("Scratch", (Register,), {**GOOD, **body, "__module__": __name__})
    return create_app(settings_of(folder), more_screens=[Screen("", "", "", made)], TESTING=True)


@pytest.mark.parametrize(
    ("body", "what", "allowed"),
    [
        ({"list_columns": ["nmae"]}, "there is no 'nmae'", "name"),
        ({"list_columns": []}, "list_columns", "name"),
        ({"list_columns": ["name", "territory.nmae"]}, "there is no 'territory.nmae'", "territory_id"),
        ({"extra_columns": ["nosuch"]}, "there is no 'nosuch'", "contact_name"),
        ({"form_columns": ["name", "nosuch"]}, "'nosuch'", "phone"),
        ({"form_columns": ["name", "territory.name"]}, "a form can only hold columns", "territory_id"),
        ({"add_columns": ["nosuch"]}, "'nosuch'", "name"),
        ({"edit_columns": [("Кто", ["name", "nosuch"])]}, "'nosuch'", "name"),
        ({"show_columns": ["nosuch"]}, "'nosuch'", "name"),
        ({"show_columns": ["metadata"]}, "has no label", "name"),
        ({"order": "nosuch"}, "order names 'nosuch'", "name"),
        ({"order": "-nosuch"}, "order names 'nosuch'", "name"),
        ({"filter_columns": ["nosuch"]}, "'nosuch' cannot be filtered", "kind"),
        ({"filter_columns": ["territory.nosuch"]}, "'territory.nosuch' cannot be filtered", "oktmo"),
        ({"filter_columns": ["nosuch.name"]}, "'nosuch' is not a path of relations", "territory"),
        ({"label_columns": {"nosuch": "Нет"}}, "label_columns names 'nosuch'", "name"),
        ({"search_through": ["nosuch"]}, "'nosuch' is not a path of relations", "territory"),
        ({"search_through": ["name"]}, "'name' is not a path of relations", "territory"),
        ({"eager": ["territory.nosuch"]}, "'territory.nosuch' is not a path of relations", "parent"),
        ({"phone_columns": ["nosuch"]}, "phone_columns names 'nosuch'", "name"),
        ({"related_views": ["Nosuch"]}, "related_views names 'Nosuch', which is no register", "families"),
        ({"related_views": ["Consents"]}, "links to scratch; write the path", ""),
        ({"datamodel": "PartnerOrganisation"}, "datamodel must be a model class", ""),
        ({"title": ("", "")}, "title", ""),
        ({"list_colums": ["name"]}, "'list_colums'", "list_columns"),
        ({"key": "families"}, "the key 'families' is taken", ""),
    ],
    ids=str,
)
def test_a_mistake_stops_the_start_with_its_place_and_what_is_allowed(
    tmp_path: Path, body: dict[str, Any], what: str, allowed: str
) -> None:
    with pytest.raises(SpecError) as caught:
        _started(tmp_path, **body)
    said = str(caught.value)
    assert what in said and allowed in said
    assert "Scratch" in said


def test_the_place_is_the_file_and_the_line_of_the_class(tmp_path: Path) -> None:
    class Misspelt(Register):
        key, datamodel, title = "misspelt", Person, ("Пробы", "Проба")
        list_columns = ["nmae"]  # noqa: RUF012 -- a register is read once

    with pytest.raises(SpecError) as caught:
        create_app(settings_of(tmp_path), more_screens=[Screen("", "", "", Misspelt)], TESTING=True)
    line = next(n for n, text in enumerate(Path(__file__).read_text().splitlines(), 1) if "class Misspelt" in text)
    assert str(caught.value).startswith(f"{__file__}:{line} Misspelt: there is no 'nmae'; allowed: birth_date, ")


@pytest.mark.parametrize("name", ["features", "members.person.health_note"])
def test_a_private_column_is_never_filtered_by(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match="cannot be filtered"):
        _started(tmp_path, datamodel=Family, list_columns=["name"], form_columns=["name"], filter_columns=[name])


def test_a_private_column_of_another_table_stays_private_in_a_list(tmp_path: Path) -> None:
    made = type("Scratch", (Register,), {**GOOD, "datamodel": DisabilityStatus, "list_columns": ["person.health_note"],
                                         "form_columns": [], "order": "valid_to"})  # fmt: skip
    app = create_app(settings_of(tmp_path), more_screens=[Screen("", "", "", made)], TESTING=True)
    spec = app.extensions["opora_registers"].by_key["scratch"].spec
    assert spec.columns == ("person.health_note",) and spec.without_private().columns == ()


def test_an_action_that_asks_for_an_unknown_column_stops_the_start(tmp_path: Path) -> None:
    @action("do", "Сделать", asks=("nosuch",))
    def do(self: Any, record: Any, *, by: Any, nosuch: str) -> None:
        raise NotImplementedError

    with pytest.raises(SpecError, match=r"action 'do' asks for 'nosuch'; allowed: .*name"):
        _started(tmp_path, do=do)


def test_a_form_that_links_to_a_table_without_a_register_stops_the_start(tmp_path: Path) -> None:
    """Its combobox could look nothing up."""
    with pytest.raises(SpecError, match=r"Scratch: 'user_id' is chosen from a list, but no register shows User"):
        _started(tmp_path, datamodel=Account, list_columns=["user_id"], form_columns=["user_id"])


def test_a_right_declaration_starts(tmp_path: Path) -> None:
    @shown("Длина")
    def length(self: Any, record: PartnerOrganisation) -> int:
        return len(record.name)

    app = _started(tmp_path, length=length, list_columns=["name", "length", "territory.name"],
                   label_columns={"territory.name": "Где"}, search_through=["territory"])  # fmt: skip
    register = app.extensions["opora_registers"].by_key["scratch"]
    assert [register.spec.fields[name].label for name in register.spec.columns] == ["Название", "Длина", "Где"]
    assert register.class_permission_name == "scratch"

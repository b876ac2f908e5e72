"""Every table of case work says how it hangs on a family, or stands here with the reason why the whole unit sees it."""

from __future__ import annotations

from flask_appbuilder.models.sqla import Base as FabBase

from app import models
from app.base import UnitModel
from app.people.models import Family
from app.scope import is_scoped_by_family, parent_of

WHOLE_UNIT = {
    "department": "who works where is no secret of a family",
    "staff_member": "every form asks who did it; the screen of the staff is a right of its own",
    "account": "a login names its person only; the screen of accounts is a right of its own",
    "service_area": "a directory: which settlements a curator answers for",
    "partner_organisation": "a directory",
    "service": "a directory",
    "body": "who decides; what is decided hangs on the family",
    "body_member": "who sits in a body",
    "meeting": "when a body meets; what it speaks about hangs on the family",
    "meeting_presence": "who came to a meeting",
    "number_sequence": "a counter",
    "attachment": "asked for together with its record, which is seen or not",
    "saved_view": "an address somebody keeps, no rows",
    "bulk_step": "asked for by its owner only; undoing reads each record again",
    "job": "seen by whoever asked for it",
    "admin_order": "an order of the director concerns the whole service",
    "admin_order_item": "what an order charges somebody with",
    "regulatory_document": "what the work rests on",
    "document_visa": "who was asked about a draft",
    "interagency_agreement": "with whom the centre works; families are not named in it",
    "work_plan": "what the service means to do in a year",
    "work_plan_item": "a line of the plan of a year",
    "survey_round": "a questionnaire; who answered it hangs on the family",
    "survey_question": "a question asked of everybody",
    "leisure_event": "an event for everybody; who came to it hangs on the family",
}
"""Tables of a unit whose rows nobody's families narrow."""

assert models.SCOPES, "importing app.models has taught every word of the scope"


def unit_models() -> list[type[UnitModel]]:
    return [one.class_ for one in FabBase.registry.mappers if issubclass(one.class_, UnitModel)]


def test_every_table_of_a_unit_is_scoped_by_family_or_says_why_not() -> None:
    ours = [model for model in unit_models() if model.__module__.startswith("app.")]
    assert {model.__tablename__ for model in ours if not is_scoped_by_family(model)} == set(WHOLE_UNIT)
    assert all(WHOLE_UNIT.values())


def test_every_path_ends_at_a_family_or_a_person() -> None:
    for model in unit_models():
        steps = [model.__tablename__]
        parent = parent_of(model)
        while parent is not None:
            (column,) = parent.local_columns
            assert (
                column.index
                or any(column.name in {part.name for part in index.columns} for index in column.table.indexes)
                or any(column.name in item.columns for item in column.table.constraints)
            ), f"{column}: no index"
            steps.append(parent.mapper.class_.__tablename__)
            parent = parent_of(parent.mapper.class_)
        if len(steps) > 1:
            assert steps[-1] in {"family", "person"}, " → ".join(steps)
    assert parent_of(Family) is None

"""The page of a list put together: rows, tools around them, what the person may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, request

from app.base import Model
from app.register import bulk_edit, lists, looking
from app.register.access import BIGGEST, may
from app.register.intake.form_views import act_of
from app.register.pages import Act, Blank, FilterControl, ListPage, ViewTab
from app.register.spec import Spec
from app.register.state import ListState
from app.register.views_kept import Opened
from app.terms import say, words

if TYPE_CHECKING:
    from app.register.view import Register


def list_page(
    register: Register,
    spec: Spec,
    state: ListState,
    url: str,
    *,
    within: Any = None,
    owner: Model | None = None,
    path: tuple[str, ...] = (),
    opened: Opened | None = None,
) -> ListPage:
    """Return the list for the address *state*, whole with what was *opened* around it, or *within* the card of *owner*.

    A page beyond the last one is answered with 404.
    """
    names = state.columns or spec.columns
    if owner is not None:
        names = tuple(n for n in names if (n,) != path)
    found = lists.find(register.session, spec, state, within)
    looking.rows_shown(spec, names, found.ids, state.query)
    if state.page > 1 and not found.ids:
        abort(404)
    second = _nothing if spec.partial else register.subtitle
    rows = lists.page_rows(
        register.session, spec, found.ids, names, register.gather, register.row_link(), second, register.row_css
    )
    titles = lists.ref_titles(register.session, spec, state)
    head = _head(register, state, owner, path, some=bool(found.ids))
    bulk = _bulk(register, spec) if owner is None else ()
    filtered = bool(state.query or state.conditions) and not (opened is not None and opened.as_delivered)
    return ListPage(
        title=spec.many,
        caption=spec.many,
        url=url,
        columns=lists.heads(spec, state, names, url),
        rows=rows,
        pager=lists.pager(spec, state, found, url),
        intro=say(spec.intro),
        query=state.query,
        searchable=spec.searchable,
        placeholder=say(spec.placeholder),
        keep=(*state.keep, *state.look()),
        chips=lists.chips(spec, state, url, titles),
        filters=_filters(register, spec, state, titles) if owner is None else (),
        chooser=_chooser(spec, names) if owner is None else (),
        head=head,
        bulk=bulk,
        bulk_url=state.url(register.url("bulk")) if bulk else "",
        blank=None
        if filtered
        else Blank(
            f"{spec.many}: пока пусто",
            say(spec.blank) or "Здесь появится то, что вы внесёте.",
            acts=tuple(a for a in head if a.name == "add"),
        ),
        all_url=state.url(url, query="", conditions=()),
        **(_around(register, state, url, opened) if opened is not None else {}),
    )


def _nothing(record: Model) -> str:
    """The second line of a row for people who are shown some fields only: it tells of others."""
    return ""


def _head(
    register: Register, state: ListState, owner: Model | None, path: tuple[str, ...], *, some: bool
) -> tuple[Act, ...]:
    made = []
    if some and owner is None and may(register, "export"):
        url = state.url(register.url("export"))
        made.append(Act("export", "Выгрузить в Excel", url, icon="file-earmark-spreadsheet"))
    if owner is None:
        made.extend(act_of(register, state))
    # Both may hang on one record, as a contact and a case on their family: then that record is what is fixed.
    beside = f"{path[0]}_id" if path[1:] and path[-1] == "id" else ""
    if may(register, "add") and not register.fixed_rows and (len(path) < 2 or beside):
        known = {} if owner is None else {beside: getattr(owner, beside)} if beside else {path[0]: owner.id}
        fixed = {**known, "back": f"{request.path}?{request.query_string.decode()}"} if known else {}
        tone = "primary" if owner is None else ""
        made.append(Act("add", say(register.add_label), register.url("add", **fixed), icon="plus-lg", tone=tone))
    return tuple(made)


def _bulk(register: Register, spec: Spec) -> tuple[Act, ...]:
    made = [
        Act(a.name, say(a.label), "", icon=a.icon, method="post", tone=a.tone)
        for a in register.register_actions.values()
        if a.multiple and may(register, a.name, action=True)
    ]
    if bulk_edit.allowed(register) and bulk_edit.editable(spec):
        made.append(Act(bulk_edit.CHANGE, "Изменить поля", "", icon="pencil-square", method="post"))
    return tuple(made)


def _filters(
    register: Register, spec: Spec, state: ListState, titles: dict[tuple[str, str], str]
) -> tuple[FilterControl, ...]:
    """Return the filter controls; with nothing typed they are the same on every page in one centre's words."""
    if state.conditions:
        return lists.controls(spec, state, titles, register.lookup_url)
    spoken = words(), request.script_root
    found: tuple[FilterControl, ...] | None = spec.made.filters.get(spoken)
    if found is None:
        found = spec.made.filters[spoken] = lists.controls(spec, state, titles, register.lookup_url)
    return found


def _chooser(spec: Spec, names: tuple[str, ...]) -> tuple[tuple[str, str, bool], ...]:
    """Return every column, those shown first and in their order."""
    others = (name for name in (*spec.columns, *spec.extra_columns) if name not in names)
    return (*((n, spec.fields[n].said, True) for n in names), *((n, spec.fields[n].said, False) for n in others))


def _around(register: Register, state: ListState, url: str, opened: Opened) -> dict[str, Any]:
    """Return what stands around the list: tabs of views, the ways to keep this one, to undo, to edit a row."""
    default = opened.kept.default
    tabs = [ViewTab("Все", f"{url}?view=0" if default else url, opened.view is None)]
    tabs += [
        ViewTab(one.name, f"{url}?open={one.id}", one is opened.view, shared=one.role is not None)
        for one in opened.kept.views
    ]
    rows = ""
    if register.row_fields and may(register, "edit"):
        rows = register.url("row", pk=BIGGEST).removesuffix(str(BIGGEST))
    return {
        "views": tuple(tabs) if len(tabs) > 1 else (),
        "views_url": state.url(register.url("views")),
        "columns_url": state.url(register.url("columns")),
        "row_url": rows,
        "notes": opened.notes,
        "undo_url": register.url("steps") if opened.kept.undoable else "",
    }

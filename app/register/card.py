"""The card of one record: overview or facts, tabs of related registers, files, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, render_template, request, url_for

from app.register import detail, file_pages, looking
from app.register.access import may
from app.register.history import history
from app.register.locks import Lock, lock_within, locks_of
from app.register.pages import Act, Blank, DetailPage, ListPage, Tab
from app.register.personal import is_personal
from app.register.registry import registers
from app.register.spec import Related, Spec

if TYPE_CHECKING:
    from app.register.view import Register

IN_HEAD = 4
"""Buttons in the head of a card: one main and three beside it; more are looked for in «Ещё»."""


def show(register: Register, pk: int, tab: str | None = None, refused: tuple[tuple[str, str], ...] = ()) -> str:
    """Draw the card at *tab*, or at the tab its address names; an unknown one is 404.

    *refused* are files that were sent to the card and not taken.
    """
    spec = register.seen_spec()
    names = tuple(n for group in spec.show for n in group.names)
    tabs = [(related, other) for related, other in registers().tabs_of(register) if may(other, "list")]
    # Files, history and what a register draws by itself tell of every field, also of those held back.
    own = () if spec.partial else tuple(register.own_tabs)
    own_tabs = () if spec.partial else (*(one.key for one in own), file_pages.TAB, "history")
    keys = ["", *(other.key for _, other in tabs), *own_tabs]
    current = tab or request.args.get("tab", "")
    if current not in keys:
        abort(404)
    inside = [(Related(o.key, r.path), o.model) for r, o in tabs]
    beside = detail.counts_of(inside, register.model, pk, on_health=file_pages.sees_papers(register))
    record, counts = register.record_with(pk, names, beside)
    here = register.url("show", pk=pk)
    # A tab of another register has locks of its own, and the files none.
    told = spec.fields if current in ("", "history") else ()
    closed = locks_of(register.session, spec, told, record)
    notes = () if spec.partial else register.notes(record)
    whole = register.overview_template and not spec.partial
    page: dict[str, Any] = {}
    attached = None
    if current == "history":
        looking.block("История")
        looking.fields_shown(spec, [name for name in spec.fields if name not in closed])
        page.update(_history(register, spec, pk, here, closed))
    elif current == file_pages.TAB:
        looking.block("Файлы")
        attached = file_pages.tab_of(register, record, refused)
    elif drawn_here := next((one for one in own if one.key == current), None):
        looking.block(drawn_here.label)
        page.update(overview=drawn_here.template, extra=drawn_here.gather(register, record))
    elif current:
        related, other = next((r, o) for r, o in tabs if o.key == current)
        inner = other.seen_spec()
        looking.block(other.spec.many)
        notes += other.notes_within(record)
        state = other.state_of(inner, keep=("tab",))
        drawn_list = other.list_page(
            inner, state, here, within=detail.within(other.model, related.path, pk), owner=record, path=related.path
        )
        lock = lock_within(register.session, other.model, related.path, record)
        page["related"] = _shut(drawn_list, lock) if lock is not None else drawn_list
    elif whole:
        page.update(
            overview=register.overview_template,
            extra=register.overview(register.session, record),
            parts=detail.facts(spec, record, register.linked_url, closed, whole=may(register, "edit")),
        )
    else:
        page["parts"] = detail.facts(spec, record, register.linked_url, closed, whole=may(register, "edit"))
    if page.get("parts"):
        looking.fields_shown(spec, [name for name in names if name not in closed])
    first = Tab("", "Обзор" if whole else "Сведения", here, not current)
    related_tabs = [Tab(o.key, o.spec.many, f"{here}?tab={o.key}", o.key == current, counts[o.key]) for _, o in tabs]
    said = {**{one.key: one.label for one in own}, file_pages.TAB: "Файлы", "history": "История"}
    last = [Tab(key, said[key], f"{here}?tab={key}", current == key, counts.get(key)) for key in own_tabs]
    idle = {o.key for _, o in tabs if not counts[o.key] and (o.fixed_rows or not may(o, "add"))}
    grouped, inside_tabs = detail.grouped(related_tabs, register.tab_groups, idle)
    head, rest = _foremost(register.acts(record))
    return render_template(
        "register/detail.html",
        record=record,
        attached=attached,
        page=DetailPage(
            title=register.heading(record),
            url=here,
            line="" if spec.partial else register.line(record),
            badges=() if spec.partial else register.badges(record),
            acts=head,
            more=rest + _more(register, record),
            tabs=(first, *grouped, *last),
            inner_tabs=inside_tabs,
            crumbs=register.crumbs(),
            notes=notes,
            **page,
        ),
    )


def _foremost(acts: tuple[Act, ...]) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """Return which buttons stand in the head of a card and which in «Ещё»: the main one first, dangerous ones last."""
    ordered = sorted(acts, key=lambda one: (one.tone != "primary", one.tone == "danger"))
    return (acts, ()) if len(acts) <= IN_HEAD else (tuple(ordered[:IN_HEAD]), tuple(ordered[IN_HEAD:]))


def _shut(page: ListPage, lock: Lock) -> ListPage:
    """Return the tab with why there is nothing in it and nothing can be added, instead of an invitation to add."""
    way = lock.way
    return replace(page, head=(), blank=Blank(f"{page.title}: закрыто", lock.reason, acts=(way,) if way else ()))


def _history(register: Register, spec: Spec, pk: int, here: str, closed: Mapping[str, Lock]) -> dict[str, Any]:
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        abort(400)
    days, older = history(register.session, spec, pk, before=int(before) if before else None, closed=closed)
    looks_url = ""
    # The screen stands floors above, so it is named and not imported; an installation without it has no such link.
    if is_personal(register.model) and current_app.extensions["appbuilder"].sm.has_access("can_list", "audit"):
        looks_url = url_for("Audit.of_record", key=register.key, pk=pk)
    return {"looks_url": looks_url, "history": days, "older_url": f"{here}?tab=history&before={older}" if older else ""}


def _more(register: Register, record: Any) -> tuple[Act, ...]:
    if not may(register, "delete") or register.fixed_rows:
        return ()
    question = f"Удалить «{record}»? Вернуть удалённое можно будет только из резервной копии."
    return (
        Act(
            "delete",
            "Удалить",
            register.url("delete", pk=record.id),
            icon="trash",
            method="post",
            tone="danger",
            confirm=question,
        ),
    )

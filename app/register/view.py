"""The Register: a FAB ModelView to everyone who knows FAB, with every served route its own.

A register is a class body; its frozen :class:`~app.register.spec.Spec` does the rest::

    class RentalItems(Register):
        datamodel = RentalItem
        title = "Фонд проката", "Средство"
        list_columns = ["inventory_no", "name", "condition"]
        form_columns = ["inventory_no", "name", "condition", "cost"]

FAB gives the menu, the permission rows and ``add_view``; nothing of FAB's filters, forms or templates is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, current_app, g, has_request_context, jsonify, render_template, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Label, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor
from app.base import Model
from app.extensions import db
from app.register import card, editing, exporting, listing, locks, looking, performing, view_pages, walking
from app.register.access import BIGGEST, PK, RIGHTS, access, holds, keeps_typed, may
from app.register.declared import actions_of, declaration_of, row_fields_of, shown, where
from app.register.detail import OwnTab
from app.register.field import Field, fields_of
from app.register.file_pages import TAB, FileRoutes
from app.register.left import leave_at, left_at
from app.register.list_routes import ListRoutes
from app.register.long_export import begun_if_long
from app.register.lookup import look_up
from app.register.pages import Act, Badge, ListPage, Note
from app.register.registry import registers
from app.register.spec import Spec, SpecError, spec_of
from app.register.state import BadState, ListState, read_state
from app.register.views_kept import Opened, opened
from app.roles import fields_of_screen
from app.terms import say

__all__ = ["Register", "registers", "shown"]


class Register(FileRoutes, ListRoutes, ModelView):
    """A register over one model. Every step is one method to override; none needs the rest copied.

    Class attributes are those of FAB where FAB has them. ``title`` is (many, one): «Семьи», «Семья».
    ``related_views`` name registers by class name, ``"Measures"``, or with the path to the owner:
    ``("ServiceRecords", "case.family_id")``. ``key`` fixes the address and the permission name, so that renaming the
    class moves no right.
    """

    key: str = ""
    title: ClassVar[tuple[str, str]] = ("", "")
    extra_columns: ClassVar[list[str]] = []
    form_columns: ClassVar[list[Any]] = []
    form_fields: ClassVar[list[Field]] = []
    """Fields asked for on forms and by actions that are no columns of the table; ``create`` gets their values."""
    filter_columns: ClassVar[list[str] | None] = None
    phone_columns: ClassVar[list[str] | None] = None
    order: ClassVar[str | None] = None
    search_through: ClassVar[list[str]] = []
    eager: ClassVar[list[str]] = []
    """Relation paths that ``subtitle`` and the shown columns of a list read."""
    card_eager: ClassVar[list[str]] = []
    """Relation paths that ``line``, ``badges`` and ``overview`` read, fetched with the record of a card."""
    placeholder: ClassVar[str] = "Найти в этом списке"
    intro: ClassVar[str] = ""
    blank: ClassVar[str] = ""
    add_label: ClassVar[str] = "Добавить"
    overview_template: ClassVar[str] = ""
    own_tabs: ClassVar[list[OwnTab]] = []
    """Tabs of the card that are no related register, drawn before the files."""
    tab_groups: ClassVar[list[tuple[str, tuple[str, ...]]]] = []
    """Related registers by key that stand on a card under one tab, as (label, keys); the others stand by themselves."""
    row_edit: ClassVar[list[str]] = []
    """Fields of the form that can be changed in the row of the list."""
    only_rows: ClassVar[dict[str, Any]] = {}
    """Which rows of the table the register holds, as {field: value}, where two registers share a table."""
    delivered_views: ClassVar[dict[str, str]] = {}
    """Views that come with the list, as {name: query of its address}; the list opens with the first."""
    fixed_rows: ClassVar[bool] = False
    """Rows are made by rules only: no add, edit or delete screens."""

    exclude_route_methods = {"download", "action_post"}  # noqa: RUF012 -- FAB's own attribute, read only

    # ---- becoming a FAB view ------------------------------------------------------------------------

    def __init__(self, **kwargs: Any) -> None:
        cls: Any = type(self)  # FAB says of its class attributes that only instances have them.
        if not isinstance(cls.datamodel, type):
            raise SpecError(f"{where(cls)}: datamodel must be a model class")
        self.model: type[Model] = cls.datamodel
        self.key = cls.key or cls.__name__.lower()
        self.class_permission_name = self.key
        self.route_base = f"/{self.key}"
        self.spec = spec_of(declaration_of(self))
        self.every_field: dict[str, Field] = {**fields_of(self.model), **{one.name: one for one in cls.form_fields}}
        self.register_actions = actions_of(self)
        self.row_fields = row_fields_of(self)
        if self.fixed_rows:
            self.exclude_route_methods = {*self.exclude_route_methods, "add", "edit", "delete", "change_many", "row"}
        self.datamodel = SQLAInterface(self.model, db.session)
        super().__init__(**kwargs)
        self.base_permissions += [*RIGHTS.values(), "can_share_views"]
        if not self.fixed_rows:
            self.base_permissions.append("can_bulk_edit")

    def _init_properties(self) -> None:
        """FAB would read every column and build filters shared by all threads; a register has its Spec."""
        self.list_columns = list(self.spec.columns)
        self.related_views: list[Any] = []
        self._related_views: list[Any] = []

    def _init_forms(self) -> None:
        """Forms are built per request."""

    def _init_titles(self) -> None:
        self.list_title, self.show_title = self.title
        self.add_title = self.edit_title = self.title[1]

    # ---- what a register may override ----------------------------------------------------------------

    def gather(self, session: Session, records: Any) -> None:
        """Fetch what computed columns need for the *records* of one page or batch, in a constant number of queries.

        What is found is kept on the records themselves, as plain attributes.
        """

    def subtitle(self, record: Any) -> str:
        """Return the second line under the title in a list; computed from what ``eager`` or ``gather`` fetched."""
        return ""

    def row_css(self, record: Any) -> str:
        """Return the class of a row of the list: ``struck`` for what counts no more."""
        return ""

    def heading(self, record: Any) -> str:
        """Return the title of a card."""
        return str(record)

    def badges(self, record: Any) -> tuple[Badge, ...]:
        """Return the state pills in the head of a card."""
        return ()

    def notes(self, record: Any) -> tuple[Note, ...]:
        """Return the banners of a card, above all its tabs."""
        return ()

    def notes_within(self, owner: Model) -> tuple[Note, ...]:
        """Return the banners above this list where it is a tab of the card of *owner*."""
        return ()

    def line(self, record: Any) -> str:
        """Return the one line of facts under the title of a card."""
        return ""

    def overview(self, session: Session, record: Any) -> dict[str, object]:
        """Return what ``overview_template`` draws; called only for the first tab."""
        return {}

    def card_acts(self, record: Any) -> tuple[Act, ...]:
        """Return buttons of the card beyond edit and the declared actions."""
        return ()

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Make the record of a sent form; override to call the rule that makes it."""
        record = self.model(**values)
        session.add(record)
        return record

    def next_step(self, record: Any) -> str | None:
        """Return where the work on a record just made goes on; None leads back to where its form was opened."""
        return None

    def change(self, record: Any, values: dict[str, Any], by: Actor) -> None:
        """Write the values of a sent form; override to call the rule that changes the record."""
        for name, value in values.items():
            setattr(record, name, value)

    def remove(self, session: Session, record: Any, by: Actor) -> None:
        """Delete the record; override to call the rule that may refuse."""
        session.delete(record)

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """Return values an empty form begins with; *fixed* are the records of the card it was opened from."""
        return {}

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Return how fields of a form differ for the case at hand: {name: attributes of the field}, None leaves it out.

        *fixed* are the records of the card a new form was opened from, *record* is what an old one is about.
        """
        return {}

    def heading_of_new(self, fixed: dict[str, Model]) -> tuple[str, str]:
        """Return the title of an empty form and the line under it."""
        spec, named = self.spec, self.add_label != "Добавить"
        about = ", ".join(f"{spec.fields[name].said}: {record}" for name, record in fixed.items())
        return say(self.add_label) if named else f"{spec.one}: добавить", about

    def linked(self, values: dict[str, Any], name: str) -> Any:
        """Take the id of link *name* out of *values* and return the record it points to, or None."""
        pk = values.pop(name)
        if pk is None:
            return None
        target = self.every_field[name].linked
        return self.session.scalars(select(target).where(target.id == pk)).one()

    @cached_property
    def _addresses(self) -> dict[tuple[str, str], str]:
        return {}

    # ---- shared by the routes ------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session of the request, or that of the job which works in its place."""
        found: Session = g.get("job_session") or db.session()
        return found

    def seen_spec(self) -> Spec:
        """Return the Spec as the acting person sees it: without the classes of data the role has no right to, and no
        more of the others than his roles are shown (``app/roles.py`` FIELDS)."""
        spec = self.spec.without(frozenset(one for one, right in RIGHTS.items() if not holds(self, right)))
        names = fields_of_screen(acting.actor().roles, self.key)
        return spec if names is None else spec.narrowed(names)

    def form_spec(self, fixed: dict[str, Model], record: Any | None = None) -> Spec:
        """Return the Spec of a form as the acting person sees it, fitted to the case at hand."""
        spec, changes = self.seen_spec(), self.fitted(fixed, record)
        return spec.fitted(changes) if changes else spec

    @cached_property
    def rights_asked(self) -> tuple[str, ...]:
        """The rights without one of which nothing is left of a row; then its very title is private too."""
        return tuple(right for one, right in RIGHTS.items() if not self.spec.without(frozenset({one})).columns)

    def url(self, route: str, **arguments: Any) -> str:
        """Return the address of one of this register's routes."""
        if arguments or not has_request_context():
            return url_for(f"{self.endpoint}.{route}", **arguments)
        here = request.script_root, route
        found = self._addresses.get(here)
        if found is None:  # Without arguments it is the same on every page of one site.
            found = self._addresses[here] = url_for(f"{self.endpoint}.{route}")
        return found

    def record_or_404(self, pk: int, names: tuple[str, ...] = ()) -> Any:
        """Return the record, or 404 for a missing and a foreign one alike."""
        return self._found(pk, self.spec.load_options(names))[0]

    def record_with(
        self, pk: int, names: tuple[str, ...], beside: Sequence[Label[Any]]
    ) -> tuple[Any, Mapping[str, Any]]:
        """Return the record for its card, and what stands *beside* it in the same query, by name; or 404."""
        record, *more = self._found(pk, self.spec.load_options(names, self.spec.card_eager), *beside)
        return record, dict(zip((column.name for column in beside), more, strict=True))

    def _found(self, pk: int, options: Sequence[Any], *beside: Any) -> Sequence[Any]:
        criteria = (self.model.id == pk, *self.spec.criteria, *locks.gate(self.model))
        wanted = select(self.model, *beside).where(*criteria).options(*options)
        return self.session.execute(wanted).unique().one_or_none() or abort(404)

    def lookup_url(self, model: type[Model]) -> str:
        """Return the address that looks up records of *model*."""
        return registers().of(model).url("lookup")

    def crumbs(self) -> tuple[tuple[str, str], ...]:
        """Return where this card hangs: on the list as it was left."""
        return ((self.spec.many, left_at(self.key) or self.url("list")),)

    def list_page(
        self,
        spec: Spec,
        state: ListState,
        url: str,
        *,
        within: Any = None,
        owner: Model | None = None,
        path: tuple[str, ...] = (),
        opened: Opened | None = None,
    ) -> ListPage:
        """Return the list for the address *state*, whole or *within* the card of *owner*."""
        return listing.list_page(self, spec, state, url, within=within, owner=owner, path=path, opened=opened)

    def acts(self, record: Any) -> tuple[Act, ...]:
        """Return the buttons in the head of a card: its own, the actions that fit its state, edit."""
        made = list(self.card_acts(record))
        for one in self.register_actions.values():
            if one.single and may(self, one.name, action=True) and (one.when is None or one.when(record)):
                url = self.url("action", name=one.name, pk=record.id)
                method = "get" if one.asks or one.confirm else "post"
                made.append(Act(one.name, say(one.label), url, icon=one.icon, method=method, tone=one.tone))
        if may(self, "edit") and not self.fixed_rows:
            url = self.url("edit", pk=record.id, **walking.list_left(self))
            made.append(Act("edit", "Изменить", url, icon="pencil"))
        return tuple(made)

    def history_act(self, record: Any) -> Act:
        """Return the way to the history tab, for a register whose card is a page of its own."""
        return Act(
            "history", "История", f"{self.url('show', pk=record.id)}?tab=history", icon="clock-history", tone="quiet"
        )

    def linked_url(self, linked: Model) -> str | None:
        """Return the address of another record's card, if there is one and the person may open it."""
        other = next((r for r in registers().by_key.values() if r.model is type(linked)), None)
        return other.url("show", pk=linked.id) if other is not None and may(other, "show") else None

    def row_link(self) -> Callable[[Any], str | None]:
        """Return what gives the address a row of the list leads to; None where the person may not open the card."""
        if not may(self, "show"):
            return lambda record: None
        # Every row leads to the same route, so its address is put together once.
        before, after = self.url("show", pk=BIGGEST).split(str(BIGGEST))
        return lambda record: f"{before}{record.id}{after}"

    def state_of(self, spec: Spec, keep: tuple[str, ...] = ()) -> ListState:
        """Return the list the address of this request asks for; garbage in it is 400."""
        try:
            return read_state(spec, request.args, keep)
        except BadState as refusal:
            abort(400, description=str(refusal))

    def opened(self, spec: Spec) -> Opened:
        """Return the list this request asks for with what the person keeps for it; garbage in the address is 400."""
        try:
            return opened(self.session, spec, request.args, acting.actor())
        except BadState as refusal:
            abort(400, description=str(refusal))

    # ---- routes --------------------------------------------------------------------------------------

    @expose("/")
    @access("list")
    def list(self) -> Response:
        """The list."""
        spec = self.seen_spec()
        found = self.opened(spec)
        page = self.list_page(spec, found.state, self.url("list"), opened=found)
        response = current_app.make_response(render_template("register/list.html", page=page))
        leave_at(self.key, request.full_path.rstrip("?"))
        view_pages.remember_after(response, self, found)
        return response

    @expose("/export.xlsx")
    @access("export")
    def export(self) -> Response:
        """The whole filtered list as Excel, in the chosen columns."""
        spec = self.seen_spec()
        state, by = self.opened(spec).state, acting.actor()
        begun = begun_if_long(self.session, spec, state, by)
        return begun or exporting.download(self.session, spec, state, by, self.gather)

    @expose(f"/show/{PK}")
    @access("show")
    def show(self, pk: int) -> str:
        """The card: overview, tabs of related registers, history."""
        return card.show(self, pk)

    def files_refused(self, pk: int, refused: tuple[tuple[str, str], ...]) -> str:
        """The card at its files, telling by (title, sentence) which of those sent were not taken."""
        return card.show(self, pk, TAB, refused)

    @expose("/add", methods=["GET", "POST"])
    @keeps_typed
    @access("add")
    def add(self) -> Response | str:
        """The form of a new record; a form sent twice makes one record."""
        return editing.add(self)

    @expose(f"/edit/{PK}", methods=["GET", "POST"])
    @keeps_typed
    @access("edit")
    def edit(self, pk: int) -> Response | str:
        """The form of a record; two editors are joined or shown to each other."""
        return editing.edit(self, pk)

    @expose(f"/delete/{PK}", methods=["POST"])
    @access("delete")
    def delete(self, pk: int) -> Response:
        """Delete one record that nothing refers to."""
        return editing.delete(self, pk)

    @expose("/lookup")
    @access("lookup")
    def lookup(self) -> Response:
        """Answer a combobox: ``{"results": [{"id", "text", "small"}]}``."""
        typed, partial = request.args.get("q", "")[:200], self.seen_spec().partial
        found = look_up(self.session, self.model, typed, by_title_only=partial)
        looking.offered(self.model, [one.id for one in found], typed)
        return jsonify(results=[{"id": one.id, "text": one.text, "small": one.small} for one in found])

    # ---- actions -------------------------------------------------------------------------------------

    @expose(f"/action/<string:name>/{PK}", methods=["GET", "POST"])
    @keeps_typed
    @access("show")
    def action(self, name: str, pk: int) -> Response | str:
        """One action on one record. GET asks; only POST with a token does."""
        return performing.on_one(self, name, pk)

    @expose("/bulk", methods=["POST"])
    @access("list")
    def bulk(self) -> Response | str:
        """One action over ticked rows: the rule in a loop, the skipped told."""
        return performing.on_ticked(self)

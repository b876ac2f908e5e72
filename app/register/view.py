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

import inspect as source
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor
from app.base import Model
from app.extensions import db
from app.register import detail, editing, exporting, lists
from app.register.access import access, may
from app.register.actions import MOST, RegisterAction, asking_spec, run_over
from app.register.field import Field, fields_of
from app.register.forms import empty_form, parts_of, read_form, refusal_of
from app.register.history import history
from app.register.lookup import look_up
from app.register.pages import Act, Badge, Blank, DetailPage, FormPage, ListPage, Tab
from app.register.spec import Declaration, Related, Spec, SpecError, spec_of
from app.register.state import BadState, ListState, read_state

BIG = 2_147_483_647
_PK = f"<int(max={BIG}):pk>"


class Register(ModelView):
    """A register over one model. Every step is one method to override; none needs the rest copied.

    Class attributes are those of FAB where FAB has them. ``title`` is (many, one): «Семьи», «Семья».
    ``related_views`` name registers by class name, ``"Measures"``, or with the path to the owner:
    ``("ServiceRecords", "case.family_id")``. ``key`` fixes the address and the permission name, so that renaming the
    class moves no right.
    """

    key: ClassVar[str] = ""
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
    placeholder: ClassVar[str] = "Найти в этом списке"
    intro: ClassVar[str] = ""
    blank: ClassVar[str] = ""
    overview_template: ClassVar[str] = ""
    fixed_rows: ClassVar[bool] = False
    """Rows are made by rules only: no add, edit or delete screens."""

    exclude_route_methods = {"download", "action_post"}  # noqa: RUF012 -- FAB's own attribute, read only

    # ---- becoming a FAB view ------------------------------------------------------------------------

    def __init__(self, **kwargs: Any) -> None:
        cls = type(self)
        if not isinstance(cls.datamodel, type):
            raise SpecError(f"{_where(cls)}: datamodel must be a model class")
        self.model: type[Model] = cls.datamodel
        self.key = cls.key or cls.__name__.lower()
        self.class_permission_name = self.key
        self.route_base = f"/{self.key}"
        self.spec = spec_of(self._declaration(cls))
        self.every_field: dict[str, Field] = {**fields_of(self.model), **{one.name: one for one in cls.form_fields}}
        self.register_actions: dict[str, RegisterAction] = {}
        for name in dir(cls):
            made = getattr(getattr(cls, name), "declared_action", None)
            if made is not None:
                unknown = [n for n in made.asks if n.removesuffix("?") not in self.every_field]
                if unknown:
                    allowed = ", ".join(sorted(self.every_field))
                    raise SpecError(f"{_where(cls)}: action {made.name!r} asks for {unknown[0]!r}; allowed: {allowed}")
                self.register_actions[made.name] = made
                self._rules[made.name] = getattr(self, name)
        if self.fixed_rows:
            self.exclude_route_methods = {*self.exclude_route_methods, "add", "edit", "delete"}
        self.datamodel = SQLAInterface(self.model, db.session)
        super().__init__(**kwargs)
        self.base_permissions.append("can_special")

    @property
    def _rules(self) -> dict[str, Any]:
        return self.__dict__.setdefault("_rules_by_action", {})

    def _declaration(self, cls: type[Register]) -> Declaration:
        related = []
        for given in cls.related_views or []:
            name, path = (given, "") if isinstance(given, str) else given
            related.append(Related(name, tuple(path.split(".")) if path else ()))
        return Declaration(
            where=_where(cls),
            key=self.key,
            model=self.model,
            title=cls.title,
            list_columns=list(cls.list_columns or []),
            extra_columns=list(cls.extra_columns),
            form_columns=list(cls.form_columns),
            add_columns=cls.add_columns,
            edit_columns=cls.edit_columns,
            show_columns=cls.show_columns,
            label_columns=dict(cls.label_columns or {}),
            shown=self._shown(cls),
            form_fields=cls.form_fields,
            filter_columns=cls.filter_columns,
            phone_columns=cls.phone_columns,
            order=cls.order,
            search_through=list(cls.search_through),
            eager=list(cls.eager),
            related=related,
            placeholder=cls.placeholder,
            intro=cls.intro,
            blank=cls.blank,
        )

    def _shown(self, cls: type[Register]) -> dict[str, Field]:
        made = {}
        for name in dir(cls):
            label = getattr(getattr(cls, name), "shown_label", None)
            if label is not None:
                made[name] = Field(name, label, "computed", compute=getattr(self, name))
        return made

    def _init_properties(self) -> None:
        """FAB would read every column and build filters shared by all threads; a register has its Spec."""
        self.list_columns = list(self.spec.columns)
        self.related_views = self._related_views = []

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

    def heading(self, record: Any) -> str:
        """Return the title of a card."""
        return str(record)

    def badges(self, record: Any) -> tuple[Badge, ...]:
        """Return the state pills in the head of a card."""
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

    def linked(self, values: dict[str, Any], name: str) -> Any:
        """Take the id of link *name* out of *values* and return the record it points to, or None."""
        target, pk = self.every_field[name].target, values.pop(name)
        return None if pk is None else self.session.scalars(select(target).where(target.id == pk)).one()

    # ---- shared by the routes ------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The request's session."""
        return db.session()

    def seen_spec(self) -> Spec:
        """Return the Spec as the acting person sees it: without private fields unless the role may."""
        return self.spec if may(self, "special") else self.spec.without_private()

    def url(self, route: str, **arguments: Any) -> str:
        """Return the address of one of this register's routes."""
        return url_for(f"{self.endpoint}.{route}", **arguments)

    def record_or_404(self, pk: int, names: tuple[str, ...] = ()) -> Any:
        """Return the record, or 404 for a missing and a foreign one alike."""
        options = self.spec.load_options(names, one=True)
        wanted = select(self.model).where(self.model.id == pk).options(*options)
        return self.session.scalars(wanted).unique().one_or_none() or abort(404)

    def lookup_url(self, model: type[Model]) -> str:
        """Return the address that looks up records of *model*."""
        return registers().of(model).url("lookup")

    def crumbs(self) -> tuple[tuple[str, str], ...]:
        """Return where this card hangs."""
        return ((self.title[0], self.url("list")),)

    def list_page(
        self,
        spec: Spec,
        state: ListState,
        url: str,
        *,
        within: Any = None,
        owner: Model | None = None,
        path: tuple[str, ...] = (),
    ) -> ListPage:
        """Return the list for the address *state*, whole or *within* the card of *owner*."""
        names = state.columns or spec.columns
        if owner is not None:
            names = tuple(n for n in names if (n,) != path)
        found = lists.find(self.session, spec, state, names, within)
        if found.records:
            self.gather(self.session, found.records)
        if state.page > 1 and not found.records:
            abort(404)
        titles = lists.ref_titles(self.session, spec, state)
        add = {} if owner is None else {path[0]: owner.id, "back": request.path + "?" + request.query_string.decode()}
        can_add = may(self, "add") and not self.fixed_rows and len(path) < 2
        filtered = bool(state.query or state.conditions)
        head = []
        if found.records and owner is None and may(self, "export"):
            head.append(
                Act("export", "Выгрузить в Excel", state.url(self.url("export")), icon="file-earmark-spreadsheet")
            )
        if can_add:
            tone = "primary" if owner is None else ""
            head.append(Act("add", self.add_label, self.url("add", **add), icon="plus-lg", tone=tone))
        bulk = tuple(
            Act(a.name, a.label, "", icon=a.icon, method="post", tone=a.tone)
            for a in self.register_actions.values()
            if a.multiple and owner is None and may(self, a.name, action=True)
        )
        return ListPage(
            title=spec.many,
            caption=spec.many,
            url=url,
            columns=lists.heads(spec, state, names, url),
            rows=lists.rows(spec, found.records, names, self._link(), self.subtitle),
            pager=lists.pager(spec, state, found, url),
            intro=spec.intro,
            query=state.query,
            searchable=spec.searchable,
            placeholder=spec.placeholder,
            keep=(
                *state.keep,
                *(
                    (k, v)
                    for k, v in (("sort", state.sort), ("size", str(state.size) if state.size != 25 else ""))
                    if v
                ),
            ),
            chips=lists.chips(spec, state, url, titles),
            filters=lists.controls(spec, state, titles, self.lookup_url) if owner is None else (),
            chooser=tuple((n, spec.fields[n].said, n in names) for n in (*spec.columns, *spec.extra_columns))
            if owner is None
            else (),
            head=tuple(head),
            bulk=bulk,
            bulk_url=state.url(self.url("bulk")) if bulk else "",
            blank=None
            if filtered
            else Blank(
                f"{spec.many}: пока пусто",
                spec.blank or "Здесь появится то, что вы внесёте.",
                acts=tuple(a for a in head if a.name == "add"),
            ),
        )

    add_label: ClassVar[str] = "Добавить"

    def _linked_url(self, linked: Model) -> str | None:
        """Return the address of another record's card, if there is one and the person may open it."""
        other = next((r for r in registers().by_key.values() if r.model is type(linked)), None)
        return other.url("show", pk=linked.id) if other is not None and may(other, "show") else None

    def _link(self) -> Any:
        if not may(self, "show"):
            return lambda record: None
        # Every row leads to the same route, so its address is put together once.
        before, after = self.url("show", pk=BIG).split(str(BIG))
        return lambda record: f"{before}{record.id}{after}"

    def _state(self, spec: Spec, keep: tuple[str, ...] = ()) -> ListState:
        try:
            return read_state(spec, request.args, keep)
        except BadState as refusal:
            abort(400, description=str(refusal))

    # ---- routes --------------------------------------------------------------------------------------

    @expose("/")
    @access("list")
    def list(self) -> str:
        """The list."""
        spec = self.seen_spec()
        return render_template("register/list.html", page=self.list_page(spec, self._state(spec), self.url("list")))

    @expose("/export.xlsx")
    @access("export")
    def export(self) -> Response:
        """The whole filtered list as Excel, in the chosen columns."""
        spec = self.seen_spec()
        return exporting.download(self.session, spec, self._state(spec), acting.actor(), self.gather)

    @expose(f"/show/{_PK}")
    @access("show")
    def show(self, pk: int) -> str:
        """The card: overview, tabs of related registers, history."""
        spec = self.seen_spec()
        names = tuple(n for group in spec.show for n in group.names)
        record = self.record_or_404(pk, names)
        tabs = [(related, other) for related, other in registers().tabs_of(self) if may(other, "list")]
        keys = ["", *(other.key for _, other in tabs), "history"]
        current = request.args.get("tab", "")
        if current not in keys:
            abort(404)
        counts = detail.tab_counts(self.session, [(Related(o.key, r.path), o.model) for r, o in tabs], pk)
        here = self.url("show", pk=pk)
        page: dict[str, Any] = {}
        if current == "history":
            page.update(self._history(spec, pk, here))
        elif current:
            related, other = next((r, o) for r, o in tabs if o.key == current)
            inner = other.seen_spec()
            state = other._state(inner, keep=("tab",))
            page["related"] = other.list_page(
                inner, state, here, within=detail.within(other.model, related.path, pk), owner=record, path=related.path
            )
        elif self.overview_template:
            page.update(
                overview=self.overview_template,
                extra=self.overview(self.session, record),
                parts=detail.facts(spec, record, self._linked_url),
            )
        else:
            page["parts"] = detail.facts(spec, record, self._linked_url)
        drawn = [Tab("", "Обзор" if self.overview_template else "Сведения", here, not current)]
        drawn += [Tab(o.key, o.title[0], f"{here}?tab={o.key}", o.key == current, counts[o.key]) for _, o in tabs]
        drawn.append(Tab("history", "История", f"{here}?tab=history", current == "history"))
        return render_template(
            "register/detail.html",
            record=record,
            page=DetailPage(
                title=self.heading(record),
                url=here,
                line=self.line(record),
                badges=self.badges(record),
                acts=self._acts(record),
                more=self._more(record),
                tabs=tuple(drawn),
                crumbs=self.crumbs(),
                **page,
            ),
        )

    def _history(self, spec: Spec, pk: int, here: str) -> dict[str, Any]:
        before = request.args.get("before", "")
        if before and not (before.isascii() and before.isdigit() and len(before) < 19):
            abort(400)
        days, older = history(self.session, spec, pk, before=int(before) if before else None)
        return {"history": days, "older_url": f"{here}?tab=history&before={older}" if older else ""}

    def _acts(self, record: Any) -> tuple[Act, ...]:
        made = list(self.card_acts(record))
        for one in self.register_actions.values():
            if one.single and may(self, one.name, action=True) and (one.when is None or one.when(record)):
                url = self.url("action", name=one.name, pk=record.id)
                method = "get" if one.asks or one.confirm else "post"
                made.append(Act(one.name, one.label, url, icon=one.icon, method=method, tone=one.tone))
        if may(self, "edit") and not self.fixed_rows:
            made.append(Act("edit", "Изменить", self.url("edit", pk=record.id), icon="pencil"))
        return tuple(made)

    def _more(self, record: Any) -> tuple[Act, ...]:
        if not may(self, "delete") or self.fixed_rows:
            return ()
        question = f"Удалить «{record}»? Вернуть удалённое можно будет только из резервной копии."
        return (
            Act(
                "delete",
                "Удалить",
                self.url("delete", pk=record.id),
                icon="trash",
                method="post",
                tone="danger",
                confirm=question,
            ),
        )

    @expose("/add", methods=["GET", "POST"])
    @access("add")
    def add(self) -> Response | str:
        """The form of a new record; a form sent twice makes one record."""
        return editing.add(self)

    @expose(f"/edit/{_PK}", methods=["GET", "POST"])
    @access("edit")
    def edit(self, pk: int) -> Response | str:
        """The form of a record; two editors are joined or shown to each other."""
        return editing.edit(self, pk)

    @expose(f"/delete/{_PK}", methods=["POST"])
    @access("delete")
    def delete(self, pk: int) -> Response:
        """Delete one record that nothing refers to."""
        return editing.delete(self, pk)

    @expose("/lookup")
    @access("lookup")
    def lookup(self) -> Response:
        """Answer a combobox: ``{"results": [{"id", "text", "small"}]}``."""
        found = look_up(self.session, self.model, request.args.get("q", "")[:200])
        return jsonify(results=[{"id": one.id, "text": one.text, "small": one.small} for one in found])

    # ---- actions -------------------------------------------------------------------------------------

    def _action_or_404(self, name: str, *, multiple: bool) -> RegisterAction:
        made = self.register_actions.get(name)
        if made is None or not (made.multiple if multiple else made.single) or not may(self, name, action=True):
            abort(404)
        return made

    def _ask(
        self,
        made: RegisterAction,
        url: str,
        question: str,
        form: Any,
        hidden: tuple[tuple[str, str], ...],
        back: str,
        error: str = "",
    ) -> str:
        page = FormPage(
            title=made.label,
            url=url,
            parts=parts_of(form, self.lookup_url),
            intro=question,
            error=error or (refusal_of(form, "Не сделано") if form.errors else ""),
            hidden=(*hidden, ("sure", "1")),
            save=made.label,
            cancel_url=back,
            crumbs=self.crumbs(),
        )
        return render_template("register/form.html", page=page)

    @expose(f"/action/<string:name>/{_PK}", methods=["GET", "POST"])
    @access("show")
    def action(self, name: str, pk: int) -> Response | str:
        """One action on one record. GET asks; only POST with a token does."""
        made = self._action_or_404(name, multiple=False)
        record = self.record_or_404(pk)
        here = self.url("show", pk=pk)
        spec, groups = asking_spec(self.spec, made, self.every_field)
        if request.method == "GET" or ((made.asks or made.confirm) and "sure" not in request.form):
            return self._ask(made, request.path, made.confirm, empty_form(spec, groups, {}), (), here)
        form = read_form(self.session, spec, groups, request.form, None)
        if form.errors:
            return self._ask(made, request.path, made.confirm, form, (), here)
        rule = self._rules[name]
        try:
            target = editing.committed(self.session, lambda: rule(record, by=acting.actor(), **form.values))
        except editing.Refused as refusal:
            if made.asks:
                placed = form.refuse(refusal.sentence, refusal.field)
                return self._ask(made, request.path, made.confirm, form, (), here, "" if placed else refusal.sentence)
            flash(refusal.sentence, "bad")
            return redirect(here)
        flash(made.done or f"{made.label}: готово.", "ok")
        return redirect(target if isinstance(target, str) else here)

    @expose("/bulk", methods=["POST"])
    @access("list")
    def bulk(self) -> Response | str:
        """One action over ticked rows: the rule in a loop, the skipped told. A foreign row stops all with 404."""
        made = self._action_or_404(request.form.get("action", ""), multiple=True)
        spec = self.seen_spec()
        state = self._state(spec)
        back = state.url(self.url("list"))
        records = self._ticked(spec, state)
        if not records:
            flash("Отметьте строки, с которыми это сделать.", "warn")
            return redirect(back)
        if len(records) > MOST:
            flash(f"За один раз можно взять до {MOST} строк. Сузьте список фильтром.", "warn")
            return redirect(back)
        asking, groups = asking_spec(self.spec, made, self.every_field)
        hidden = (("action", made.name), *(("rowid", str(record.id)) for record in records))
        here = state.url(self.url("bulk"))
        question = f"{made.confirm or made.label} Отмечено строк: {len(records)}."
        if (made.asks or made.confirm) and "sure" not in request.form:
            return self._ask(made, here, question, empty_form(asking, groups, {}), hidden, back)
        form = read_form(self.session, asking, groups, request.form, None)
        if form.errors:
            return self._ask(made, here, question, form, hidden, back)
        by, rule = acting.actor(), self._rules[made.name]
        result = editing.committed(
            self.session, lambda: run_over(self.session, records, rule, by=by, values=form.values)
        )
        if result.skipped:
            return render_template(
                "register/bulk_result.html", title=made.label, done=result.done, skipped=result.skipped, back_url=back
            )
        flash(f"{made.label}: сделано строк — {result.done}.", "ok")
        return redirect(back)

    def _ticked(self, spec: Spec, state: ListState) -> Any:
        if request.form.get("all") == "1":
            ids = self.session.scalars(lists.matching(self.session, spec, state).limit(MOST + 1)).all()
        else:
            typed = dict.fromkeys(request.form.getlist("rowid"))
            if any(not (t.isascii() and t.isdigit() and len(t) < 10) for t in typed) or len(typed) > MOST:
                abort(400)
            ids = [int(t) for t in typed]
        records = lists.fetch(self.session, self.spec, ids, ())
        return records if len(records) == len(ids) else abort(404)


def shown(label: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method of a Register as a column: it gets the record and returns a value or a Cell."""

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        method.shown_label = label  # type: ignore[attr-defined]
        return method

    return wrap


class Registers:
    """Every register of the app, by key and by model."""

    def __init__(self) -> None:
        self.by_key: dict[str, Register] = {}

    def add(self, register: Register) -> None:
        """Take in a register; a key is used once."""
        if register.key in self.by_key:
            raise SpecError(f"{_where(type(register))}: the key {register.key!r} is taken")
        self.by_key[register.key] = register

    def of(self, model: type[Model]) -> Register:
        """Return the register of *model*.

        Raises:
            SpecError: no register shows it, so a link to it could not be looked up.
        """
        for register in self.by_key.values():
            if register.model is model:
                return register
        raise SpecError(f"no register shows {model.__name__}, but a form links to it")

    def tabs_of(self, owner: Register) -> list[tuple[Related, Register]]:
        """Return the registers shown as tabs of *owner*, each with the path from its model to the owner."""
        made = []
        for related in owner.spec.related:
            other = next(
                (r for r in self.by_key.values() if type(r).__name__ == related.key or r.key == related.key), None
            )
            if other is None:
                raise SpecError(f"{_where(type(owner))}: related_views names {related.key!r}, which is no register")
            made.append((Related(other.key, related.path or (_link_column(other, owner),)), other))
        return made

    def check(self) -> None:
        """Stop the start if a tab or a link leads nowhere."""
        for register in self.by_key.values():
            self.tabs_of(register)
            for field in register.every_field.values():
                shown = {n for g in (*register.spec.add, *register.spec.edit) for n in g.names} | set(
                    register.spec.filters
                )
                if field.target is not None and field.name in shown:
                    self.of(field.target)


def _link_column(other: Register, owner: Register) -> str:
    names = [name for name, field in other.every_field.items() if field.target is owner.model and not field.far]
    if len(names) != 1:
        raise SpecError(
            f"{_where(type(owner))}: {other.key} has {len(names)} links to {owner.key}; "
            f"write the path: ({type(other).__name__!r}, '…')"
        )
    return names[0]


def registers() -> Registers:
    """Return the registers of the current app."""
    found: Registers = current_app.extensions.setdefault("opora_registers", Registers())
    return found


def _where(cls: type) -> str:
    try:
        return f"{source.getsourcefile(cls)}:{source.getsourcelines(cls)[1]} {cls.__name__}"
    except (OSError, TypeError):
        return cls.__name__

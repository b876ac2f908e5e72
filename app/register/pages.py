"""What the engine hands to the templates: plain frozen data, ready to be drawn.

A template decides nothing here knows: it never queries, never checks a right and never formats a date.
Tones are ``ok``, ``warn``, ``bad``, ``info`` and ``""`` (neutral); icons are names of Bootstrap Icons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# ---- lists -------------------------------------------------------------------------------------------


@dataclass(slots=True, unsafe_hash=True)
class Cell:
    """One value as shown. *css* is ``num``, ``date`` or empty; *empty* marks a value put in words («не указан»).

    Nobody changes it; but it is not frozen, for that takes seven times as long to make, and a page has hundreds.
    """

    text: str
    small: str = ""
    href: str | None = None
    css: str = ""
    tone: str | None = None  # not None: drawn as a state pill
    icon: str = ""
    empty: bool = False

    @property
    def plain(self) -> bool:
        """Whether the cell is nothing but its text."""
        return not (self.small or self.icon or self.empty or self.href) and self.tone is None


@dataclass(frozen=True)
class ColumnHead:
    """A column head. *sort_url* orders by it (None: not sortable); *sorted* is ascending, descending or empty."""

    name: str
    label: str
    css: str = ""
    sort_url: str | None = None
    sorted: str = ""
    on_phone: bool = False


@dataclass(slots=True)
class Row:
    """A list row. Its first cell is the row's header and carries the link."""

    id: int
    title: str
    cells: tuple[Cell, ...]
    css: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter that is on: «Состояние: на сопровождении» with the address that takes it off."""

    label: str
    text: str
    remove_url: str


@dataclass(frozen=True)
class FilterControl:
    """One filterable column: its operators as (code, words), and what is typed now.

    *kind*: ``text``, ``number``, ``date``, ``choice``, ``ref`` or ``flag``. Input names are ``f.<name>.op``,
    ``f.<name>`` (``choice``: several; ``ref``: id, with ``f.<name>.text`` beside it) and ``f.<name>.to`` (between).
    """

    name: str
    label: str
    kind: str
    operators: tuple[tuple[str, str], ...]
    op: str = ""
    value: str = ""
    value_to: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    lookup_url: str = ""
    ref_text: str = ""


@dataclass(frozen=True)
class PageLink:
    """A page number; *number* None is the gap «…»."""

    number: int | None
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class Pager:
    """Where the reader is. *total* None means more than counted: *words* says «больше 1 000»."""

    first: int
    last: int
    total: int | None
    words: str
    links: tuple[PageLink, ...] = ()
    next_url: str = ""
    prev_url: str = ""
    sizes: tuple[tuple[int, str, bool], ...] = ()


@dataclass(frozen=True)
class Act:
    """A button or link. *method* ``get`` is a link; ``post`` is a form with a token.

    *confirm* is the question asked before a destructive act; *fields* are asked for in the same form.
    *tone*: ``primary``, ``danger``, ``quiet`` or empty.
    """

    name: str
    label: str
    url: str
    icon: str = ""
    method: str = "get"
    tone: str = ""
    confirm: str = ""
    fields: tuple[FieldView, ...] = ()


@dataclass(frozen=True)
class Blank:
    """An empty state: what will appear here and how to begin."""

    title: str
    text: str
    icon: str = "inbox"
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True)
class ViewTab:
    """A saved view above its list; *shared* says that others see it too."""

    label: str
    url: str
    current: bool = False
    shared: bool = False


@dataclass(frozen=True)
class ListPage:
    """A whole list. One GET form to *url* carries search and filters, with *keep* as hidden inputs.

    *chooser* is (name, label, shown now) of every column in the order of the list; its check boxes are
    ``name="col"`` of a POST form to *columns_url*. *all_url* is the list without search and filters.
    *row_url* is the address of the form of one row, to be followed by the row's id; empty where nobody edits in place.
    Bulk acts are submit buttons (``name="action"``) of one POST form to *bulk_url* around the table, whose
    row check boxes are ``name="rowid"``; ``name="all" value="1"`` takes every found row.
    """

    title: str
    caption: str
    url: str
    columns: tuple[ColumnHead, ...]
    rows: tuple[Row, ...]
    pager: Pager
    intro: str = ""
    query: str = ""
    searchable: bool = True
    placeholder: str = "Найти в этом списке"
    keep: tuple[tuple[str, str], ...] = ()
    chips: tuple[Chip, ...] = ()
    filters: tuple[FilterControl, ...] = ()
    chooser: tuple[tuple[str, str, bool], ...] = ()
    head: tuple[Act, ...] = ()
    bulk: tuple[Act, ...] = ()
    bulk_url: str = ""
    blank: Blank | None = None
    crumbs: tuple[tuple[str, str], ...] = ()
    views: tuple[ViewTab, ...] = ()
    views_url: str = ""
    columns_url: str = ""
    all_url: str = ""
    row_url: str = ""
    notes: tuple[str, ...] = ()
    undo_url: str = ""

    @property
    def body(self) -> Iterator[tuple[Row, Cell, list[tuple[Cell, str]]]]:
        """Each row with its first cell and the others, each with the class of its place in the table."""
        wide = ["" if head.on_phone else " wide-only" for head in self.columns]
        own = [head.css for head in self.columns]
        for row in self.rows:
            placed = [(c, (c.css or css) + width) for c, css, width in zip(row.cells, own, wide, strict=True)]
            yield row, row.cells[0], placed[1:]


# ---- forms -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldView:
    """One control. *kind*: line, prose, number, money, date, moment, choice (select or segmented when ≤ 4), choices
    (check boxes), flag, ref (combobox: hidden id ``<name>`` and text ``<name>.text``), phone, snils, email, password,
    hidden, locked (shows *value* as the reason why it is closed).
    """

    name: str
    label: str
    kind: str
    value: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    hint: str = ""
    error: str = ""
    advice: str = ""
    lookup_url: str = ""
    ref_text: str = ""
    max_length: int | None = None
    span: int = 3  # columns of six
    way: Act | None = None  # of a locked field: the way to open it
    when: tuple[str, tuple[str, ...]] | None = None  # asked for with these values of another field; hidden by script

    @property
    def id(self) -> str:
        """The id of the control in the page."""
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True)
class FormPart:
    """A titled group of controls."""

    legend: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class DraftOffer:
    """A draft found again: of which form, when («22.11, 10:18»), the way to go on, where to POST to throw it away."""

    title: str
    when: str
    url: str
    discard_url: str


@dataclass(frozen=True)
class Drafting:
    """How a form keeps its draft: its script POSTs the fields with *ticket* to *keep_url*.

    *offers* are drafts of the same form found again; *resumed* is the sentence of a form filled from one, which
    *discard_url* throws away. *back* is where throwing away leads.
    """

    keep_url: str
    ticket: str
    offers: tuple[DraftOffer, ...] = ()
    resumed: str = ""
    discard_url: str = ""
    back: str = ""


@dataclass(frozen=True)
class FormPage:
    """A whole form, POSTed to *url*. *hidden* holds the double-submit token, the row version and what else travels."""

    title: str
    url: str
    parts: tuple[FormPart, ...]
    intro: str = ""
    error: str = ""  # the sentence on top: «Семья не сохранена: исправьте 2 поля.»
    hidden: tuple[tuple[str, str], ...] = ()
    save: str = "Сохранить"
    save_more: str = ""  # label of a second submit button named ``more``
    save_next: str = ""  # label of a second submit button named ``next``
    draft: Drafting | None = None
    cancel_url: str = ""
    crumbs: tuple[tuple[str, str], ...] = ()

    @property
    def errors(self) -> tuple[FieldView, ...]:
        """The controls that carry an error, in reading order."""
        return tuple(f for part in self.parts for f in part.fields if f.error)


@dataclass(frozen=True)
class Clash:
    """A field two people changed: radio ``pick.<name>`` with values ``mine`` and ``theirs``."""

    name: str
    label: str
    was: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class ConflictPage:
    """Two editors of one record: only *clashes* need a choice, *merged* lists what was joined by itself."""

    title: str
    url: str
    who: str
    when: str
    clashes: tuple[Clash, ...]
    merged: tuple[tuple[str, str, str], ...]  # label, value, whose («ваше», «Кораблёва А. И.»)
    hidden: tuple[tuple[str, str], ...]
    cancel_url: str
    crumbs: tuple[tuple[str, str], ...] = ()


# ---- detail ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Badge:
    """A state pill in the head of a card."""

    text: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Closed:
    """Facts that are held and not shown: their labels, why, and the way to open them."""

    labels: str
    reason: str
    way: Act | None = None


@dataclass(frozen=True)
class Note:
    """A banner of a card: what must be known before anything is done here, and the ways to do something about it."""

    text: str
    tone: str = "warn"
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True)
class FactsPart:
    """A titled list of facts: (label, value), and those of them that are closed."""

    legend: str
    facts: tuple[tuple[str, Cell], ...]
    closed: Closed | None = None


@dataclass(frozen=True)
class Tab:
    """A section of a card with its own address; *count* None draws no number."""

    key: str
    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Change:
    """One field's change in the history."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Event:
    """One row of the history: «11:10 · Журавлёва Н. С.», what happened, and the fields it changed."""

    time: str
    who: str
    sentence: str
    icon: str = "pencil"
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Day:
    """The events of one day, newest first; *label* is «Сегодня» or «вторник, 17 февраля»."""

    label: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class DetailPage:
    """A card: head, tabs, and the current tab's body, exactly one of *parts*, *related* and *history*.

    A register may set *overview* to a template of its own, drawn in place of the plain facts of the first tab.
    """

    title: str
    url: str
    line: str = ""
    badges: tuple[Badge, ...] = ()
    acts: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()
    tabs: tuple[Tab, ...] = ()
    inner_tabs: tuple[Tab, ...] = ()
    """The tabs inside the current one, where tabs are grouped."""
    parts: tuple[FactsPart, ...] = ()
    related: ListPage | None = None
    history: tuple[Day, ...] = ()
    older_url: str = ""
    looks_url: str = ""
    crumbs: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    overview: str = ""
    extra: dict[str, object] = field(default_factory=dict)

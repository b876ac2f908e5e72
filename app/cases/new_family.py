"""«Новая семья» in one form, as on paper: the representative, the children, where they live, and the case at once.

The form works without script: three rows for children stand ready, empty ones are passed over. Everything is saved in
one transaction by the rules that make each part, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor, today
from app.base import Model, RuleBroken
from app.cases.intake_values import sex_of
from app.cases.models import CaseSource, FamilyCase
from app.cases.rules import assign_curator
from app.cases.stages import order_in_force
from app.people.models import Family, FamilyRole, Person, Sex
from app.people.rules import NewMember, add_person, check_person, refuse_namesake, register_family
from app.people.twins import Twin, likely_twins
from app.register.access import may
from app.register.desk import Desk
from app.register.editing import STALE, Refused, committed, safe_back
from app.register.field import Field, fields_of
from app.register.forms import Bound, empty_form, read_form, view_of
from app.register.pages import FieldView
from app.register.saving import give_receipt, sent_before
from app.register.sheet.names import PersonName
from app.register.spec import Group
from app.register.view import registers
from app.terms import say
from app.words import counted

if TYPE_CHECKING:
    from app.cases.views import Families
    from app.register.view import Register

ROWS = 3
"""Rows for children that stand ready; a script adds more."""
MOST_ROWS = 20
"""More children than this do not come in one family; a page that sends more is not ours."""

ROLES = (FamilyRole.MOTHER, FamilyRole.FATHER, FamilyRole.GUARDIAN, FamilyRole.FOSTER_PARENT)
"""Who may represent the children by law and therefore heads the form."""
_OFFERED = {
    "role": tuple((role.value, role.label) for role in ROLES),
    "sex": (("", "по имени"), (Sex.MALE.value, "мальчик"), (Sex.FEMALE.value, "девочка")),
}
"""Choices offered here instead of the whole list."""
_CALLED_HERE = {"opened_at": "registered_at", "staff_id": "curator_id"}
"""Under which field of this form the rules' refusals stand."""
_SEX_OF_ROLE = {FamilyRole.MOTHER: Sex.FEMALE, FamilyRole.FATHER: Sex.MALE}

_PARENT = {"last_name": 2, "first_name": 2, "middle_name": 2, "role": 6, "birth_date": 2, "phone": 2, "snils": 2}
_HOME = {"territory_id": 3, "address": 3, "area_id": 3, "family_kind": 3}
_CHILD = {"name": 4, "birth_date": 2, "snils": 2, "sex": 4}
_CASE = {"source": 3, "registered_at": 3, "curator_id": 3}


@dataclass(frozen=True)
class Beginning:
    """What a new family begins from: a line *told* about it, fields *known* already by their names in the form, and who
    opens its case instead of the register of cases, or takes note of a family *without_case*.

    *hidden* carries it through the form, as (name, value).
    """

    hidden: tuple[str, str]
    told: str
    known: Mapping[str, Any]
    open_case: Callable[..., FamilyCase]
    without_case: Callable[[Family, Actor], object]


@dataclass
class Part:
    """One person or one group of the form: its fields under a prefix, as typed and as read."""

    form: Bound
    prefix: str
    spans: dict[str, int]
    about: str = ""
    twins: list[Twin] = field(default_factory=list)

    def value(self, name: str) -> Any:
        """Return what was read for *name*, None when it could not be."""
        return self.form.values.get(self.prefix + name)

    def refuse(self, sentence: str, name: str) -> None:
        """Put *sentence* at a field; a part of a person's name belongs to the one field a child's name stands in."""
        known = name if self.prefix + name in self.form.names else "name"
        self.form.errors.setdefault(self.prefix + known, sentence)

    def place(self, sentence: str, name: str | None) -> bool:
        """Put *sentence* at the field *name* if the part has it, and say whether."""
        return name is not None and self.form.refuse(sentence, self.prefix + name)

    def views(self) -> list[FieldView]:
        """Return the controls."""
        lookup = lambda target: registers().of(target).url("lookup")  # noqa: E731 -- one expression, used once
        made = [replace(view_of(self.form, self.prefix + name, lookup), span=span) for name, span in self.spans.items()]
        return [replace(one, choices=_OFFERED.get(one.name.removeprefix(self.prefix), one.choices)) for one in made]

    def errors(self) -> Iterator[FieldView]:
        """Yield the controls to be mended, named so that the summary tells whose they are."""
        for view in self.views():
            if view.error:
                yield replace(view, label=f"{self.about}, {view.label}")


@dataclass
class NewFamily:
    """The whole form in somebody's hands."""

    parent: Part
    home: Part
    children: list[Part]
    case: Part
    note: str
    wants_case: bool

    @property
    def parts(self) -> list[Part]:
        """Every part that counts, in reading order."""
        filled = [child for child in self.children if any(child.form.raw.values())]
        return [self.parent, self.home, *filled, *([self.case] if self.wants_case else [])]

    @property
    def persons(self) -> list[Part]:
        """The parts that are persons."""
        return [part for part in self.parts if part is self.parent or part in self.children]


# ---- what is asked for -------------------------------------------------------------------------------


def _fields(owner: type[Model], names: dict[str, int], prefix: str, **changed: dict[str, Any]) -> dict[str, Field]:
    known = fields_of(owner)
    return {
        prefix + name: replace(known[name], name=prefix + name, **changed.get(name, {}))
        for name in names
        if name in known
    }


def _part(
    register: Register, sent: MultiDict[str, str] | None, fields: dict[str, Field], prefix: str, spans: dict[str, int],
    about: str, preset: Mapping[str, Any] = {},
) -> Part:  # fmt: skip
    spec = replace(register.spec, fields=fields)
    groups = (Group("", tuple(fields)),)
    form = empty_form(spec, groups, preset) if sent is None else read_form(register.session, spec, groups, sent, None)
    return Part(form, prefix, spans, about)


def _read(register: Register, sent: MultiDict[str, str] | None, known: Mapping[str, Any] = {}) -> NewFamily:
    """Return the form: empty but for what is *known*, or as it was *sent*."""
    role = Field("p_role", "Кем приходится детям", "choice", required=True, choices=FamilyRole)
    parent = _fields(Person, _PARENT, "p_")
    home = _fields(Family, _HOME, "f_", address={"label": "Улица, дом, квартира"})
    case = _fields(FamilyCase, _CASE, "k_", source={"required": True, "label": "Как узнали о семье"})
    spans = dict(_CASE)
    if not may(registers().of(FamilyCase), "assign_curator", action=True):
        case.pop("k_curator_id")
        spans.pop("curator_id")
    if order_in_force(register.session, acting.actor().unit) is not None:
        # By an order of work a family is registered by what happens on its path, not by a day one types.
        case.pop("k_registered_at")
        spans.pop("registered_at")
    may_open = may(registers().of(FamilyCase), "add")
    made = NewFamily(
        parent=_part(register, sent, {**parent, "p_role": role}, "p_", _PARENT, "Представитель", known),
        home=_part(register, sent, home, "f_", _HOME, "Семья", known),
        children=[_child(register, sent, at) for at in range(1, _rows(sent) + 1)],
        case=_part(register, sent, case, "k_", spans, "Дело", {"k_registered_at": today(), **known}),
        note=(sent.get("note", "") if sent is not None else "").strip(),
        wants_case=may_open and (sent is None or sent.get("with_case") == "1"),
    )
    if made.parent.value("role") not in (None, *ROLES):
        made.parent.refuse("Выберите один из вариантов.", "role")
    if not made.wants_case:
        made.case.form.errors.clear()
    return made


def _child(register: Register, sent: MultiDict[str, str] | None, at: int) -> Part:
    prefix = f"c{at}_"
    fields = _fields(Person, _CHILD, prefix, name={"label": "Фамилия, имя, отчество", "required": True},
                     birth_date={"label": "Дата рождения"}, sex={"required": False})  # fmt: skip
    part = _part(register, sent, fields, prefix, _CHILD, f"Ребёнок {at}")
    if part.value("name") and len(part.value("name").split()) < 2:
        part.refuse("Напишите фамилию и имя.", "name")
    if not any(part.form.raw.values()):
        part.form.errors.clear()
    return part


def _rows(sent: MultiDict[str, str] | None) -> int:
    if sent is None:
        return ROWS
    return max([ROWS, *(at for at in range(1, MOST_ROWS + 1) if f"c{at}_name" in sent)])


# ---- what was read -----------------------------------------------------------------------------------


def _person_values(part: Part) -> dict[str, Any]:
    """Return the columns of the person a part describes; the sex is told by role, choice or name."""
    if part.prefix == "p_":
        names = {name: part.value(name) for name in ("last_name", "first_name", "middle_name")}
        sex = _SEX_OF_ROLE.get(part.value("role"))
    else:
        last, first, *middle = str(part.value("name")).split()
        names = {"last_name": last, "first_name": first, "middle_name": " ".join(middle) or None}
        sex = part.value("sex")
    guessed = sex or sex_of(PersonName(names["last_name"], names["first_name"], names["middle_name"]))
    known = {"birth_date": part.value("birth_date"), "snils": part.value("snils")}
    return {**names, **known, "sex": guessed, **({"phone": part.value("phone")} if part.prefix == "p_" else {})}


def _check_persons(session: Session, family: NewFamily) -> None:
    """Tell everything wrong with every person at once; the rules would stop at the first."""
    numbers: dict[str, str] = {}
    for part in family.persons:
        if part.form.errors:
            continue
        with session.no_autoflush:
            try:
                person = Person(**_person_values(part))
                check_person(session, person)
                refuse_namesake(session, person)
            except RuleBroken as refusal:
                part.refuse(refusal.sentence, refusal.field or "name")
        snils = part.value("snils")
        if snils and snils in numbers:
            part.refuse(f"Такой же СНИЛС выше: {numbers[snils].lower()}. Сверьте номер с карточкой.", "snils")
        numbers.setdefault(snils, part.about)


def _find_twins(session: Session, family: NewFamily) -> list[int]:
    """Look for each person in the base and return the ids of those who may be the same."""
    for part in family.persons:
        one = _person_values(part)
        part.twins = likely_twins(
            session, one["last_name"], one["first_name"], one["middle_name"], one["birth_date"], limit=3
        )
    return [twin.person.id for part in family.persons for twin in part.twins]


def _save(
    register: Register, family: NewFamily, by: Actor, beginning: Beginning | None
) -> tuple[Family, FamilyCase | None]:
    """Make the persons, the family, and the case with its curator, by their rules."""
    session = register.session
    parent = add_person(session, by=by, **_person_values(family.parent))
    members = [NewMember(parent, family.parent.value("role"), is_legal_representative=True)]
    for part in family.persons[1:]:
        members.append(NewMember(add_person(session, by=by, **_person_values(part)), FamilyRole.CHILD))
    home = {name: family.home.value(name) for name in ("address", "area_id", "family_kind")}
    made = register_family(
        session, by=by, members=members, territory=_linked(session, family.home, "territory_id"),
        phone=family.parent.value("phone"), note=family.note or None, **home,
    )  # fmt: skip
    session.refresh(made, ["members", "cases"])
    if not family.wants_case:
        if beginning is not None:
            beginning.without_case(made, by)
        return made, None
    registered_at = family.case.value("registered_at")
    if beginning is not None:
        case = beginning.open_case(made, by, registered_at=registered_at)
    else:
        cases: Any = registers().of(FamilyCase)
        case = cases.open_case(made, by=by, source=CaseSource(family.case.value("source")), registered_at=registered_at)
    curator = _linked(session, family.case, "curator_id")
    if curator is not None:
        assign_curator(case, curator, by=by)
    return made, case


def _linked(session: Session, part: Part, name: str) -> Any:
    target, pk = part.form.spec.fields.get(part.prefix + name), part.value(name)
    return session.get(target.linked, pk) if target is not None and pk is not None else None


# ---- the page ----------------------------------------------------------------------------------------


def add(register: Families) -> Response | str:
    """The form of a new family: shown, refused with everything typed, warned about twins once, or saved."""
    by, session = acting.actor(), register.session
    beginning = register.begun_from()
    parts = dict([beginning.hidden]) if beginning is not None else {}
    desk = Desk(
        register, by, "add", *(f"{name}={value}" for name, value in parts.items()),
        url=register.url("add", **parts), title=say(register.add_label),
    )  # fmt: skip
    if request.method == "GET":
        known = beginning.known if beginning is not None else {}
        return _draw(register, _begun(register, desk, known), desk, desk.token(), beginning=beginning)
    token = request.form.get("token", "")[:64] or desk.token()
    receipt = sent_before(session, token, by)
    if receipt is not None:
        return redirect(register.url("show", pk=receipt.record_id))
    family = _read(register, request.form)
    draw = partial(_draw, register, family, desk, token, beginning=beginning)
    if g.get("stale_form"):
        _ask_nothing(family)
        return draw(STALE)
    _check_persons(session, family)
    if any(part.form.errors for part in family.parts):
        return draw("Семья не сохранена")
    twins = ",".join(str(pk) for pk in sorted(set(_find_twins(session, family))))
    if twins and request.form.get("twins") != twins:
        return draw(twins=twins)

    def step() -> tuple[Family, FamilyCase | None]:
        made, case = _save(register, family, by, beginning)
        give_receipt(session, token, made, by)
        desk.saved(made)
        return made, case

    try:
        made, case = committed(session, step, family.parent.form)
    except Refused as refusal:
        receipt = sent_before(session, token, by)
        if receipt is not None:  # The same form arrived twice at once and the other copy was first.
            return redirect(register.url("show", pk=receipt.record_id))
        name = _CALLED_HERE.get(refusal.field or "", refusal.field)
        placed = any(part.place(refusal.sentence, name) for part in (family.home, family.case))
        said = "Семья не сохранена" if placed else refusal.sentence
        return draw(said, twins=twins)
    told = f"Семья «{made}» внесена под № {made.reg_number}."
    flash(f"{told} Заведено дело № {case.number}." if case else told, "ok")
    return redirect(register.url("add") if "more" in request.form else register.url("show", pk=made.id))


def _begun(register: Register, desk: Desk, known: Mapping[str, Any]) -> NewFamily:
    """Return the form a person begins with: with what is *known*, or his draft, of which nothing is asked yet."""
    family = _read(register, desk.typed, known)
    if desk.typed is not None:
        _ask_nothing(family)
    return family


def _ask_nothing(family: NewFamily) -> None:
    """Leave what is missing for the moment the family is saved."""
    for part in (family.parent, family.home, *family.children, family.case):
        part.form.errors.clear()


def _draw(
    register: Register, family: NewFamily, desk: Desk, token: str, error: str = "", *, twins: str = "",
    beginning: Beginning | None = None,
) -> str:  # fmt: skip
    counted_parts = family.parts
    errors = [view for part in counted_parts for view in part.errors()]
    if errors:
        error = f"{error}: исправьте {counted(len(errors), 'поле', 'поля', 'полей')}."
    back = safe_back(request.values.get("back")) or register.url("list")
    page = {
        "draft": desk.drawn(token),
        "title": say(register.add_label),
        "url": register.url("add"),
        "crumbs": register.crumbs(),
        "cancel_url": back,
        "hidden": (
            ("token", token),
            *((("twins", twins),) if twins else ()),
            *((beginning.hidden,) if beginning is not None else ()),
        ),
        "intro": beginning.told if beginning is not None else "",
        "error": error,
        "errors": errors,
        "parent": family.parent.views(),
        "home": family.home.views(),
        "children": [_row(child, at) for at, child in enumerate(family.children, 1)],
        "case": family.case.views() if may(registers().of(FamilyCase), "add") else [],
        "wants_case": family.wants_case,
        "note": family.note,
        "twins": [_twin_words(twin) for part in family.persons for twin in part.twins],
    }
    return render_template("new_family.html", page=page, blank_child=_row(_child(register, None, 0), 0))


def _row(child: Part, at: int) -> dict[str, Any]:
    name = child.form.raw.get(f"{child.prefix}name") or []
    words = name[0].split() if name else []
    legend = words[1] if len(words) > 1 else f"Ребёнок {at}" if at else "Ещё ребёнок"
    return {"legend": legend, "fields": child.views(), "filled": any(child.form.raw.values())}


def _twin_words(twin: Twin) -> tuple[str, str, str]:
    """Return name, year of birth and address of the card of a person who may be the same."""
    return twin.person.name, f"{twin.person.birth_date:%d.%m.%Y}", url_for("People.show", pk=twin.person.id)

"""What loading a journal of services would do: each row against the table itself and the base.

::

    open_workbook ─► preview ─► ServicesPlan (shown to the person) ─► intake_load.load ─► Done

A service given is known by its day, recipient, service, performer, amount and minutes, and by how many equal ones
stand above it on the same sheet: two equal visits of one day are two, and the same file twice adds nothing. An equal
row on another sheet is a repetition.

What :func:`app.services.rules.record_service` asks is asked here too, with two differences, both told in a note:
what the centre wrote down as done is taken as done. A family is helped before it comes onto the register and after it
has been taken off, so a day on which no case was open is taken into the case before it, or into the first one. And
whoever is entered as staff on the day Опора is installed has worked here longer than that.

A remark may tell of health, so that of a person without a written consent is left out and told in a note (152-ФЗ,
article 10); the service itself is loaded.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.cases.models import Direction
from app.journal.marks import mark_of
from app.people.consents import closed_among
from app.register.intake.form_rows import pieces
from app.register.intake.plan import (
    DUPLICATE_KIND,
    NOTE_KIND,
    OTHER,
    TWIN_KIND,
    Answers,
    Mappings,
    Plan,
    Planned,
    Twin,
    Verdict,
    question,
    stamp_of,
)
from app.register.sheet import Around, Book, Group, Problem, Reading, read_book
from app.register.sheet.cells import text_of
from app.register.sheet.reading import title_of
from app.services.intake_known import Case, Known, Seat, known_to, staff_directory
from app.services.models import Place, ServiceKind
from app.services.sheet_kinds import Named, strays
from app.services.sheets import KINDS, PLACES, SERVICES
from app.words import fold

ALIKE = 90
"""From this likeness on, 0 to 100, a new name of a service is told to be near one of the directory."""


CLOSED = "примечания не загрузятся, нет письменного согласия на сведения о здоровье; сначала оформите его"
"""Why the remarks about a person are left out; said once for each."""

WORDS_OF_A_PLACE = 3
"""A longer note that names a place says something else too."""


@dataclass(frozen=True)
class NewService:
    """A service the directory lacks; it is added with what the table tells."""

    name: str
    direction: Direction
    kind: ServiceKind


@dataclass(frozen=True)
class Given:
    """A row as it would be written. *service*: the folded name, in the directory or among the new ones."""

    date: dt.date
    case_id: int
    recipient_id: int
    service: str
    performer_id: int
    quantity: Decimal
    minutes: int | None
    place: Place
    recipient_mark: bool
    result: str | None
    comment: str | None


@dataclass(frozen=True)
class PlannedService(Planned):
    """One row of the table; *given* is what would be written, None while something is wrong or it is there."""

    given: Given | None = None


@dataclass(frozen=True)
class ServicesPlan(Plan):
    """What loading the journal would do."""

    listed: Mapping[str, int] = field(default_factory=dict)
    """The services of the directory by folded name."""
    new_services: Mapping[str, NewService] = field(default_factory=dict)
    """What would be added to the directory, by folded name."""

    @property
    def to_write(self) -> list[Given]:
        """The services that loading would add."""
        return [item.given for item in self.items if isinstance(item, PlannedService) and item.given]


MISSING = {
    True: "такого человека нет среди семей; проверьте имя или сначала внесите семью",
    False: "такого человека нет среди семей, которые открыты вам; проверьте имя",
}
"""What is said of a recipient nobody has found, by whether the person who loads sees every family."""


def preview(
    session: Session, book: Book, mapping: Mappings | None = None, answers: Answers | None = None, *, by: Actor
) -> ServicesPlan:
    """Read *book* and say what loading it would do; nothing is written.

    Raises:
        RuleBroken: the book holds no journal of services, or the mapping does not fit it.
    """
    around = Around(today(), lookups={"staff": staff_directory(session)})
    return judge(session, read_book(book, SERVICES, around, mapping), answers, by=by)


def judge(session: Session, reading: Reading, answers: Answers | None = None, *, by: Actor) -> ServicesPlan:
    """Say what loading *reading* would do against the base as it is now."""
    groups, mark = reading.groups, mark_of(session)
    named = {who.key: who for group in groups if (who := group.head.value("recipient"))}
    days = {day for group in groups if (day := group.head.value("date"))}
    known = known_to(session, named.values(), days)
    titles = {table.name: title_of(reading.book.grid(table.name), table.header) for table in reading.tables}
    remarked = {pk for group in groups if group.head.value("note") and (who := group.head.value("recipient"))
                for pk in known.find(who)}  # fmt: skip
    closed = {pk for some in pieces(sorted(remarked)) for pk in closed_among(session, some)}
    judging = _Judging(known, answers or {}, titles, closed, MISSING["unit" in by.sees])
    items = tuple(judging.row(group) for group in groups)
    notes = sorted(judging.notes, key=lambda note: judging.places[note.sheet, note.row])
    listed = {name: each.id for name, each in known.services.items()}
    said: list[Any] = [[item.group.sheet, item.group.row, item.verdict, *_told(item)] for item in items]
    stamp = stamp_of(reading, by, answers or {}, [*said, sorted(listed.items()), sorted(judging.new)])
    return ServicesPlan(reading, items, by.unit, tuple(notes), stamp, answers or {}, mark, listed, judging.new)


def _told(item: PlannedService) -> Iterator[Any]:
    yield [problem.kind for problem in item.problems]
    if item.given:
        given = item.given
        yield [given.case_id, given.recipient_id, given.service, given.performer_id, given.comment is not None]


@dataclass(frozen=True)
class _Choice:
    """Somebody a row may mean, with the case the service would belong to."""

    seat: Seat
    case: Case | None


class _Judging:
    """Goes through the rows once, remembering what it has met."""

    def __init__(
        self, known: Known, answers: Answers, titles: Mapping[str, str], closed: Set[int], missing: str
    ) -> None:
        self.known, self.answers, self.titles, self.closed, self.missing = known, answers, titles, closed, missing
        self.new: dict[str, NewService] = {}
        self.notes: list[Problem] = []
        self.places: dict[tuple[str, int], int] = {}
        self.left = Counter(known.given)
        self.met: dict[tuple[Any, ...], tuple[str, int]] = {}
        self.said: set[tuple[str, Any]] = set()

    def row(self, group: Group) -> PlannedService:
        """Judge one row."""
        self.places[group.sheet, group.row] = len(self.places)
        self.notes += group.notes
        head, problems = group.head, list(group.problems)
        day: dt.date | None = head.value("date")
        service = self._service(group, problems)
        performer = self._performer(group, day, problems)
        choices, choice, twins = self._recipient(group, day, performer, problems)
        if problems or not (day and service and performer and choice and choice.case):
            return PlannedService(group, Verdict.ERROR, tuple(problems), twins=twins)
        amount, minutes = head.value("quantity") or Decimal(1), head.value("minutes")
        told = (day, choice.seat.person_id, service, performer, amount, minutes)
        sheet, row = self.met.setdefault(told, (group.sheet, group.row))
        if any(self._is_there(each, (day, service, performer, amount, minutes)) for each in choices):
            return PlannedService(group, Verdict.UNCHANGED, twins=twins)
        if sheet != group.sheet:
            said = f"эта услуга уже есть выше: строка {row}, лист «{sheet}»"
            return PlannedService(group, Verdict.DUPLICATE, (group.problem(head, "service", DUPLICATE_KIND, said),))
        if row != group.row:
            self._note(
                group, "service", f"такая же услуга стоит в строке {row}: если это повтор, удалите одну из строк"
            )
        self._remark(group, day, choice, choices)
        place, comment = _place_and_comment(group)
        if comment and choice.seat.person_id in self.closed:
            comment = None
            if self._first("closed", choice.seat.person_id):
                self._note(group, "note", f"{choice.seat.name}: {CLOSED}")
        given = Given(
            date=day,
            case_id=choice.case.id,
            recipient_id=choice.seat.person_id,
            service=service,
            performer_id=performer,
            quantity=amount,
            minutes=minutes,
            place=place,
            recipient_mark=bool(head.value("recipient_mark")),
            result=head.value("result"),
            comment=comment,
        )
        return PlannedService(group, Verdict.NEW, twins=twins, given=given)

    # ---- the parts of a row

    def _service(self, group: Group, problems: list[Problem]) -> str:
        """Return the folded name of the service; one the directory lacks is added if the table tells its direction."""
        name: str | None = group.head.value("service")
        if not name:
            return ""
        key = fold(name)
        direction = next(iter(group.head.value("direction") or ()), None)
        listed, new = self.known.services.get(key), self.new.get(key)
        if listed and not listed.is_active:
            said = f"услугу «{listed.name}» мы больше не оказываем: отметьте её в перечне действующей или исправьте"
            problems.append(group.problem(group.head, "service", "inactive_service", said))
        if listed or new:
            there = listed.direction if listed else new and new.direction
            if direction and there and direction != there and self._first("direction", key):
                self._note(group, "direction", f"в перечне услуг направление другое: {Direction(there).label}")
            return key
        if direction is None:
            said = f"услуги «{name[:60]}» нет в перечне: внесите её туда или укажите в таблице направление"
            problems.append(group.problem(group.head, "service", "unknown_service", said))
            return ""
        kinds = group.head.value("kind") or KINDS.read(name, Around(today())).value
        self.new[key] = NewService(name, direction, next(iter(kinds or ()), ServiceKind.SOCIAL_SERVICE))
        near = process.extractOne(key, self.known.services.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        like = f"; похоже на «{self.known.services[near[0]].name}», проверьте название" if near else ""
        self._note(group, "service", f"услуга «{name}» будет добавлена в перечень{like}")
        return key

    def _performer(self, group: Group, day: dt.date | None, problems: list[Problem]) -> int | None:
        """Return who gave the service; whoever had left by that day could not."""
        staff_id: int | None = group.head.value("performer")
        if staff_id is None or day is None:
            return staff_id
        worker = self.known.staff[staff_id]
        if worker.until is not None and day > worker.until:
            said = f"{worker.name} не работает здесь с {worker.until:%d.%m.%Y}: проверьте дату или исполнителя"
            problems.append(group.problem(group.head, "performer", "performer_left", said))
        elif day < worker.since and self._first("since", staff_id):
            said = f"{worker.name} значится в службе с {worker.since:%d.%m.%Y}, позже этого дня: проверьте дату приёма"
            self._note(group, "performer", said)
        return staff_id

    def _recipient(
        self, group: Group, day: dt.date | None, performer: int | None, problems: list[Problem]
    ) -> tuple[list[_Choice], _Choice | None, tuple[Twin, ...]]:
        """Return everybody the row may mean, the likeliest of them, and the rest as twins to choose from."""
        who: Named | None = group.head.value("recipient")
        if who is None:
            return [], None, ()
        known, head = self.known, group.head
        found = known.find(who)
        if not found:
            said = f"«{who.text[:80]}»: {self.missing}"
            problems.append(group.problem(head, "recipient", "unknown_person", said))
            return [], None, ()
        if day is None:
            return [], None, ()
        choices = [choice for pk in found for choice in self._choices(known.seats[pk], day)]
        family = known.numbers.get(fold(head.value("case_no")).lstrip("№ "))
        of_case = [choice for choice in choices if choice.seat.family_id == family]
        choices = (of_case or choices) if family else choices
        if not choices or all(choice.case is None for choice in choices):
            problems.append(group.problem(head, "recipient", *self._why_none(known.seats[found[0]], choices, day)))
            return choices, None, ()
        choices = sorted((each for each in choices if each.case), key=lambda each: self._rank(each, day, performer))
        several = len({each.seat.person_id for each in choices}) > 1
        twins = tuple(_twin(group, who, each) for each in choices) if several else ()
        answer = self.answers.get(question(group))
        answered = [each for each in choices if str(each.seat.person_id) == answer]
        if answered:
            return answered, answered[0], twins
        families = {choice.seat.family_id for choice in choices}
        if twins and answer == OTHER:
            said = f"«{who.text[:80]}»: это другой человек, его нет среди семей; сначала внесите семью"
            problems.append(group.problem(head, "recipient", "unknown_person", said))
        elif len(families) > 1 and who.name is None:
            said = f"«{who.text[:80]}»: таких несколько; выберите, кто это, или напишите имя полностью"
            problems.append(group.problem(head, "recipient", TWIN_KIND, said))
        # Of namesakes with the whole name the likeliest is taken and told in a note, so nothing is asked.
        return choices, choices[0], twins if problems else ()

    def _choices(self, seats: list[Seat], day: dt.date) -> Iterator[_Choice]:
        """Yield each place in a family the person had on *day*, with the case the service belongs to."""
        for seat in seats:
            if seat.family_id is None or day < seat.birth_date or (seat.until is not None and day > seat.until):
                continue
            cases = self.known.cases.get(seat.family_id, [])
            running = [case for case in cases if case.runs_on(day)]
            begun = [case for case in cases if case.opened_at <= day]
            # On the day a case ends the next may begin: the later one takes the service.
            near = running[-1:] or begun[-1:] or cases[:1]
            yield _Choice(seat, near[0] if near else None)

    def _why_none(self, seats: list[Seat], choices: list[_Choice], day: dt.date) -> tuple[str, str]:
        """Return the kind and the sentence of a person who belongs to no family or no case on *day*."""
        name = seats[0].name
        if choices:
            return "no_case", f"на семью получателя ({name}) не заведено дело: сначала заведите его"
        if day < seats[0].birth_date:
            return "bad_date", f"{name}: дата рождения {seats[0].birth_date:%d.%m.%Y}, позже услуги; проверьте дату"
        return "no_family", f"{name} не в составе семьи на {day:%d.%m.%Y}: внесите в состав семьи или проверьте дату"

    def _rank(self, choice: _Choice, day: dt.date, performer: int | None) -> tuple[Any, ...]:
        """Return what puts the likeliest first: an open case, led by who gave the service, and an adult."""
        case = choice.case
        if case is None:
            raise LookupError("only a choice with a case has a rank")
        led = self.known.leads(performer, case.id, day)
        return (not case.runs_on(day), not led, not choice.seat.represents, case.opened_at, choice.seat.person_id)

    def _is_there(self, choice: _Choice, rest: tuple[dt.date, str, int, Decimal, int | None]) -> bool:
        """Whether the base holds this service, and one more than the rows above have claimed; then claim it."""
        day, service, performer, amount, minutes = rest
        listed = self.known.services.get(service)
        if listed is None:
            return False
        same = (day, choice.seat.person_id, listed.id, performer, amount, minutes)
        if self.left[same] <= 0:
            return False
        self.left[same] -= 1
        return True

    # ---- what is told without stopping

    def _remark(self, group: Group, day: dt.date, choice: _Choice, choices: list[_Choice]) -> None:
        """Tell what was settled by a guess, and a day that does not fit its sheet."""
        case = choice.case
        if case and len({each.seat.person_id for each in choices}) > 1:
            born, many = choice.seat.birth_date, len(choices)
            said = (
                f"людей с таким именем {many}; взят родившийся {born:%d.%m.%Y}, дело № {case.number}. "
                "Если это другой, добавьте в таблицу столбец «№ дела»"
            )
            self._note(group, "recipient", said)
        if case and day < case.opened_at:
            said = f"услуга до начала дела № {case.number} ({case.opened_at:%d.%m.%Y}), отнесена к нему"
            self._note(group, "date", said)
        if case and case.ended_at is not None and day > case.ended_at:
            said = f"услуга после снятия семьи с учёта ({case.ended_at:%d.%m.%Y}), отнесена к делу № {case.number}"
            self._note(group, "date", said)
        if said := strays(day, self.titles[group.sheet]):
            self._note(group, "date", said)

    def _note(self, group: Group, column: str, message: str) -> None:
        self.notes.append(group.problem(group.head, column, NOTE_KIND, message))

    def _first(self, about: str, what: Any) -> bool:
        """Whether this is said for the first time: a note on a service or a performer stands once, not on each row."""
        if (about, what) in self.said:
            return False
        self.said.add((about, what))
        return True


def _twin(group: Group, who: Named, choice: _Choice) -> Twin:
    """Return somebody the row may mean, to be shown beside it."""
    case, seat = choice.case, choice.seat
    number = f"№ {case.number}, с {case.opened_at:%d.%m.%Y}" if case else ""
    pairs = (
        ("Получатель", who.text, seat.name),
        ("Дата рождения", "", f"{seat.birth_date:%d.%m.%Y}"),
        ("Дело", text_of(group.head.value("case_no")), number),
    )
    return Twin(seat.person_id, f"{seat.name}, {seat.birth_date:%d.%m.%Y} г. р.", 100, pairs, question(group))


def _place_and_comment(group: Group) -> tuple[Place, str | None]:
    """Return the place told by its column, or by a note that says nothing else; such a note is no comment."""
    told, note = group.head.value("place"), group.head.value("note")
    if not told and note and len(note.split()) <= WORDS_OF_A_PLACE:
        told = PLACES.read(note, Around(today())).value
        note = None if told else note
    return next(iter(told or ()), Place.CENTRE), note

"""What the words of a bank of families mean in the base: sex by name, kind of family, place of study."""

from __future__ import annotations

import re
from functools import lru_cache

from app.cases.sheets import EDUCATION, FULL, INCOMPLETE
from app.organisation.models import TerritoryLevel
from app.people.lists import ChildStatus, EducationKind, FamilyFeature, FamilyKind, FamilyRole, Sex
from app.register.sheet import Group, Line, PersonName
from app.words import fold

_MEN_IN_A = {
    "никита",
    "илья",
    "фома",
    "кузьма",
    "лука",
    "савва",
    "данила",
    "гаврила",
    "фока",
    "миша",
    "паша",
    "мустафа",
}
_FEMALE_MIDDLE = re.compile(r"(?:вна|чна|кызы|гызы|кизи)$")
_MALE_MIDDLE = re.compile(r"(?:вич|ич|оглы|углы|улы|уулу)$")
_FEMALE_LAST = re.compile(r"(?:ова|ева|ина|ына|ая|ская)$")
_TERRITORY = (
    (re.compile(r"поселени|сельсовет|сельск(?:ая|ий)|волост"), TerritoryLevel.SETTLEMENT),
    (re.compile(r"(?:муниципальн|район|округ)"), TerritoryLevel.DISTRICT),
    (re.compile(r"^г\.|^г |^город"), TerritoryLevel.LOCALITY),
)


def sex_of(name: PersonName) -> Sex:
    """Return the sex a name tells: by the patronymic, else by the first name and the surname."""
    middle = fold(name.middle or "")
    if _FEMALE_MIDDLE.search(middle):
        return Sex.FEMALE
    if _MALE_MIDDLE.search(middle):
        return Sex.MALE
    first = fold(name.first)
    if first in _MEN_IN_A:
        return Sex.MALE
    return Sex.FEMALE if first[-1] in "ая" or _FEMALE_LAST.search(fold(name.last)) else Sex.MALE


def kind_of(group: Group) -> FamilyKind:
    """Return the kind of the family; «неполная» is a mother's or a father's by the representative's sex."""
    said = group.head.value("kind") or ()
    for kind in (FamilyKind.GUARDIAN, FamilyKind.FOSTER):
        if kind in said:
            return kind
    if INCOMPLETE in said:
        return FamilyKind.MOTHER if sex_of(group.head.value("parent")) is Sex.FEMALE else FamilyKind.FATHER
    return FamilyKind.FULL if FULL in said else FamilyKind.OTHER


def features_of(group: Group) -> list[FamilyFeature]:
    """Return the features told by the table.

    That there is a disabled child follows from the children, where it stays closed until a consent opens it; as a
    feature of the family it would be told to everybody who may see the family's features.
    """
    said = set(group.head.value("kind") or ())
    found = [feature for feature in FamilyFeature if feature in said]
    if INCOMPLETE in said:
        found.append(FamilyFeature.ONE_PARENT)
    return found


def role_of(group: Group, kind: FamilyKind) -> FamilyRole:
    """Return who the representative is in the family."""
    if kind is FamilyKind.GUARDIAN:
        return FamilyRole.GUARDIAN
    if kind is FamilyKind.FOSTER:
        return FamilyRole.FOSTER_PARENT
    return FamilyRole.MOTHER if sex_of(group.head.value("parent")) is Sex.FEMALE else FamilyRole.FATHER


def is_disabled(child: Line) -> bool:
    """Whether the table says that the child has a disability, by category or by «да»."""
    return "disabled" in (child.value("category") or ()) or bool(child.value("is_disabled"))


def is_ovz(child: Line) -> bool:
    """Whether the table says that the child has limited health abilities."""
    return "ovz" in (child.value("category") or ()) or bool(child.value("is_ovz"))


def tells_of_health(child: Line) -> bool:
    """Whether the table says anything of the child's health."""
    return bool(statuses_of(child) or child.value("disabled_until"))


def statuses_of(child: Line) -> list[ChildStatus]:
    """Return the statuses of a child."""
    found = [ChildStatus.DISABLED] if is_disabled(child) else []
    return [*found, ChildStatus.OVZ] if is_ovz(child) else found


@lru_cache(maxsize=2048)
def education_of(text: str | None) -> EducationKind | None:
    """Return where a child is taught, by the words of the place, None when they say nothing known."""
    flat = fold(text)
    for kind, stems in EDUCATION.items():
        if any(re.search(rf"(?<!\w){re.escape(stem)}", flat) for stem in stems):
            return kind
    return None


def studies_at(text: str | None) -> str | None:
    """Return the name of the place of study, None when the child is at home or nowhere."""
    return None if education_of(text) in (EducationKind.ABSENT, EducationKind.HOME) else text


def level_of(place: str) -> TerritoryLevel:
    """Return the rank of a place by its name."""
    flat = fold(place)
    return next((level for pattern, level in _TERRITORY if pattern.search(flat)), TerritoryLevel.LOCALITY)

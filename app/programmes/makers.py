"""Who makes a programme beside its authors: members of the family, and the organisations it engages.

Both are written down while the version may change, and go over to the next version with it.
"""

from __future__ import annotations

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.organisation.models import PartnerOrganisation
from app.people.models import Person
from app.programmes.measures import EDITABLE
from app.programmes.models import ProgrammeVersion
from app.programmes.rights import need_draft, need_lead, take
from app.terms import say


def of_family(case: FamilyCase, person: Person, *, field: str) -> None:
    """Refuse unless *person* is in the family of the case now."""
    if not any(member.person_id == person.id and member.is_current for member in case.family.members):
        raise RuleBroken(f"{person} не в этой семье. Выберите члена семьи.", field=field)


def add_participant(version: ProgrammeVersion, person: Person, *, by: Actor) -> None:
    """Write down that *person* took part in making the programme on the side of the family (S003-3.5-c).

    Raises:
        RuleBroken: the version may not change, the person is not of the family or stands there already.
    """
    version = _to_change(version, by)
    of_family(version.programme.case, person, field="person_id")
    if person in version.family_participants:
        raise RuleBroken(f"{person} уже в числе составителей.", field="person_id")
    version.family_participants.append(person)
    journal.record(session_of(version), by, "programme.change", version, f"{version}: составляли вместе с {person}.")


def remove_participant(version: ProgrammeVersion, person: Person, *, by: Actor) -> None:
    """Take *person* off those who took part; whoever signed the family's agreement stays.

    Raises:
        RuleBroken: the version may not change, or the person signed.
    """
    version = _to_change(version, by)
    if version.family_agreed_by_id == person.id:
        raise RuleBroken(say("{person} подписал согласие с {programme_short:ins}, убрать его нельзя.", person=person))
    if person in version.family_participants:
        version.family_participants.remove(person)
        journal.record(session_of(version), by, "programme.change", version, f"{version}: в составителях нет {person}.")


def add_partner(version: ProgrammeVersion, partner: PartnerOrganisation, *, by: Actor) -> None:
    """Add *partner* to the organisations to be engaged beside those its measures name (S003-3.5-d).

    Raises:
        RuleBroken: the version may not change, or the organisation stands there already.
    """
    version = _to_change(version, by)
    if partner in engaged(version):
        raise RuleBroken(f"{partner} уже в списке привлекаемых организаций.", field="partner_id")
    version.partners.append(partner)
    journal.record(session_of(version), by, "programme.change", version, f"{version}: привлекается {partner}.")


def remove_partner(version: ProgrammeVersion, partner: PartnerOrganisation, *, by: Actor) -> None:
    """Take off an organisation added by hand.

    Raises:
        RuleBroken: the version may not change, or a measure names the organisation.
    """
    version = _to_change(version, by)
    if partner not in version.partners:
        raise RuleBroken(f"{partner}: исполнитель мероприятия. Измените исполнителя в нём.")
    version.partners.remove(partner)
    journal.record(session_of(version), by, "programme.change", version, f"{version}: не привлекается {partner}.")


def engaged(version: ProgrammeVersion) -> list[PartnerOrganisation]:
    """Return the organisations of the measures and those added by hand, each once, by name."""
    found = {one.partner.id: one.partner for one in version.measures if one.partner is not None}
    found |= {one.id: one for one in version.partners}
    return sorted(found.values(), key=lambda partner: partner.name_key)


def _to_change(version: ProgrammeVersion, by: Actor) -> ProgrammeVersion:
    case = version.programme.case
    need_draft(case, by)
    need_lead(case, by)
    version = take(version)
    if version.status not in EDITABLE:
        raise RuleBroken(f"Изменить можно черновик, а {version.state_in_words}.")
    return version

"""What waits in the cases: programmes, agreements, curators, services. One query a section, however much waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, today
from app.agreements.models import Agreement, AgreementStatus
from app.cases.models import ENDED, CaseStatus, CaseTeamMember, FamilyCase
from app.home.parts import SHOWN, act, line, link, listed, section, until
from app.organisation.models import StaffMember
from app.people import consents
from app.people.models import Consent, Family, FamilyMember
from app.people.rules import STOP_WITHIN
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.register.desk import unfinished
from app.register.pages import Cell, ColumnHead, ListPage, Pager, Row
from app.services.models import ServiceRecord
from app.terms import say, word

SOON = dt.timedelta(days=30)
"""How long before its end an agreement is told of."""
BEGUN = 3
"""Drafts shown; the others stand in the profile."""
LONG_AGO = dt.timedelta(days=30)
"""A family in accompaniment without a service for so long is told of."""
IN_HAND = (VersionStatus.DRAFT, VersionStatus.AGREED, VersionStatus.SUBMITTED)
NEEDS_PROGRAMME = (CaseStatus.REGISTERED, CaseStatus.ASSESSMENT, CaseStatus.PLANNING, CaseStatus.ACTIVE)

Section = dict[str, Any]


def is_open() -> ColumnElement[bool]:
    """Return the criterion of a case that has not ended."""
    return FamilyCase.status.not_in(ENDED)


def led_by(by: Actor) -> ColumnElement[bool]:
    """Return the criterion of a case the acting person is the curator of."""
    return FamilyCase.curator_id == by.staff_id


def cases_by_status(session: Session, which: ColumnElement[bool]) -> dict[CaseStatus, int]:
    """Return how many open cases there are in each state, in the order of the path."""
    found = dict(
        session.execute(
            select(FamilyCase.status, func.count()).where(which, is_open()).group_by(FamilyCase.status)
        ).all()
    )
    return {status: found[status] for status in CaseStatus if status in found}


def begun(session: Session, by: Actor) -> Section:
    """Return the forms the person has typed into and not saved; all of them stand in the profile."""
    found = unfinished(session, by)
    rows = [line(one.title, f"черновик от {one.when}", url=one.url) for one in found[:BEGUN]]
    more = (f"Все {len(found)}", url_for("Profile.index") + "#unfinished") if len(found) > BEGUN else None
    return section("Недописанное", rows, more=more)


# ---- programmes --------------------------------------------------------------------------------------


def versions_in_hand(session: Session, which: ColumnElement[bool]) -> list[ProgrammeVersion]:
    """Return the versions that are written or waited for, the longest untouched first."""
    return list(
        session.scalars(
            select(ProgrammeVersion)
            .join(ProgrammeVersion.programme)
            .join(Programme.case)
            .where(which, is_open(), ProgrammeVersion.status.in_(IN_HAND))
            .options(
                joinedload(ProgrammeVersion.programme).joinedload(Programme.case).joinedload(FamilyCase.family),
                joinedload(ProgrammeVersion.body),
            )
            .order_by(ProgrammeVersion.changed_at, ProgrammeVersion.id)
            .limit(100)
        )
    )


def is_returned(version: ProgrammeVersion) -> bool:
    """Whether a body has sent the version back."""
    return version.status is VersionStatus.DRAFT and version.decision_reason is not None


def own_programmes(versions: list[ProgrammeVersion]) -> Section:
    """Return what a curator does about the programmes: the returned first, then drafts, then what waits."""
    order = {VersionStatus.DRAFT: 1, VersionStatus.AGREED: 2, VersionStatus.SUBMITTED: 3}
    rows = []
    for version in sorted(versions, key=lambda one: 0 if is_returned(one) else order[one.status]):
        url = link("versions", version.id)
        if is_returned(version):
            label, text, tone = "Исправить", f"Вернули: «{version.decision_reason}»", "warn"
        elif version.status is VersionStatus.SUBMITTED:
            label, text, tone = "Посмотреть", f"Ждёт решения: {version.body}", ""
        elif version.status is VersionStatus.AGREED:
            label, text, tone = "Отправить", "Согласована семьёй, ещё не отправлена на рассмотрение", ""
        else:
            label, text, tone = "Продолжить", "Черновик", ""
        button = act(label, "versions", "show", "show", pk=version.id)
        rows.append(line(_programme(version), text, url=url, button=button, tone=tone))
    return section(word("Programme_short", "pl"), rows, say("{Programme_short:pl_gen} в работе нет."))


def _programme(version: ProgrammeVersion) -> str:
    return f"Семья {version.programme.case.family}: {version.programme}, версия {version.version_no}"


def without_programme(session: Session, which: ColumnElement[bool]) -> Section:
    """Return the open cases that have no programme yet, the oldest first."""
    cases = session.scalars(
        select(FamilyCase)
        .where(
            which,
            FamilyCase.status.in_(NEEDS_PROGRAMME),
            ~select(Programme.id).where(Programme.case_id == FamilyCase.id).exists(),
        )
        .options(joinedload(FamilyCase.family))
        .order_by(FamilyCase.registered_at, FamilyCase.id)
        .limit(SHOWN)
    )
    rows = [
        line(
            f"Семья {case.family}",
            f"Дело № {case.number}, {_state(case)}",
            url=link("cases", case.id),
            button=act(say("Составить {programme_short:acc}"), "versions", "add", "add", case_id=case.id),
        )
        for case in cases
    ]
    return section(say("Дела без {programme_short:gen}"), rows, say("У всех семей есть {programme_short}."))


def _state(case: FamilyCase) -> str:
    """Return the state and since when the family is on the register: «оценка, на учёте с 12.01.2026»."""
    since = f"на учёте с {case.registered_at:%d.%m.%Y}" if case.registered_at else ""
    label = "" if since and case.status is CaseStatus.REGISTERED else case.status.label
    return ", ".join(filter(None, (label, since)))


# ---- agreements --------------------------------------------------------------------------------------


def ending_agreements(session: Session, which: ColumnElement[bool]) -> Section:
    """Return the agreements in force that end in :data:`SOON` or should have ended."""
    agreements = session.scalars(
        select(Agreement)
        .join(Agreement.case)
        .where(which, Agreement.status == AgreementStatus.SIGNED, Agreement.valid_to <= today() + SOON)
        .options(joinedload(Agreement.case).joinedload(FamilyCase.family))
        .order_by(Agreement.valid_to, Agreement.id)
        .limit(SHOWN)
    )
    rows = [
        line(
            f"{word('Agreement_short')} {agreement}",
            f"Семья {agreement.case.family}, {until(agreement.valid_to)}",
            url=link("agreements", agreement.id),
            button=act("Открыть", "agreements", "show", "show", pk=agreement.id),
        )
        for agreement in agreements
    ]
    return section(
        say("{Agreement_short:pl} заканчиваются"),
        rows,
        say("В ближайшие 30 дней {agreement_short:pl} не заканчиваются."),
    )


# ---- consents ----------------------------------------------------------------------------------------


def withdrawn_consents(session: Session, which: ColumnElement[bool]) -> Section:
    """Return the consents of members of the families withdrawn lately: until when processing must stop (A9)."""
    found = session.scalars(
        select(Consent)
        .where(
            Consent.revoked_at >= today() - STOP_WITHIN,
            Consent.person_id.in_(
                select(FamilyMember.person_id)
                .join(FamilyCase, FamilyCase.family_id == FamilyMember.family_id)
                .where(which, is_open(), FamilyMember.date_to.is_(None))
            ),
        )
        .options(joinedload(Consent.person))
        .order_by(Consent.revoked_at, Consent.id)
        .limit(SHOWN)
    )
    rows = [
        line(
            f"Отозвано согласие: {consent.person}",
            f"{consent.kind.label}. Прекратить обработку до {consents.stop_by(consent):%d.%m.%Y}",
            url=link("consents", consent.id),
            button=act("Открыть", "consents", "show", "show", pk=consent.id),
            tone="bad",
        )
        for consent in consents.unreplaced(session, found)
    ]
    return section("Отозванные согласия", rows)


# ---- curators and services ---------------------------------------------------------------------------


def without_curator(session: Session) -> Section:
    """Return the open cases nobody leads, the oldest first."""
    cases = session.scalars(
        select(FamilyCase)
        .where(FamilyCase.curator_id.is_(None), is_open())
        .options(joinedload(FamilyCase.family))
        .order_by(FamilyCase.opened_at, FamilyCase.id)
        .limit(SHOWN + 1)
    ).all()
    rows = [
        line(
            f"Семья {case.family}",
            f"Дело № {case.number} заведено {case.opened_at:%d.%m.%Y}, {case.status.label}",
            url=link("cases", case.id),
            button=act(say("Назначить {curator:acc}"), "cases", "action", "assign_curator", action=True,
                       name="assign_curator", pk=case.id),
        )
        for case in cases
    ]  # fmt: skip
    more = (say("Все дела без {curator:gen}"), listed("cases", curator_id="empty")) if len(cases) > SHOWN else None
    return section(say("Дела без {curator:gen}"), rows, say("У каждого дела есть {curator}."), more)


def long_without_service(session: Session, which: ColumnElement[bool]) -> Section:
    """Return the families in accompaniment nobody has served lately, the longest first."""
    last = (
        select(func.max(ServiceRecord.date))
        .where(ServiceRecord.case_id == FamilyCase.id, ServiceRecord.annulled_at.is_(None))
        .scalar_subquery()
    )
    found = session.execute(
        select(FamilyCase, last.label("last"))
        .where(
            which,
            FamilyCase.status == CaseStatus.ACTIVE,
            func.coalesce(last, FamilyCase.started_at) < today() - LONG_AGO,
        )
        .options(joinedload(FamilyCase.family))
        .order_by(func.coalesce(last, FamilyCase.started_at), FamilyCase.id)
        .limit(SHOWN)
    )
    rows = [
        line(
            f"Семья {case.family}",
            f"Последняя услуга {day:%d.%m.%Y}" if day else "Услуг ещё не было",
            url=link("cases", case.id),
            button=act("Записать услугу", "records", "add", "add", case_id=case.id),
        )
        for case, day in found
    ]
    return section("Больше месяца без услуг", rows, "Все семьи получали услуги в последний месяц.")


def last_services(session: Session, by: Actor) -> Section:
    """Return the services the person has entered last."""
    records = session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.performer_id == by.staff_id, ServiceRecord.annulled_at.is_(None))
        .options(joinedload(ServiceRecord.service), joinedload(ServiceRecord.case).joinedload(FamilyCase.family))
        .order_by(ServiceRecord.date.desc(), ServiceRecord.id.desc())
        .limit(5)
    )
    rows = [
        line(
            str(record.service),
            f"{record.date:%d.%m.%Y}, семья {record.case.family}",
            url=link("records", record.id),
        )
        for record in records
    ]
    return section("Мои последние услуги", rows, "Услуг вы ещё не записывали.")


def team_cases(session: Session, by: Actor) -> Section:
    """Return the cases in whose team a specialist works now."""
    seats = session.scalars(
        select(CaseTeamMember)
        .join(CaseTeamMember.case)
        .where(CaseTeamMember.staff_id == by.staff_id, CaseTeamMember.date_to.is_(None), is_open())
        .options(joinedload(CaseTeamMember.case).joinedload(FamilyCase.family))
        .order_by(CaseTeamMember.date_from.desc(), CaseTeamMember.id)
        .limit(SHOWN)
    )
    rows = [
        line(f"Семья {seat.case.family}", f"Дело № {seat.case.number}, {seat.case.status.label}",
             url=link("cases", seat.case_id) or link("families", seat.case.family_id),
             button=act("Записать услугу", "records", "add", "add", case_id=seat.case_id))
        for seat in seats
    ]  # fmt: skip
    return section("Семьи, в команде которых я работаю", rows, "Вас ещё не включили в команду семьи.")


def families_without_case(session: Session) -> Section:
    """Return the families entered last that have no open case."""
    families = session.scalars(
        select(Family)
        .where(~select(FamilyCase.id).where(FamilyCase.family_id == Family.id, is_open()).exists())
        .order_by(Family.id.desc())
        .limit(SHOWN)
    )
    rows = [
        line(f"Семья {family}", f"Учётный № {family.reg_number}, {family.address}", url=link("families", family.id),
             button=act("Завести дело", "cases", "add", "add", family_id=family.id))
        for family in families
    ]  # fmt: skip
    return section("Семьи без дела", rows, "У каждой семьи есть дело.")


def load_of_curators(session: Session) -> ListPage:
    """Return the curators with how much each leads, in two queries."""
    first = today().replace(day=1)
    served = dict(
        session.execute(
            select(ServiceRecord.performer_id, func.count())
            .where(ServiceRecord.date >= first, ServiceRecord.annulled_at.is_(None))
            .group_by(ServiceRecord.performer_id)
        ).all()
    )
    planned = select(Programme.id).where(Programme.case_id == FamilyCase.id).exists()
    found = session.execute(
        select(
            StaffMember.id,
            StaffMember.name,
            func.count(FamilyCase.id),
            func.count(FamilyCase.id).filter(FamilyCase.status == CaseStatus.ACTIVE),
            func.count(FamilyCase.id).filter(FamilyCase.status.in_(NEEDS_PROGRAMME), ~planned),
        )
        .join(StaffMember, StaffMember.id == FamilyCase.curator_id)
        .where(is_open())
        .group_by(StaffMember.id, StaffMember.name, StaffMember.name_key)
        .order_by(StaffMember.name_key)
    ).all()
    rows = tuple(
        Row(
            pk,
            name,
            (
                Cell(name, href=link("staff", pk) or None),
                Cell(str(cases), href=listed("cases", curator_id=f"any:{pk}"), css="num"),
                Cell(str(active), css="num"),
                Cell(str(bare), css="num"),
                Cell(str(served.get(pk, 0)), css="num"),
            ),
        )
        for pk, name, cases, active, bare in found
    )
    heads = tuple(
        map(say, ("{Curator}", "Дел", "На сопровождении", "Без {programme_short:gen}", "Услуг с начала месяца"))
    )
    return ListPage(
        title=word("Curator", "pl"),
        caption=say("Сколько дел ведёт {curator?каждый|каждая|каждое} {curator}"),
        url="",
        columns=tuple(
            ColumnHead(f"c{at}", label, css="num" if at else "", on_phone=at < 2) for at, label in enumerate(heads)
        ),
        rows=rows,
        pager=Pager(1, len(rows), len(rows), f"1–{len(rows)} из {len(rows)}"),
        searchable=False,
    )

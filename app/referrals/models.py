"""Requests to organisations, and tasks staff give each other about a family (domain.md 3.3, 3.5).

S001-1.1, S001-3.1-c, S001-3.1-d, S001-3.6-e, S002-1.4, S002-3.4-c, S002-3.4-d.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, relationship

from app.acting import today
from app.base import Choice, Code, Line, Moment, Privacy, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import Department, PartnerKind, PartnerOrganisation, StaffMember
from app.people.models import Consent, Person
from app.programmes.models import MeasureLineage
from app.roles import sees_own_entries_only

PUBLIC = Privacy.NONE


class ReferralKind(Choice):
    """What an organisation is asked for."""

    HEALTH = "health", "здравоохранение"
    EDUCATION = "education", "образование"
    EMPLOYMENT = "employment", "занятость"
    GUARDIANSHIP = "guardianship", "опека и попечительство"
    MINORS_COMMISSION = "minors_commission", "КДНиЗП"
    POLICE = "police", "полиция"
    MEDICAL_EXPERTISE = "medical_expertise", "МСЭ"
    SOCIAL_PROTECTION = "social_protection", "соцзащита"
    NONPROFIT = "nonprofit", "НКО"
    OTHER = "other", "иное"


KIND_OF = {
    PartnerKind.HEALTH: ReferralKind.HEALTH,
    PartnerKind.EDUCATION: ReferralKind.EDUCATION,
    PartnerKind.EMPLOYMENT: ReferralKind.EMPLOYMENT,
    PartnerKind.GUARDIANSHIP: ReferralKind.GUARDIANSHIP,
    PartnerKind.MINORS_COMMISSION: ReferralKind.MINORS_COMMISSION,
    PartnerKind.POLICE: ReferralKind.POLICE,
    PartnerKind.MEDICAL_EXPERTISE: ReferralKind.MEDICAL_EXPERTISE,
    PartnerKind.SOCIAL_PROTECTION: ReferralKind.SOCIAL_PROTECTION,
    PartnerKind.SOCIAL_SERVICE: ReferralKind.SOCIAL_PROTECTION,
    PartnerKind.SOCIAL_FUND: ReferralKind.SOCIAL_PROTECTION,
    PartnerKind.SOCIAL_NONPROFIT: ReferralKind.NONPROFIT,
    PartnerKind.PUBLIC: ReferralKind.NONPROFIT,
    PartnerKind.RELIGIOUS: ReferralKind.NONPROFIT,
    PartnerKind.CHARITY: ReferralKind.NONPROFIT,
}
"""What an organisation of each kind is usually asked for; the others for something else."""


class SentVia(Choice):
    """How a request goes out."""

    BY_HAND = "by_hand", "нарочно"
    POST = "post", "почтой"
    ESIGNED = "esigned", "через СЭД"
    SAFE_MAIL = "safe_mail", "защищённой почтой"


class ReferralStatus(Choice):
    """State of a request; a late one is derived from its term."""

    SENT = "sent", "отправлен"
    ANSWERED = "answered", "получен ответ"
    DONE = "done", "исполнен"
    REFUSED = "refused", "отказ"


class EmploymentOutcome(Choice):
    """What a request about work came to (S002-3.4-d); counted in R10."""

    EMPLOYED = "employed", "трудоустроен"
    SENT_TO_STUDY = "sent_to_study", "направлен на обучение"
    RETRAINED = "retrained", "направлен на переподготовку"
    NOTHING = "nothing", "не удалось"


class Referral(UnitModel):
    """A request to an organisation about a family: its number, question, term, and the answer.

    A request that names data of a person rests on the consent by which they may be sent there.
    """

    __tablename__ = "referral"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("service_unit_id", "number", name="uq_referral_number"),
        # What is unanswered is asked for by term, what was sent by day.
        Index("ix_referral_due", "service_unit_id", "status", "due"),
        Index("ix_referral_case_id", "case_id", "date"),
        CheckConstraint("due >= date", name="term"),
        CheckConstraint("status = 'sent' OR answer_at IS NOT NULL", name="answered_on_a_day"),
        CheckConstraint("data_list IS NULL OR consent_id IS NOT NULL", name="data_by_consent"),
        CheckConstraint("annulled_at IS NULL OR annul_reason IS NOT NULL", name="annulled_with_reason"),
    )

    number: Mapped[Code] = column("№ исходящий", search=True, privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    partner_id: Mapped[int] = link("Организация", "partner_organisation", privacy=PUBLIC)
    kind: Mapped[ReferralKind] = column("О чём просим", privacy=PUBLIC)
    question: Mapped[Prose] = column("Вопрос", hint="Без имён и сведений, если ниже о них не сказано.")
    due: Mapped[dt.date] = column("Ответить до", order=True, privacy=PUBLIC)
    sent_via: Mapped[SentVia] = column("Как отправлен", default=SentVia.BY_HAND, privacy=PUBLIC)
    status: Mapped[ReferralStatus] = column("Состояние", default=ReferralStatus.SENT, privacy=PUBLIC)
    person_id: Mapped[int | None] = link("О ком", "person")
    data_list: Mapped[Prose | None] = column(
        "Какие сведения передаём", hint="Пусто: сведений о человеке в запросе нет. Иначе нужно согласие на передачу."
    )
    consent_id: Mapped[int | None] = link("Согласие на передачу", "consent")
    lineage_id: Mapped[int | None] = link("Мероприятие {programme_short:gen}", "measure_lineage")
    sent_by_id: Mapped[int | None] = link("Кто отправил", "staff_member")
    answer_at: Mapped[dt.date | None] = column("Дата ответа", required=True, privacy=PUBLIC)
    answer_no: Mapped[Code | None] = column("№ ответа", privacy=PUBLIC)
    answer_text: Mapped[Prose | None] = column("Ответ", required=True)
    outcome: Mapped[EmploymentOutcome | None] = column("Чем помогли с работой", privacy=PUBLIC)
    annulled_at: Mapped[Moment | None] = column("Аннулирован", privacy=PUBLIC)
    annul_reason: Mapped[Line | None] = column("Почему аннулирован")

    case: Mapped[FamilyCase] = relationship()
    partner: Mapped[PartnerOrganisation] = relationship()
    person: Mapped[Person | None] = relationship()
    consent: Mapped[Consent | None] = relationship()
    lineage: Mapped[MeasureLineage | None] = relationship()
    sent_by: Mapped[StaffMember | None] = relationship()

    @classmethod
    def visible_to(cls, actor: Any) -> Any:
        """Return the criterion of the rows *actor* might see; some roles see their own requests only (3.10)."""
        own = super().visible_to(actor)
        return and_(own, cls.sent_by_id == actor.staff_id) if sees_own_entries_only(actor.roles) else own

    @property
    def is_awaited(self) -> bool:
        """Whether an answer is waited for."""
        return self.status is ReferralStatus.SENT and self.annulled_at is None

    @property
    def is_late(self) -> bool:
        """Whether the answer has not come by its term."""
        return self.is_awaited and self.due < today()

    def __str__(self) -> str:
        return f"№ {self.number}"


class TaskStatus(Choice):
    """State of a task inside the centre."""

    NEW = "new", "новое"
    IN_WORK = "in_work", "в работе"
    DONE = "done", "выполнено"
    DECLINED = "declined", "отклонено"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has it to do."""
        return self in (TaskStatus.NEW, TaskStatus.IN_WORK)


class InternalTask(UnitModel):
    """A task one member of the staff gives another, or a department, about a family (S001-1.1).

    Whoever it is given to sees the task and, unless he works with the family, nothing of the family.
    """

    __tablename__ = "internal_task"
    __seen_through__ = "case"
    __table_args__ = (
        Index("ix_internal_task_due", "service_unit_id", "status", "due"),
        CheckConstraint("(to_staff_id IS NULL) <> (to_department_id IS NULL)", name="one_addressee"),
        CheckConstraint("status IN ('new', 'in_work') OR result IS NOT NULL", name="ended_with_result"),
    )

    text: Mapped[Prose] = column("Что сделать", hint="Кому поручено, видит это и без права видеть семью.")
    case_id: Mapped[int] = link("Дело", "family_case")
    from_id: Mapped[int] = link("Кто поручил", "staff_member")
    to_staff_id: Mapped[int | None] = link("Кому: сотрудник", "staff_member")
    to_department_id: Mapped[int | None] = link("Кому: отделение", "department")
    due: Mapped[dt.date | None] = column("Срок", order=True, privacy=PUBLIC, required=True)
    status: Mapped[TaskStatus] = column("Состояние", default=TaskStatus.NEW, privacy=PUBLIC)
    taken_by_id: Mapped[int | None] = link("Кто взял", "staff_member")
    result: Mapped[Prose | None] = column("Результат", required=True)
    ended_at: Mapped[dt.date | None] = column("Закончено", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship()
    giver: Mapped[StaffMember] = relationship(foreign_keys=[from_id])
    to_staff: Mapped[StaffMember | None] = relationship(foreign_keys=[to_staff_id])
    to_department: Mapped[Department | None] = relationship()
    taken_by: Mapped[StaffMember | None] = relationship(foreign_keys=[taken_by_id])

    @property
    def is_late(self) -> bool:
        """Whether the task should have been done by now."""
        return self.status.is_open and self.due is not None and self.due < today()

    def __str__(self) -> str:
        return f"{self.text[:80]}…" if len(self.text) > 80 else self.text

"""THE MENU: every screen in the order staff meet it. A screen not in this table is not served."""

from __future__ import annotations

from typing import Any, NamedTuple

from app.agreements.views import Agreements, Amendments, Breaches
from app.assessment.diagnosis_views import Assessments, FamilyResources, Problems, Scores, SocialContacts
from app.assessment.review_views import QualityAnswers, Reviews
from app.assessment.views import ActHealths, Acts, FamilyPassports
from app.audit.views import Audit
from app.backup.views import Backups
from app.benefits.views import Aid, Benefits
from app.cases.views import CuratorAssignments, Families, Team
from app.closing.views import Conclusions, PostChecks, PostSupports, Refusals, Transfers
from app.days.views import CalendarDays, WorkingDays
from app.dispatch.views import Dispatches, Letters
from app.extract.views import Extract
from app.home.views import HomeView
from app.intake.paper_views import Applications, FamilyJournal, IntakeJournal, Recognitions
from app.intake.views import Intakes
from app.meetings.decision_views import Charges, Decisions, Proposals
from app.meetings.views import Bodies, BodyMembers, Meetings, WaitingView
from app.orders.views import Contracts, OrderItems, Orders, Regulations, Visas
from app.organisation.account_views import Accounts
from app.organisation.order_views import OrderOfWorkPage
from app.organisation.profile_views import Profile
from app.organisation.roles_views import Roles
from app.organisation.second_step_views import SecondSteps
from app.organisation.views import Departments, Partners, ServiceAreas, ServiceUnits, Staff, Territories
from app.outreach.views import EventParticipants, LeisureEvents
from app.people.views import Children, Consents, Disabilities, FamilyMembers, OvzStatuses, People
from app.plans.views import WorkPlanItems, WorkPlans
from app.process.views import Cases  # with the card and the buttons the order of work gives it
from app.programmes.views import MeasureLines, Measures, Programmes, Versions
from app.progress.views import MonthControl, ProgressReports
from app.quality.views import SurveyQuestions, SurveyResponses, Surveys
from app.referrals.views import InternalTasks, Referrals
from app.register.draft_views import Drafts
from app.register.intake.form_views import FromExcel
from app.register.intake.views import Import
from app.rehabilitation.views import HomeCourses, HomeProcedures, Recommendations, RehabItems, RehabProgrammes
from app.reporting.views import Reports
from app.search import Search
from app.services.views import ServiceRecords, Services
from app.visits.views import Visits
from app.work.views import Work


class Screen(NamedTuple):
    """A line of the menu; an empty label is a screen reached from other screens."""

    group: str
    label: str
    icon: str
    view: Any


MENU: tuple[Screen, ...] = (
    Screen("", "Сегодня", "sun", HomeView),
    Screen("", "", "", Search),
    Screen("Приём", "Обращения", "inbox", Intakes),
    Screen("Приём", "Заявления", "file-earmark-text", Applications),
    Screen("Приём", "Признание", "patch-check", Recognitions),
    Screen("Приём", "Журнал обращений", "journal-text", IntakeJournal),
    Screen("Приём", "Журнал учёта семей", "journal-check", FamilyJournal),
    Screen("Семьи", "Семьи", "people", Families),
    Screen("Семьи", "Люди", "person", People),
    Screen("Семьи", "Дела сопровождения", "folder2-open", Cases),
    Screen("", "", "", FamilyMembers),
    Screen("", "", "", Children),
    Screen("", "", "", Disabilities),
    Screen("", "", "", OvzStatuses),
    Screen("", "", "", Consents),
    Screen("", "", "", CuratorAssignments),
    Screen("", "", "", Team),
    Screen("Сопровождение", "Акты обследования", "house-heart", Acts),
    Screen("Сопровождение", "Диагностика", "clipboard2-pulse", Assessments),
    Screen("Сопровождение", "Анализ эффективности", "graph-up", Reviews),
    Screen("", "", "", Problems),
    Screen("", "", "", ActHealths),
    Screen("", "", "", Scores),
    Screen("", "", "", FamilyResources),
    Screen("", "", "", SocialContacts),
    Screen("", "", "", FamilyPassports),
    Screen("", "", "", QualityAnswers),
    Screen("Сопровождение", "{Programme_short:pl}", "list-check", Programmes),
    Screen("Сопровождение", "Мероприятия", "check2-square", Measures),
    Screen("Сопровождение", "Визиты", "geo-alt", Visits),
    Screen("Сопровождение", "Журнал услуг", "journal-text", ServiceRecords),
    Screen("Сопровождение", "Запросы", "send", Referrals),
    Screen("Сопровождение", "Поручения", "inbox", InternalTasks),
    Screen("Сопровождение", "Помощь", "gift", Aid),
    Screen("Сопровождение", "Льготы", "ticket-detailed", Benefits),
    Screen("Сопровождение", "Досуг семей", "emoji-smile", LeisureEvents),
    Screen("Сопровождение", "Мероприятия ИПРА", "clipboard2-pulse", RehabItems),
    Screen("Сопровождение", "Санаторий на дому", "house-heart", HomeCourses),
    Screen("", "", "", EventParticipants),
    Screen("", "", "", RehabProgrammes),
    Screen("", "", "", Recommendations),
    Screen("", "", "", HomeProcedures),
    Screen("", "", "", MeasureLines),
    Screen("", "", "", Versions),
    Screen("", "", "", BodyMembers),
    Screen("Решения", "На рассмотрении", "hourglass-split", WaitingView),
    Screen("Решения", "Заседания", "calendar2-week", Meetings),
    Screen("Решения", "Решения о семьях", "check2-square", Decisions),
    Screen("Решения", "Поручения органов", "list-task", Charges),
    Screen("Решения", "Кто решает", "bank", Bodies),
    Screen("", "", "", Proposals),
    Screen("Решения", "{Agreement_short:pl}", "pen", Agreements),
    Screen("", "", "", Amendments),
    Screen("", "", "", Breaches),
    Screen("Решения", "Рассылка", "envelope", Dispatches),
    Screen("", "", "", Letters),
    Screen("Завершение", "Заключения", "file-earmark-check", Conclusions),
    Screen("Завершение", "Постсопровождение", "heart-pulse", PostSupports),
    Screen("Завершение", "Отказы семей", "x-octagon", Refusals),
    Screen("Завершение", "Передачи дел", "box-arrow-right", Transfers),
    Screen("", "", "", PostChecks),
    Screen("Отчётность", "План работы", "list-ol", WorkPlans),
    Screen("", "", "", WorkPlanItems),
    Screen("Отчётность", "Опросы семей", "hand-thumbs-up", Surveys),
    Screen("", "", "", SurveyQuestions),
    Screen("", "", "", SurveyResponses),
    Screen("Отчётность", "Отчёты за месяц", "file-earmark-text", ProgressReports),
    Screen("Отчётность", "Контроль месяца", "clipboard2-check", MonthControl),
    Screen("Отчётность", "Реестры и отчёты", "bar-chart", Reports),
    Screen("Отчётность", "Загрузка из Excel", "file-earmark-arrow-up", Import),
    Screen("", "", "", FromExcel),
    Screen("Справочники", "Перечень услуг", "list-check", Services),
    Screen("Справочники", "Организации", "building", Partners),
    Screen("Справочники", "Соглашения о взаимодействии", "file-earmark-check", Contracts),
    Screen("Справочники", "Территории", "geo-alt", Territories),
    Screen("Справочники", "Участки", "map", ServiceAreas),
    Screen("Справочники", "Производственный календарь", "calendar3", CalendarDays),
    Screen("", "", "", WorkingDays),
    Screen("Центр", "Сотрудники", "person-badge", Staff),
    Screen("Центр", "Отделения", "diagram-3", Departments),
    Screen("Центр", "Службы", "house", ServiceUnits),
    Screen("Центр", "Приказы", "file-earmark-text", Orders),
    Screen("", "", "", OrderItems),
    Screen("Центр", "Нормативная база", "book", Regulations),
    Screen("", "", "", Visas),
    Screen("Центр", "Порядок работы", "signpost-split", OrderOfWorkPage),
    Screen("Центр", "Учётные записи", "key", Accounts),
    Screen("Центр", "Роли и права", "shield-check", Roles),
    Screen("Центр", "Журнал доступа", "eye", Audit),
    Screen("Центр", "Выписка о человеке", "file-earmark-person", Extract),
    Screen("Центр", "Резервные копии", "archive", Backups),
    Screen("", "", "", Profile),
    Screen("", "", "", SecondSteps),
    Screen("", "", "", Work),
    Screen("", "", "", Drafts),
)

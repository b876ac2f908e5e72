"""Invented names, places and texts of the demonstration centre. Nobody here exists."""

from __future__ import annotations

from typing import NamedTuple

from app.cases.models import Direction
from app.organisation.models import PartnerKind
from app.programmes.models import ExecutorType, MeasureForm, Periodicity
from app.services.models import ServiceKind


class Surname(NamedTuple):
    """A surname as a man, a woman and a family bear it; *eastern* patronymics end in оглы and кызы."""

    man: str
    woman: str
    family: str
    eastern: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _regular(men: str) -> list[Surname]:
    """Return surnames that a woman bears with -а and a family with -ы."""
    return [Surname(man, f"{man}а", f"{man}ы") for man in _words(men)]


SURNAMES: tuple[Surname, ...] = (
    *_regular("Щёголев Буслаев Вьюгов Грачёв Ершов Жигалёв Журбёнков Калёнов"),
    Surname("Ёлкин-Подъяблонский", "Ёлкина-Подъяблонская", "Ёлкины-Подъяблонские"),
    Surname("Мамедов", "Мамедова", "Мамедовы", eastern=True),
    *_regular("Крутёлев Лапшин Зайцев Соловьёв Пчёлкин Хрулёв Селезнёв Лопухов"),
    Surname("Абдурахманов-Зверобоев", "Абдурахманова-Зверобоева", "Абдурахмановы-Зверобоевы"),
    Surname("Гончаренко", "Гончаренко", "Гончаренко"),
    *_regular("Муравьёв Воробьёв Шмелёв Киселёв Тимохин Шубин Рогожин Дёмин"),
    Surname("Гусейнов", "Гусейнова", "Гусейновы", eastern=True),
    Surname("Озёрный", "Озёрная", "Озёрные"),
    Surname("Черных", "Черных", "Черных"),
    *_regular("Ковалёв Ткачёв Снегирёв Бобылёв Тулупов Осокин Ракитин Хлебников"),
    Surname("Салихов", "Салихова", "Салиховы", eastern=True),
    Surname("Громов-Ёжиков", "Громова-Ёжикова", "Громовы-Ёжиковы"),
    *_regular("Блинов Веретёнников Кочетков Лукошкин Ключёв Подснежников Стрижёв Филинов"),
    Surname("Белая-Берёза", "Белая-Берёза", "Белая-Берёза"),
    *_regular("Чижов Дроздов Карасёв Ершихин Осётров Налимов Сомов"),
    # Namesakes of the first: they are common in a district.
    *_regular("Щёголев"),
)

WOMEN = _words("Ольга Алёна Марина Татьяна Светлана Наталья Инна Полина Жанна Раиса Ксения Вера Лидия Елена Анна")
MEN = _words("Пётр Фёдор Семён Артём Олег Игорь Сергей Андрей Павел Глеб Виктор Денис Роман Юрий")
GIRLS = _words("Алёна Варвара Ульяна Кира Злата София Полина Вера Таисия Майя Дарья Есения")
BOYS = _words("Артём Матвей Семён Тимофей Лев Савелий Глеб Фёдор Пётр Арсений Ярослав Макар")
EASTERN = {True: ("Рашид", "Гусейн", "Тимур", "Эльдар"), False: ("Севиль", "Лейла", "Айгюн", "Назлы")}
"""Eastern given names: of men (True) and of women."""

FATHERS: tuple[tuple[str, str], ...] = (
    ("Сергеевич", "Сергеевна"),
    ("Петрович", "Петровна"),
    ("Алексеевич", "Алексеевна"),
    ("Игоревич", "Игоревна"),
    ("Фёдорович", "Фёдоровна"),
    ("Семёнович", "Семёновна"),
    ("Ильич", "Ильинична"),
    ("Артёмович", "Артёмовна"),
    ("Юрьевич", "Юрьевна"),
    ("Олегович", "Олеговна"),
)

SETTLEMENTS: tuple[tuple[str, int], ...] = (
    ("г. Верхнеозёрск", 1),
    ("с. Берёзовый Яр", 2),
    ("дер. Заречье", 2),
    ("пос. Ёлочный", 3),
    ("дер. Подъёлки", 3),
    ("пос. Торфяной", 4),
    ("с. Щучье", 4),
    ("дер. Малые Ключи", 4),
)
"""Settlements and the number of the area each lies in."""

STREETS = _words("Озёрная Лесная Рабочая Садовая Подгорная Школьная Новая Тихая Речная Берёзовая")

# fmt: off
PARTNERS: tuple[tuple[str, PartnerKind], ...] = (
    ("Верхнеозёрская районная больница", PartnerKind.HEALTH),
    ("Школа № 1 г. Верхнеозёрска", PartnerKind.EDUCATION),
    ("Берёзовоярская школа", PartnerKind.EDUCATION),
    ("Детский сад «Тополёк»", PartnerKind.EDUCATION),
    ("Центр занятости Верхнеозёрского района", PartnerKind.EMPLOYMENT),
    ("КДНиЗП Верхнеозёрского района", PartnerKind.MINORS_COMMISSION),
    ("Отдел опеки и попечительства", PartnerKind.GUARDIANSHIP),
    ("Бюро МСЭ № 14", PartnerKind.MEDICAL_EXPERTISE),
    ("Районный дом культуры", PartnerKind.CULTURE),
    ("Благотворительный фонд «Тёплый дом»", PartnerKind.CHARITY),
)

SERVICES: tuple[tuple[str, Direction, ServiceKind, int], ...] = (
    ("Социальный патронаж семьи", Direction.HOUSEHOLD, ServiceKind.SOCIAL_SERVICE, 60),
    ("Помощь в уборке и заготовке дров", Direction.HOUSEHOLD, ServiceKind.ASSISTANCE, 90),
    ("Сопровождение в поликлинику", Direction.MEDICAL, ServiceKind.ESCORT, 120),
    ("Подготовка документов к МСЭ", Direction.MEDICAL, ServiceKind.ASSISTANCE, 45),
    ("Консультация психолога", Direction.PSYCHOLOGICAL, ServiceKind.CONSULTATION, 45),
    ("Занятие с психологом", Direction.PSYCHOLOGICAL, ServiceKind.CORRECTION, 40),
    ("Коррекционное занятие", Direction.PEDAGOGICAL, ServiceKind.CORRECTION, 40),
    ("Беседа с родителями о воспитании", Direction.PEDAGOGICAL, ServiceKind.EDUCATION, 30),
    ("Помощь в оформлении льгот", Direction.LEGAL, ServiceKind.LEGAL_PAPERS, 40),
    ("Консультация юриста", Direction.LEGAL, ServiceKind.CONSULTATION, 30),
    ("Помощь в поиске работы", Direction.LABOUR, ServiceKind.MEDIATION, 40),
    ("Выдача продуктового набора", Direction.URGENT, ServiceKind.SOCIAL_SERVICE, 20),
    ("Обучение пользованию средствами общения", Direction.COMMUNICATIVE, ServiceKind.SOCIAL_SERVICE, 40),
    ("Выдача технического средства в прокат", Direction.REHABILITATION, ServiceKind.ASSISTANCE, 30),
)

MEASURES: tuple[tuple[str, Direction, ExecutorType, MeasureForm, Periodicity, str], ...] = (
    ("Занятия с психологом", Direction.PSYCHOLOGICAL, ExecutorType.SPECIALIST, MeasureForm.IN_PERSON,
     Periodicity.WEEKLY, "Ребёнок спокойнее, мать знает, как помочь"),
    ("Занятия с логопедом", Direction.PEDAGOGICAL, ExecutorType.SPECIALIST, MeasureForm.IN_PERSON,
     Periodicity.WEEKLY, "Ребёнок говорит фразами"),
    ("Подвоз ребёнка в школу", Direction.HOUSEHOLD, ExecutorType.ORGANISATION, MeasureForm.IN_PERSON,
     Periodicity.BY_SCHEDULE, "Ребёнок не пропускает уроки"),
    ("Оформление пособия", Direction.LEGAL, ExecutorType.SPECIALIST, MeasureForm.IN_PERSON,
     Periodicity.ONCE, "Семья получает пособие"),
    ("Осмотр узкими специалистами", Direction.MEDICAL, ExecutorType.ORGANISATION, MeasureForm.IN_PERSON,
     Periodicity.ONCE, "Есть заключение и назначения"),
    ("Патронаж семьи", Direction.HOUSEHOLD, ExecutorType.SPECIALIST, MeasureForm.AT_HOME,
     Periodicity.MONTHLY, "В доме порядок и тепло"),
    ("Постановка матери на учёт в центре занятости", Direction.LABOUR, ExecutorType.FAMILY, MeasureForm.IN_PERSON,
     Periodicity.ONCE, "Мать ищет работу с помощью центра занятости"),
    ("Кружок в доме культуры", Direction.COMMUNICATIVE, ExecutorType.ORGANISATION, MeasureForm.GROUP,
     Periodicity.WEEKLY, "У ребёнка есть друзья и любимое дело"),
    ("Подготовка документов к МСЭ", Direction.MEDICAL, ExecutorType.SPECIALIST, MeasureForm.IN_PERSON,
     Periodicity.ONCE, "Справка продлена в срок"),
)
# fmt: on

GOALS = (
    "Ребёнок живёт и развивается дома, семья справляется сама",
    "Мать и дети в безопасности, быт налажен",
    "Ребёнок учится вместе со всеми и получает нужную помощь",
    "Семья получает всё, что ей положено, и знает, куда обратиться",
)
TASKS = "Наладить занятия с ребёнком.\nОформить положенные выплаты.\nПомочь родителям с бытом и работой."
NEEDS = (
    "Нужен пандус у входа, по лестнице ребёнка носит мать",
    "Занимается с логопедом, устаёт к вечеру",
    "Слуховой аппарат, второй ряд парт",
    "Диета, лекарства выдаёт районная больница",
)
LATE_REMARKS = (
    "У занятий с логопедом нет срока, добавьте подвоз до школы",
    "Уточните, кто поможет матери с документами",
    "Добавьте, что сделает сама семья",
)
REFUSALS = ("Справимся сами", "Уехали к родственникам", "Помогает бабушка, помощь центра не нужна")

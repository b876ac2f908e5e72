"""«Семьи с детьми»: how centres keep their bank of families in Excel, as one declaration of the sheet engine.

The words are stems of headers seen in such banks; a header nobody foresaw is recognised by its values or chosen
by a person on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.cases.models import EndReason
from app.people.lists import EducationKind, FamilyFeature, FamilyKind
from app.register.sheet.cells import Choices, Day, Lookup, Person, Phones, Running, Snils, Text, YesNo
from app.register.sheet.dates import Years
from app.register.sheet.declare import Field, Sheet
from app.register.sheet.rows import Group, Problem

PARENT_YEARS = Years(-100, -12)
CHILD_YEARS = Years(-30, 0)
REGISTER_YEARS = Years(-30, 1)
TERM_YEARS = Years(-20, 20)
FULL, INCOMPLETE = "full", "incomplete"


def children_younger_than_parents(group: Group) -> Iterator[Problem]:
    """Yield a problem for each child born before the representative: one of the two dates is wrong."""
    born = group.head.value("born")
    for child in group.items:
        day = child.value("c_born")
        if born and day and day <= born:
            yield group.problem(
                child,
                "c_born",
                "child_older_than_parent",
                f"ребёнок родился {day:%d.%m.%Y}, раньше родителя ({born:%d.%m.%Y}): проверьте обе даты",
            )


def registered_in_a_lifetime(group: Group) -> Iterator[Problem]:
    """Yield a problem when the family came onto the register before its representative was born."""
    born, day = group.head.value("born"), group.head.value("registered")
    if born and day and day < born:
        why = f"поставлена на учёт {day:%d.%m.%Y}, раньше рождения родителя ({born:%d.%m.%Y}): проверьте обе даты"
        yield group.problem(group.head, "registered", "bad_date", why)


FAMILIES = Sheet(
    key="families",
    title="Семьи с детьми",
    key_field="parent",
    item_field="child",
    head_words=(
        "родител",
        "законн представител",
        "представител",
        "мать",
        "матер",
        "отец",
        "отц",
        "опекун",
        "заявител",
        "глав сем",
        "семь",
        "мам",
    ),
    detail_words=("ребен", "дет", "несовершеннолетн", "воспитанник", "подопечн"),
    section="place",
    same_head=("born", "snils"),
    checks=(children_younger_than_parents, registered_in_a_lifetime),
    fields=(
        Field(
            "no", "№ п/п", Running(), ("№ =п =п", "=п =п", "=№", "номер =п =п", "порядков номер", "=пп"), starts=True
        ),
        Field(
            "parent",
            "Родитель (законный представитель)",
            Person(PARENT_YEARS),
            ("фио", "фамили имя", "родител", "представител", "=мать", "опекун", "заявител", "глав сем", "=мама"),
            required="no_parent_name",
            missing="не указано имя родителя: впишите фамилию, имя и отчество",
            born_in="born",
            parts=True,
        ),
        Field(
            "born",
            "Дата рождения родителя",
            Day(PARENT_YEARS, future="future_birth"),
            ("дат рожд", "родил", "=др", "=д =р", "год рожд", "рожден"),
            required="no_birth_date",
            missing="не указана дата рождения родителя: впишите её",
        ),
        Field("snils", "СНИЛС родителя", Snils(), ("снилс", "страхов номер", "пенсион страх")),
        Field(
            "address",
            "Адрес",
            Text(),
            ("адрес", "мест жит", "мест прожив", "прожива", "регистрац"),
        ),
        Field(
            "place",
            "Населённый пункт, поселение",
            Text(),
            ("населен пункт", "поселен", "территор", "муниципал", "участок", "сельсовет"),
        ),
        Field("phone", "Телефон", Phones(), ("телефон", "=тел", "контакт", "сотов", "моб", "связ")),
        Field(
            "kind",
            "Состав семьи",
            Choices(
                {
                    INCOMPLETE: ("неполн", "мать-одиноч", "мать одиноч", "одинок", "один родител"),
                    FamilyKind.GUARDIAN: ("опекунск", "под опек", "опек"),
                    FamilyKind.FOSTER: ("приемн",),
                    FULL: ("полн",),
                    FamilyFeature.LARGE: ("многодет", "мн/дет", "мног/дет"),
                    FamilyFeature.POOR: ("малообеспеч", "малоимущ", "м/об", "нуждающ"),
                    FamilyFeature.STUDENTS: ("студенч",),
                    FamilyFeature.DISPLACED: ("беженц", "переселен"),
                    FamilyFeature.MILITARY: ("военнослуж", "сво", "мобилиз"),
                    FamilyFeature.LOST_PROVIDER: ("потер корм", "по потере", "потеря корм"),
                }
            ),
            (
                "состав сем",
                "вид сем",
                "тип сем",
                "категор сем",
                "статус сем",
                "социальн статус",
                "характерист сем",
                "сведен семь",
                "категор",
            ),
        ),
        Field(
            "registered",
            "Дата постановки на учёт",
            Day(REGISTER_YEARS, future="bad_date"),
            (
                "дат постанов",
                "постанов учет",
                "постанов",
                "взят учет",
                "дат взят",
                "дат принят",
                "поставл",
                "дат учет",
                "дат зачисл",
                "дат приня",
                "учет =с",
                "дат начал",
            ),
            required="no_date",
            missing="не указана дата постановки на учёт: впишите её",
        ),
        Field(
            "curator",
            "{Curator}",
            Lookup(
                "staff",
                "unknown_curator",
                "такого сотрудника в службе нет; проверьте фамилию или сначала внесите сотрудника",
                "ambiguous_curator",
            ),
            (
                "куратор",
                "участков",
                "соц работник",
                "специалист",
                "ответствен",
                "закреплен",
                "социальн работник",
                "кто ведет",
                "сопровожда",
            ),
        ),
        Field("agreement", "{Agreement_short}", Text(), ("договор", "соглашен", "контракт")),
        Field(
            "note",
            "Примечание",
            Text(2000),
            ("примеч", "коммент", "замет", "особ отмет", "дополнит", "прочее", "отметк"),
        ),
        Field(
            "child",
            "Ребёнок",
            Person(CHILD_YEARS),
            ("фио", "фамили имя", "ребен", "=дети", "детей", "несовершеннолетн", "имя"),
            detail=True,
            required="no_child_name",
            missing="не указано имя ребёнка: впишите фамилию, имя и отчество",
            born_in="c_born",
            parts=True,
        ),
        Field(
            "c_born",
            "Дата рождения ребёнка",
            Day(CHILD_YEARS, future="future_birth"),
            ("дат рожд", "родил", "=др", "=д =р", "год рожд", "рожден"),
            detail=True,
            required="no_birth_date",
            missing="не указана дата рождения ребёнка: впишите её",
        ),
        Field("child_snils", "СНИЛС ребёнка", Snils(), ("снилс", "страхов номер"), detail=True),
        Field(
            "category",
            "Категория ребёнка",
            Choices(
                {
                    "disabled": ("инв", "ребенок-инв", "реб.-инв", "р-инв", "=ди", "=ри"),
                    "ovz": ("овз", "ограничен", "с огранич"),
                }
            ),
            ("категор", "инв овз", "статус", "инвалид", "овз", "здоров", "льгот"),
            detail=True,
        ),
        Field("is_disabled", "Ребёнок-инвалид (да или нет)", YesNo(), ("инвалид",), detail=True),
        Field("is_ovz", "Ребёнок с ОВЗ (да или нет)", YesNo(), ("овз",), detail=True),
        Field(
            "disabled_until",
            "Инвалидность до",
            Day(TERM_YEARS),
            (
                "срок инв",
                "срок",
                "инвалид до",
                "инвалид =по",
                "инв до",
                "действ до",
                "действителн до",
                "мсэ до",
                "справк мсэ",
                "переосвидет",
                "установлен до",
            ),
            detail=True,
        ),
        Field(
            "school",
            "Где учится",
            Text(),
            ("образ", "школ", "детск сад", "обуча", "учеб", "учится", "класс", "посеща", "мест учеб"),
            detail=True,
        ),
    ),
)
"""A bank of families: the representative, then a row a child."""

EDUCATION: dict[EducationKind, tuple[str, ...]] = {
    EducationKind.ABSENT: ("не посещ", "не обуча", "не учится", "не организован"),
    EducationKind.HOME: ("на дому", "надомн", "домашн"),
    EducationKind.NURSERY: ("детск", "сад", "мбдоу", "дошкол", "ясл", "мдоу", "дс"),
    EducationKind.COLLEGE: ("колледж", "техникум", "спо", "училищ"),
    EducationKind.SCHOOL: ("школ", "сош", "оош", "гимназ", "лице", "интернат", "класс", "мбоу", "гкоу", "мкоу"),
}
"""Stems by which «МБОУ «СОШ № 2»» becomes «школа», in the order they are tried."""

REMOVED = Sheet(
    key="removed",
    title="Снятые с учёта",
    key_field="parent",
    fields=(
        Field(
            "no", "№ п/п", Running(), ("№ =п =п", "=п =п", "=№", "номер =п =п", "порядков номер", "=пп"), starts=True
        ),
        Field(
            "parent",
            "Родитель",
            Person(PARENT_YEARS),
            ("фио", "фамили", "родител", "семь"),
            required="no_parent_name",
            missing="не указано имя родителя",
        ),
        Field(
            "ended",
            "Дата снятия",
            Day(REGISTER_YEARS, future="bad_date"),
            ("дат снят", "снят", "дат выбыт", "дат прекращ"),
            required="no_date",
            missing="не указана дата снятия с учёта",
        ),
        Field(
            "reason",
            "Причина",
            Choices(
                {
                    EndReason.GOALS_PARTLY_MET: ("частичн",),
                    EndReason.GOALS_MET: ("цел", "достигнут", "положительн", "улучш"),
                    EndReason.FAMILY_REFUSED: ("отказ",),
                    EndReason.MOVED: ("переезд", "переехал", "выезд", "смен мест"),
                    EndReason.CHILDREN_GROWN: ("совершеннолет", "18 лет"),
                    EndReason.CHILDREN_PLACED: ("помещен", "интернат"),
                    EndReason.DEATH: ("смерт", "умер"),
                    EndReason.TRANSFERRED: ("передач", "передан"),
                    EndReason.AGREEMENT_BROKEN: ("наруш",),
                    EndReason.TERM_OVER: ("истеч", "окончан срок", "срок"),
                }
            ),
            ("причин", "основан"),
        ),
    ),
)
"""A list beside the bank: who has been taken off the register, when and why."""

"""«Журнал услуг»: how centres keep what they gave to families in Excel, as one declaration of the sheet engine.

A row is a service given. The day may be whole, a day of the month under «… за январь 2025 г.», or written once for
all rows of that day; the place is often told in a note («на дому», «по телефону»).
"""

from __future__ import annotations

from app.cases.models import Direction
from app.register.sheet.cells import Choices, Running, Text
from app.register.sheet.declare import Field, Sheet
from app.services.models import Place, ServiceKind
from app.services.sheet_kinds import DayOfMonth, Minutes, Performer, Quantity, Recipient, Signed

DIRECTIONS = Choices(
    {
        # Before the psychologist's and the pedagogue's own directions, whose stems it holds as well.
        Direction.PSY_PED: ("психолого-пед", "психолого пед", "психол-пед", "псих-пед"),
        Direction.MEDICAL: ("социально-мед", "социально мед", "медиц"),
        Direction.PSYCHOLOGICAL: ("социально-псих", "социально псих", "психол"),
        Direction.PEDAGOGICAL: ("социально-пед", "социально пед", "педаг"),
        Direction.LEGAL: ("социально-прав", "социально прав", "правов", "юридич"),
        Direction.HOUSEHOLD: ("социально-быт", "социально быт", "бытов"),
        Direction.ECONOMIC: ("социально-экон", "социально экон", "экономич"),
        Direction.LABOUR: ("социально-труд", "социально труд", "трудов"),
        Direction.URGENT: ("срочн",),
        Direction.COMMUNICATIVE: ("коммуникат", "в целях повышения коммуникат"),
        Direction.REHABILITATION: ("социально-реаб", "социально реаб", "реабилит"),
    }
)
PLACES = Choices(
    {
        Place.HOME: ("на дому", "дом", "надомн", "выезд"),
        Place.REMOTE: ("телефон", "по тел", "дистанц", "видео", "мессендж", "онлайн", "заочн"),
        Place.ORGANISATION: ("в организац", "организац", "поликлин", "школ", "больниц"),
        Place.CENTRE: ("учрежд", "центр", "кабинет", "стационар"),
    }
)
KINDS = Choices(
    {
        ServiceKind.ASSISTANCE: ("содейств", "помощь в"),
        ServiceKind.CONSULTATION: ("консульт",),
        ServiceKind.ESCORT: ("сопровожд",),
        ServiceKind.CORRECTION: ("коррекц",),
        ServiceKind.DIAGNOSTICS: ("диагност",),
        ServiceKind.EDUCATION: ("просвещ", "лекц", "бесед"),
        ServiceKind.MEDIATION: ("посреднич",),
        ServiceKind.CULTURAL: ("социокульт",),
        ServiceKind.LEGAL_PAPERS: ("оформлен", "юридическ"),
        ServiceKind.LEISURE: ("досуг",),
        ServiceKind.SOCIAL_SERVICE: ("услуг",),
    }
)
"""What a service is, told by its own name or by a column of kinds; in the order they are tried."""

SERVICES = Sheet(
    key="services",
    title="Журнал услуг",
    key_field="recipient",
    fields=(
        Field(
            "no", "№ п/п", Running(), ("№ =п =п", "=п =п", "=№", "номер =п =п", "порядков номер", "=пп"), starts=True
        ),
        Field(
            "date",
            "Дата",
            DayOfMonth(),
            ("дат оказан", "дат предоставл", "дат услуг", "=дата", "дат", "=число", "=день", "когда"),
            required="no_date",
            missing="не указана дата: впишите её",
            carried=True,
        ),
        Field("case_no", "№ дела", Text(40), ("№ дел", "номер дел", "дел №")),
        Field(
            "recipient",
            "Получатель",
            Recipient(),
            ("фио получател", "получател", "фио", "фамили имя", "гражданин", "клиент", "заявител", "=семья",
             "обслуживаем", "кому", "несовершеннолетн", "ребен"),
            required="no_recipient",
            missing="не указан получатель: впишите фамилию, имя и отчество",
            parts=True,
        ),
        Field(
            "service",
            "Услуга",
            Text(),
            ("наименован услуг", "вид услуг", "назван услуг", "услуг", "наименован работ", "вид работ", "вид помощ",
             "содержан работ", "оказан помощ", "что сделан", "мероприят"),
            required="no_service",
            missing="не указана услуга: впишите её",
        ),
        Field("direction", "Направление", DIRECTIONS, ("направлен", "вид социальн услуг", "групп услуг")),
        Field("kind", "Вид", KINDS, ("=вид",)),
        Field("quantity", "Количество", Quantity(), ("количеств", "кол", "объем", "сколько", "=раз")),
        Field("minutes", "Время, мин", Minutes(), ("=мин", "минут", "длительн", "продолжительн", "затрач")),
        Field(
            "performer",
            "Исполнитель",
            Performer(),
            ("фио исполнител", "фио специалист", "фио сотрудник", "исполнител", "специалист", "сотрудник",
             "кто оказал", "соц работник", "социальн работник", "ответствен", "куратор"),
            required="no_performer",
            missing="не указан исполнитель: впишите фамилию и инициалы сотрудника",
        ),
        Field("place", "Место", PLACES, ("мест", "где", "форм")),
        Field("recipient_mark", "Отметка получателя", Signed(), ("отметк получател", "подпис получател", "роспис")),
        Field("result", "Результат", Text(2000), ("результат",)),
        Field("note", "Примечание", Text(2000), ("примеч", "коммент", "замет", "дополнит")),
    ),
)  # fmt: skip
"""A journal of services given."""

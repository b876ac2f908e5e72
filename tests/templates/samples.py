"""Invented pages of the engine: list, card, form, conflict."""

from __future__ import annotations

from typing import Any

from app.register.pages import (
    Act,
    Badge,
    Blank,
    Cell,
    Change,
    Chip,
    Clash,
    ColumnHead,
    ConflictPage,
    Day,
    DetailPage,
    Event,
    FactsPart,
    FieldView,
    FilterControl,
    FormPage,
    FormPart,
    ListPage,
    PageLink,
    Pager,
    Row,
    Tab,
)
from app.register.shell_page import MenuGroup, MenuItem, Shell

SHELL = Shell(
    unit="Верхнеозёрский КЦСОН",
    menu=(
        MenuGroup("", (MenuItem("Сегодня", "/home", "sun", count=7, hot="просрочено"),)),
        MenuGroup(
            "Семьи",
            (
                MenuItem("Семьи и дети", "/list", "people", current=True),
                MenuItem("Дела сопровождения", "/detail", "folder2-open"),
            ),
        ),
        MenuGroup(
            "Сопровождение",
            (
                MenuItem("Программы", "/programme", "list-check"),
                MenuItem("Журнал услуг", "/empty", "journal-text", count=2),
            ),
        ),
        MenuGroup(
            "Решения",
            (
                MenuItem("На рассмотрении", "/waiting", "hourglass-split", count=4),
                MenuItem("Заседания", "/meeting", "calendar2-week"),
            ),
        ),
        MenuGroup("Отчётность", (MenuItem("Реестры и отчёты", "/reports", "bar-chart"),)),
    ),
    name="Журавлёва Н. С.",
    position="участковый соцработник",
    initials="НЖ",
    profile_url="/profile",
    logout_url="/logout",
    search_url="/list",
    quick=(Act("visit", "Визит в семью", "/form", "geo-alt"), Act("family", "Новую семью", "/form", "people")),
    dock=(MenuItem("Сегодня", "/home", "sun"), MenuItem("Семьи", "/list", "people", current=True)),
)

HEADS = (
    ColumnHead("name", "Семья", sort_url="/list?order=-name", sorted="ascending"),
    ColumnHead("number", "№ дела", sort_url="/list?order=number"),
    ColumnHead("address", "Адрес"),
    ColumnHead("children", "Детей", css="num"),
    ColumnHead("stage", "Этап"),
    ColumnHead("due", "Срок", css="date", on_phone=True),
    ColumnHead("curator", "Куратор"),
)


def _row(number: int, name: str, due: Cell) -> Row:
    cells = (
        Cell(name, small="Щёголева П. Ф.", href="/detail"),
        Cell(f"{number}/2026"),
        Cell("с. Берёзовый Яр", small="ул. Озёрная, 31"),
        Cell(str(number % 6), css="num"),
        Cell("Реализация", icon="play-circle"),
        due,
        Cell("не назначен", empty=True) if number % 5 == 0 else Cell("Журавлёва Н. С."),
    )
    return Row(number, name, cells)


DUES = (
    Cell("12.03.2026", css="date"),
    Cell("20.02.2026", tone="warn", small="скоро"),
    Cell("13.02.2026", tone="bad", small="просрочено"),
    Cell("нет", empty=True),
)
NAMES = ("Абдурахмановы-Зверобоевы", "Буслаевы", "Вьюговы", "Грачёвы", "Ёлкины-Подъяблонские", "Щёголевы")
ROWS = tuple(_row(number, NAMES[number % 6], DUES[number % 4]) for number in range(1, 26))

FILTERS = (
    FilterControl("name", "Семья", "text", (("has", "содержит"), ("is", "равно"), ("empty", "не указано"))),
    FilterControl(
        "due", "Срок", "date", (("is", "в этот день"), ("between", "с … по …")), op="between", value="01.02.2026"
    ),
    FilterControl(
        "stage", "Этап", "choice", (("in", "один из"),), values=("p",), choices=(("v", "выявление"), ("p", "программа"))
    ),
    FilterControl("curator", "Куратор", "ref", (("is", "это"),), lookup_url="/lookup"),
    FilterControl("young", "Есть дети до трёх лет", "flag", (("is", "это"),)),
    FilterControl("children", "Детей", "number", (("ge", "не меньше"), ("between", "от и до"))),
)

PAGER = Pager(
    first=1,
    last=25,
    total=148,
    words="1–25 из 148",
    links=(PageLink(1, "/list", True), PageLink(2, "/list?p=2"), PageLink(None), PageLink(6, "/list?p=6")),
    next_url="/list?p=2",
    sizes=((25, "/list", True), (50, "/list?n=50", False), (100, "/list?n=100", False)),
)

ASSIGN = Act(
    "assign",
    "Назначить куратора",
    "/confirm",
    "person-check",
    method="post",
    confirm="Назначить куратора 3 семьям?",
    fields=(FieldView("curator", "Куратор", "ref", required=True, lookup_url="/lookup", span=6),),
)
STOP = Act(
    "stop",
    "Прекратить сопровождение",
    "/confirm",
    "archive",
    method="post",
    tone="danger",
    confirm="Прекратить сопровождение семьи Огурцовых?",
    fields=(FieldView("reason", "Причина", "prose", required=True, hint="Она войдёт в приказ.", span=6),),
)

LIST = ListPage(
    title="Семьи",
    caption="Семьи, 1–25 из 148, по фамилии",
    url="/list",
    columns=HEADS,
    rows=ROWS,
    pager=PAGER,
    intro="Все семьи участка № 3.",
    keep=(("order", "name"),),
    chips=(Chip("Этап", "программа", "/list"), Chip("Участок", "кроме центра", "/list")),
    filters=FILTERS,
    chooser=tuple((head.name, head.label, True) for head in HEADS),
    head=(
        Act("export", "Выгрузить в Excel", "/list", "file-earmark-spreadsheet"),
        Act("new", "Новая семья", "/form", "plus-lg", tone="primary"),
    ),
    bulk=(ASSIGN, Act("print", "Листы визитов", "/list", "printer", method="post")),
    bulk_url="/bulk",
)

EMPTY = ListPage(
    title="Визиты",
    caption="Визиты",
    url="/empty",
    columns=HEADS,
    rows=(),
    pager=Pager(0, 0, 0, "Найдено 0"),
    blank=Blank(
        "Визитов пока нет",
        "Запишите первый: дата и время подставятся сами.",
        "geo-alt",
        (Act("new", "Записать визит", "/form", tone="primary"),),
    ),
)

FACTS = FactsPart(
    "Основное",
    (
        ("Договор", Cell("№ 4/2026", href="/detail")),
        ("Адрес", Cell("с. Берёзовый Яр, ул. Озёрная, 7, кв. 2")),
        ("Доход", Cell("9 140 ₽ на человека")),
        ("Отец", Cell("нет сведений", empty=True)),
        ("Состояние", Cell("на сопровождении", tone="info")),
    ),
)


STAGES = (
    {"label": "Выявление и банк данных", "small": "с 12.01.2026", "state": "done"},
    {"label": "Договор", "small": "с 06.02.2026", "state": "done"},
    {"label": "Разработка и утверждение программы", "small": "3-й из 5", "state": "current"},
    {"label": "Реализация программы", "small": "", "state": ""},
    {"label": "Завершение", "small": "", "state": ""},
)


def detail(**kind: Any) -> DetailPage:
    """Return a card whose current tab shows *kind*."""
    return DetailPage(
        title="Семья Щёголевых",
        url="/detail",
        line="Дело № 14/2026 · с. Берёзовый Яр, ул. Озёрная, 7, кв. 2 · куратор Журавлёва Н. С. с 10.02.2026",
        badges=(
            Badge("программа на рассмотрении", "info"),
            Badge("утвердить до 25.02", "warn"),
            Badge("многодетная", "", "people"),
        ),
        acts=(
            Act("visit", "Записать визит", "/form", "geo-alt", tone="primary"),
            Act("edit", "Изменить", "/form", "pencil"),
        ),
        more=(Act("print", "Напечатать карточку", "/detail", "printer", method="post"), STOP),
        tabs=(
            Tab("main", "Обзор", "/detail", current="parts" in kind),
            Tab("visits", "Визиты и услуги", "/related", current="related" in kind, count=7),
            Tab("history", "История", "/history", current="history" in kind),
        ),
        crumbs=(("Мои семьи", "/list"),),
        extra={"stages": STAGES},
        **kind,
    )


HISTORY = (
    Day(
        "Сегодня",
        (
            Event("9:40", "Журавлёва Н. С.", "Программа, версия 2, отправлена на рассмотрение.", "send"),
            Event(
                "9:02",
                "Журавлёва Н. С.",
                "Изменены сведения о семье.",
                "pencil",
                (Change("Телефон", "+7 900 000-14-20", "+7 900 000-14-26"), Change("Жильё", "", "квартира")),
            ),
        ),
    ),
    Day("вторник, 17 февраля", (Event("16:20", "Берёзкина Е. Ё.", "Версия 1 возвращена.", "arrow-return-left"),)),
)

FORM = FormPage(
    title="Новая семья",
    url="/form",
    intro="Обязательно только то, что не помечено «необязательно».",
    error="Семья не сохранена: исправьте 3 поля.",
    hidden=(("once", "abc"), ("version", "3")),
    save_more="Сохранить и добавить ещё",
    cancel_url="/list",
    crumbs=(("Семьи", "/list"),),
    parts=(
        FormPart(
            "Законный представитель",
            (
                FieldView("last", "Фамилия", "line", "Щёголева", required=True, span=2, max_length=250),
                FieldView("first", "Имя", "line", "Пелагея", required=True, span=2),
                FieldView("middle", "Отчество", "line", "Фёдоровна", span=2),
                FieldView(
                    "born", "Дата рождения", "date", "03.05.1991", required=True, hint="Можно набрать 3.5.91", span=2
                ),
                FieldView("tel", "Телефон", "phone", "+7 900 000-14-26", span=2),
                FieldView("mail", "Почта", "email", span=2, advice="Без почты копия договора не отправится."),
                FieldView("place", "Населённый пункт", "ref", "3", ref_text="с. Берёзовый Яр", lookup_url="/lookup"),
                FieldView("street", "Улица, дом, квартира", "line", "ул. Озёрная, 7, кв. 2"),
            ),
        ),
        FormPart(
            "Дети",
            (
                FieldView(
                    "snils",
                    "СНИЛС",
                    "snils",
                    "112-233-445 90",
                    span=2,
                    error="Последние две цифры не сходятся. Сверьте номер с карточкой.",
                ),
                FieldView("at", "Когда приходила", "moment", "17.02.2026 11:10", span=2),
                FieldView("income", "Доход", "money", "9140,00", span=2),
                FieldView("kids", "Сколько детей", "number", "3", span=2),
                FieldView("large", "Многодетная", "flag", "1", span=4),
                FieldView(
                    "health", "Сведения о здоровье", "locked", "Нужно письменное согласие (152-ФЗ, ст. 10).", span=6
                ),
                FieldView(
                    "sex",
                    "Пол",
                    "choice",
                    required=True,
                    choices=(("f", "женский"), ("m", "мужской")),
                    error="Выберите пол.",
                ),
                FieldView(
                    "kin", "Кем приходится", "choice", "2", choices=tuple((str(n), f"родство {n}") for n in range(6))
                ),
                FieldView(
                    "source",
                    "Как узнали о семье",
                    "choices",
                    values=("1",),
                    choices=(("1", "сама обратилась"), ("2", "рейд"), ("3", "школа")),
                    span=6,
                ),
                FieldView(
                    "needs",
                    "Что нужно семье",
                    "choices",
                    values=("4",),
                    choices=tuple((str(n), f"вид помощи № {n}") for n in range(12)),
                    span=6,
                ),
                FieldView("note", "Что важно знать", "prose", "Собака во дворе.", span=6, error="Напишите подробнее."),
                FieldView("ghost", "", "hidden", "7"),
            ),
        ),
    ),
)

CONFLICT = ConflictPage(
    title="Семья: Щёголевы",
    url="/conflict",
    who="Кораблёва А. И.",
    when="10:14",
    clashes=(
        Clash("tel", "Телефон", "+7 900 000-14-20", "+7 900 000-14-26", "+7 900 000-14-62"),
        Clash("address", "Адрес", "", "ул. Озёрная", ""),
    ),
    merged=(("Жильё", "Квартира, 41 м²", "Кораблёва А. И."), ("Что важно знать", "", "ваше")),
    hidden=(("version", "4"),),
    cancel_url="/detail",
    crumbs=(("Семьи", "/list"),),
)

PASSWORD = FormPage(
    title="Новый пароль",
    url="/password",
    save="Сменить пароль",
    cancel_url="/profile",
    parts=(
        FormPart(
            "",
            (
                FieldView("old", "Прежний пароль", "password", required=True, span=6),
                FieldView("new", "Новый пароль", "password", required=True, hint="Не короче 10 знаков.", span=6),
                FieldView("again", "Новый пароль ещё раз", "password", required=True, span=6),
            ),
        ),
    ),
)

"""Invented pages of the office: loading a workbook, reports, the account."""

from __future__ import annotations

import datetime as dt

from app.register.pages import Act, Badge, FieldView
from tests.templates.samples import FACTS, PAGER
from tests.templates.work import part, row

UPLOAD = dict(
    title="Загрузка из Excel",
    line="Таблица может быть любой: сначала система покажет, что поняла.",
    crumbs=(),
    url="/upload",
    error="Файл защищён паролем. Снимите пароль в Excel и выберите снова.",
    choices=(("families", "Семьи и дети"), ("services", "Оказанные услуги")),
    chosen="families",
    accept=".xlsx,.csv",
    hint="Подойдут .xlsx и .csv до 20 МБ.",
    recent=part(
        "Прежние загрузки",
        row("Банк данных.xlsx", "17.02.2026, 183 строки", act=Act("undo", "Отменить", "/undo", method="post")),
    ),
)

PREVIEW = dict(
    title="Проверьте, прежде чем загрузить",
    line="Файл «Банк данных семей.xlsx», лист «Район», данные в строках 7–214. Пока ничего не записано.",
    crumbs=(("Загрузка из Excel", "/upload"),),
    cancel=Act("cancel", "Отменить загрузку", "/x", "x-lg", "post"),
    hidden=(("token", "abc"),),
    map_url="/map",
    columns=(
        dict(
            letter="B",
            header="ФИО законного представителя",
            example="ЩЁГОЛЕВА П.Ф.",
            target="parent",
            reason="по заголовку",
            sure=True,
        ),
        dict(
            letter="H", header="Примеч.", example="", target="", reason="заголовок не узнан: выберите сами", sure=False
        ),
    ),
    targets=(("parent", "Представитель: ФИО"), ("note", "Семья: что важно знать")),
    views=(
        dict(label="Все", count=201, url="/preview", current=False),
        dict(label="С замечаниями", count=17, url="/preview", current=True),
    ),
    heads=("Представитель (B)", "Родился (D)"),
    rows=(
        dict(
            no=48,
            state=Badge("не загрузится", "bad"),
            cells=(
                dict(text="Лапшина К. И.", tone="", small=""),
                dict(text="31.02.2017", tone="bad", small="D48: в феврале нет 31-го числа"),
            ),
        ),
        dict(
            no=90,
            state=Badge("загрузится", "warn"),
            cells=(
                dict(text="Фёдоровская Э. Ю.", tone="warn", small="B90: латинская «o» заменена"),
                dict(text="", tone="", small=""),
            ),
        ),
    ),
    pager=PAGER,
    shown="Показаны 2 из 17 строк: не загрузятся 6, с замечаниями 11",
    marked_url="/list",
    url="/load",
    ways=(
        dict(value="all", label="Всё или ничего.", hint="Сначала исправлю файл"),
        dict(value="good", label="Только строки без замечаний.", hint="Остальные вернутся файлом"),
    ),
    chosen="good",
    save="Загрузить 183 строки",
    promise="Загрузку можно будет отменить целиком.",
)

PERIOD = (
    FieldView("date_from", "С", "date", "01.02.2026", required=True, span=2),
    FieldView("date_to", "По", "date", "28.02.2026", required=True, span=2),
    FieldView("curator", "Куратор", "ref", lookup_url="/lookup", span=2),
)
REPORTS = dict(
    title="Реестры и отчёты",
    line="Каждый файл записывается в журнал: кто, когда и сколько строк.",
    crumbs=(),
    groups=(
        dict(
            title="Ежемесячные",
            reports=(
                dict(
                    key="bank",
                    title="Банк данных семей",
                    about="Семьи на сопровождении.",
                    icon="",
                    url="/list",
                    fields=(),
                    save="",
                    open=False,
                ),
                dict(
                    key="work",
                    title="Журнал услуг",
                    about="Услуги за срок.",
                    icon="journal-text",
                    url="/list",
                    fields=PERIOD,
                    save="",
                    open=True,
                ),
            ),
        ),
    ),
)

PROFILE = dict(
    title="Журавлёва Надежда Семёновна",
    line="Участковый соцработник, отделение срочного обслуживания",
    facts=FACTS,
    roles=("Куратор", "Секретарь заседаний"),
    acts=(Act("password", "Сменить пароль", "/password", "key"),),
    entries=(
        dict(when="18.02.2026, 8:02", where="192.0.2.14", state=Badge("сейчас", "ok")),
        dict(when="17.02.2026, 8:10", where="192.0.2.14", state=None),
    ),
)

ROLES = dict(
    title="Права ролей",
    line="Поставленные настройки можно менять: обновление их не тронет.",
    crumbs=(("Настройка", "/home"),),
    url="/roles",
    hidden=(("role", "curator"),),
    roles=(dict(label="Куратор", url="/roles", current=True), dict(label="Заведующая", url="/roles", current=False)),
    actions=("смотреть", "вносить", "изменять", "удалять", "выгружать"),
    read_only=False,
    groups=(
        dict(
            title="Семьи",
            rows=(
                dict(title="Семьи и дети", cells=tuple(dict(value=f"families:{n}", checked=n < 3) for n in range(5))),
                dict(
                    title="Журнал изменений", cells=(dict(value="journal:list", checked=True), None, None, None, None)
                ),
            ),
        ),
    ),
)

ONE_TIME = {
    "title": "Пароль для входа «berezkina»",
    "staff": "Берёзкина Евдокия Ёлкина, заведующая отделением",
    "username": "berezkina",
    "password": "кедр-47-облако",
    "crumbs": (("Входы", "/list"),),
    "back_url": "/detail",
    "at": dt.datetime(2026, 2, 18, 10, 20),
}

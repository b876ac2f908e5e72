"""Invented pages of the office: loading a workbook, reports, the account."""

from __future__ import annotations

from types import SimpleNamespace as N

from app.register.pages import Act, Badge, FieldView
from tests.templates.samples import FACTS, PAGER
from tests.templates.work import part, row

UPLOAD = N(
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

PREVIEW = N(
    title="Проверьте, прежде чем загрузить",
    line="Файл «Банк данных семей.xlsx», лист «Район», данные в строках 7–214. Пока ничего не записано.",
    crumbs=(("Загрузка из Excel", "/upload"),),
    cancel=Act("cancel", "Отменить загрузку", "/x", "x-lg", "post"),
    hidden=(("token", "abc"),),
    map_url="/map",
    columns=(
        N(
            letter="B",
            header="ФИО законного представителя",
            example="ЩЁГОЛЕВА П.Ф.",
            target="parent",
            reason="по заголовку",
            sure=True,
        ),
        N(letter="H", header="Примеч.", example="", target="", reason="заголовок не узнан: выберите сами", sure=False),
    ),
    targets=(("parent", "Представитель: ФИО"), ("note", "Семья: что важно знать")),
    views=(
        N(label="Все", count=201, url="/preview", current=False),
        N(label="С замечаниями", count=17, url="/preview", current=True),
    ),
    heads=("Представитель (B)", "Родился (D)"),
    rows=(
        N(
            no=48,
            state=Badge("не загрузится", "bad"),
            cells=(
                N(text="Лапшина К. И.", tone="", small=""),
                N(text="31.02.2017", tone="bad", small="D48: в феврале нет 31-го числа"),
            ),
        ),
        N(
            no=90,
            state=Badge("загрузится", "warn"),
            cells=(
                N(text="Фёдоровская Э. Ю.", tone="warn", small="B90: латинская «o» заменена"),
                N(text="", tone="", small=""),
            ),
        ),
    ),
    pager=PAGER,
    shown="Показаны 2 из 17 строк: не загрузятся 6, с замечаниями 11",
    marked_url="/list",
    url="/load",
    ways=(
        N(value="all", label="Всё или ничего.", hint="Сначала исправлю файл"),
        N(value="good", label="Только строки без замечаний.", hint="Остальные вернутся файлом"),
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
REPORTS = N(
    title="Реестры и отчёты",
    line="Каждый файл записывается в журнал: кто, когда и сколько строк.",
    crumbs=(),
    groups=(
        N(
            title="Ежемесячные",
            reports=(
                N(
                    key="bank",
                    title="Банк данных семей",
                    about="Семьи на сопровождении.",
                    icon="",
                    url="/list",
                    fields=(),
                    save="",
                    open=False,
                ),
                N(
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

PROFILE = N(
    title="Журавлёва Надежда Семёновна",
    line="Участковый соцработник, отделение срочного обслуживания",
    facts=FACTS,
    roles=("Куратор", "Секретарь заседаний"),
    acts=(Act("password", "Сменить пароль", "/password", "key"),),
    entries=(
        N(when="18.02.2026, 8:02", where="192.0.2.14", state=Badge("сейчас", "ok")),
        N(when="17.02.2026, 8:10", where="192.0.2.14", state=None),
    ),
)

ROLES = N(
    title="Права ролей",
    line="Поставленные настройки можно менять: обновление их не тронет.",
    crumbs=(("Настройка", "/home"),),
    url="/roles",
    hidden=(("role", "curator"),),
    roles=(N(label="Куратор", url="/roles", current=True), N(label="Заведующая", url="/roles", current=False)),
    actions=("смотреть", "вносить", "изменять", "удалять", "выгружать"),
    read_only=False,
    groups=(
        N(
            title="Семьи",
            rows=(
                N(title="Семьи и дети", cells=tuple(N(value=f"families:{n}", checked=n < 3) for n in range(5))),
                N(title="Журнал изменений", cells=(N(value="journal:list", checked=True), None, None, None, None)),
            ),
        ),
    ),
)

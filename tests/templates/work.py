"""Invented pages of the work itself: the day, a programme, a meeting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.register.pages import Act, Badge, Blank, Cell, FactsPart, FieldView
from tests.templates.samples import ASSIGN, LIST

WAITS = Badge("решения нет", "warn")
APPROVED = Badge("утверждена", "ok")


def row(what: str, text: str = "", **rest: Any) -> dict[str, Any]:
    """Return a line of work."""
    made = {
        "when": "",
        "when_small": "",
        "tone": "",
        "what": what,
        "url": "/detail",
        "text": text,
        "act": None,
        "state": None,
    }
    return dict(**{**made, **rest})


def part(title: str, *rows: dict[str, Any], more: tuple[str, str] | None = None, blank: str = "") -> dict[str, Any]:
    """Return a section of work."""
    return dict(title=title, rows=rows, more=more, blank=blank)


DUE = part(
    "Сроки",
    row(
        "Отчёт за январь: семья Рыжёновых",
        "Дело № 3/2026 · срок 30.01 и ещё 3 рабочих дня прошли",
        when="04.02, ср",
        when_small="10 рабочих дней",
        tone="bad",
        act=Act("report", "Сдать отчёт", "/form"),
    ),
    row(
        "Ответ школы-интерната о месте для Артёма Щёголева",
        "Запрос № 8 от 04.02",
        when="18.02, ср",
        when_small="сегодня",
        tone="warn",
        act=Act("remind", "Напомнить", "/remind", method="post"),
    ),
    row("Семья Рыжёновых", "пос. Ёлочный", when="09:30", state=Badge("записан", "ok")),
    more=("Все мои сроки (14)", "/list"),
)

HOME: dict[str, Any] = {
    "greeting": "Среда, 18 февраля",
    "line": "У вас 23 семьи. До следующего заседания службы — 2 дня: пятница, 20 февраля.",
    "acts": (Act("print", "Лист визитов на день", "/list", "printer"),),
    "tiles": (
        dict(label="просрочено", url="#work-1", number=2, icon="exclamation-octagon-fill", tone="bad"),
        dict(label="сроков на этой неделе", url="/list", number=5, icon="clock-history", tone="warn"),
        dict(label="визита сегодня", url="/list", number=3, icon="geo-alt", tone=""),
        dict(label="вернулось на доработку", url="/list", number=0, icon="arrow-return-left", tone=""),
    ),
    "work": (DUE, part("Мои визиты сегодня", blank="Визитов на сегодня нет.")),
    "aside": (
        part("Вернулось на доработку", row("Программа семьи Буслаевых", "Берёзкина Е. Ё., вчера: «Нет срока»")),
        part("Скоро закончится", row("Справка МСЭ: Артём Щёголев", "до 19.04.2026", state=Badge("60 дней", "warn"))),
    ),
    "bars": (
        dict(title="Дела по этапам", url="/list", pairs=(("Выявление", 9), ("Личное дело", 14), ("Реализация", 107))),
    ),
    "table": replace(LIST, rows=LIST.rows[:4]),
}

FIRST_RUN: dict[str, Any] = {
    "greeting": "Здравствуйте, Тимофей Андреевич",
    "line": "В системе пока нет ни одной семьи. Пройдите четыре шага.",
    "steps": (
        dict(title="Назвать центр", text="Верхнеозёрский КЦСОН", done=True, act=Act("unit", "Изменить", "/form")),
        dict(
            title="Добавить сотрудников",
            text="Хотя бы одного куратора.",
            done=False,
            act=Act("staff", "Добавить", "/form"),
        ),
        dict(
            title="Загрузить семьи",
            text="Из вашей таблицы Excel.",
            done=False,
            act=Act("load", "Выбрать файл", "/upload"),
        ),
    ),
}

SKIPPED = (("Нестёркины", "Не подписан договор. Сначала подпишите его."), ("Калёновы", "Дело приостановлено."))

WAITING = dict(
    title="На рассмотрении",
    line="4 программы ждут решения.",
    crumbs=(),
    acts=(),
    blank=Blank("Ничего не ждёт решения", "Здесь появятся отправленные программы.", "hourglass-split"),
    groups=(
        part(
            "Заседание службы",
            row("Программа семьи Щёголевых", "Журавлёва Н. С.", when="с 18.02", when_small="сегодня", state=WAITS),
        ),
        part("Реабилитационный совет", blank="Для этого органа ничего нет."),
    ),
)


def line(label: str, text: str, *, changed: bool = False) -> dict[str, Any]:
    """Return a line of a measure in the comparison."""
    return dict(label=label, text=text, changed=changed)


PROGRAMME = dict(
    title="Индивидуальная программа сопровождения",
    line="Семья Щёголевых, дело № 14/2026. Срок программы: 24.02.2026 – 09.02.2027.",
    crumbs=(("Мои семьи", "/list"), ("Щёголевы", "/detail")),
    acts=(
        Act("print", "Напечатать", "/programme", "printer"),
        Act("withdraw", "Отозвать", "/x", "arrow-counterclockwise", "post"),
    ),
    more=(),
    badges=(Badge("на рассмотрении", "info"),),
    error="",
    note=dict(
        tone="warn",
        strong="Версия 2 на рассмотрении с 18.02.2026, изменить её нельзя.",
        text="Решение примет заседание № 3.",
    ),
    compare=dict(
        url="/programme",
        old=dict(label="Версия 1", small="возвращена 17.02.2026"),
        new=dict(label="Версия 2", small="на рассмотрении с 18.02.2026"),
        choices=(("1", "версию 1"), ("2", "версию 2"), ("3", "версию 3")),
        old_value="1",
        new_value="2",
        rows=(
            dict(
                kind="changed",
                title="Занятия с логопедом",
                old=(line("", "1 раз в неделю", changed=True), line("Срок", "", changed=True)),
                new=(line("", "2 раза в неделю", changed=True), line("Срок", "30.06.2026", changed=True)),
                reason="",
            ),
            dict(
                kind="added",
                title="Подвоз до школы",
                old=None,
                new=(line("Исполнитель", "школа-интернат", changed=True),),
                reason="",
            ),
            dict(
                kind="removed",
                title="Мобильная библиотека",
                old=(line("", "1 раз в месяц", changed=True),),
                new=None,
                reason="семья отказалась",
            ),
            dict(kind="same", title="Прокат ходунков", old=None, new=None, reason=""),
        ),
    ),
    measures=(
        dict(
            no=1,
            title="Занятия с логопедом",
            url="/detail",
            small="2 раза в неделю",
            recipient="Артём",
            executor="детская поликлиника",
            due="30.06.2026",
            state=Badge("в работе", "info"),
            acts=(ASSIGN,),
        ),
        dict(no=2, title="Подвоз до школы", url="", small="", recipient="", executor="", due="", state=None, acts=()),
    ),
    facts=(
        FactsPart(
            "Цель и срок", (("Цель", Cell("Фраза из трёх слов к июню")), ("Задачи", Cell("не указаны", empty=True)))
        ),
    ),
    way=(
        dict(title="Составлена", small="17.02, Журавлёва Н. С.", state="done", url=""),
        dict(title="Ждёт решения заседания № 3", small="20.02 в 14:00", state="current", url="/meeting"),
        dict(title="Действует", small="после подписания протокола", state="", url=""),
    ),
    checks=(
        dict(tone="ok", text="9 мероприятий", hint="", act=None),
        dict(
            tone="bad",
            text="Семья не согласовала программу",
            hint="Порядок, п. 4.1",
            act=Act("agree", "Отметить согласие", "/form"),
        ),
        dict(tone="warn", text="Справка МСЭ истекает", hint="Не мешает", act=None),
    ),
    versions=(
        dict(
            label="Версия 2",
            url="/programme",
            small="18.02.2026, 9 мероприятий",
            state=Badge("на рассмотрении", "warn"),
            current=True,
        ),
        dict(
            label="Версия 1",
            url="/programme",
            small="",
            state=Badge("возвращена", "bad", "arrow-return-left"),
            current=False,
        ),
    ),
)

DECISION = dict(
    url="/decide",
    hidden=(("version", "1"),),
    save="Записать решение",
    open=True,
    error="",
    fields=(
        FieldView(
            "kind",
            "Решение",
            "choice",
            "return_programme",
            required=True,
            span=6,
            choices=(
                ("approve_programme", "утвердить"),
                ("return_programme", "вернуть на доработку"),
                ("reject_programme", "отклонить"),
            ),
        ),
        FieldView("reason", "Причина", "prose", required=True, span=6, error="Напишите причину: её увидит куратор."),
        FieldView("votes_for", "За", "number", "4", required=True, span=2),
        FieldView("votes_against", "Против", "number", "1", required=True, span=2),
        FieldView("votes_abstained", "Воздержались", "number", "0", required=True, span=2),
    ),
)

MEETING = dict(
    title="Заседание службы сопровождения № 3",
    line="Пятница, 20.02.2026, 14:00, кабинет 5. Председатель Берёзкина Е. Ё., секретарь Кораблёва А. И.",
    crumbs=(("Заседания", "/list"),),
    acts=(Act("draft", "Проект протокола", "/meeting", "printer"),),
    badges=(),
    error="",
    steps=(("Повестка закрыта", "done"), ("Заседание идёт", "current"), ("Протокол", ""), ("Подписи", "")),
    items=(
        dict(
            id=1,
            no=1,
            title="Программа семьи Буслаевых",
            url="/programme",
            state=APPROVED,
            line="За 5, против 0, воздержались 0.",
            acts=(),
            form=None,
        ),
        dict(
            id=2,
            no=2,
            title="Программа семьи Щёголевых, версия 2",
            url="/programme",
            state=WAITS,
            line="Докладчик Журавлёва Н. С.",
            acts=(),
            form=DECISION,
        ),
        dict(
            id=4,
            no=3,
            title="Снятие с сопровождения: семья Огурцовых",
            url="",
            state=WAITS,
            line="",
            acts=(Act("remove", "Снять с повестки", "/x", "x-lg", "post", "quiet"),),
            form=dict(**{**DECISION, "open": False}),
        ),
    ),
    add=dict(
        url="/add",
        hidden=(),
        save="Добавить вопрос",
        fields=(
            FieldView("title", "О чём", "line", required=True, span=6),
            FieldView("case", "Дело", "ref", lookup_url="/lookup", span=6),
        ),
    ),
    candidates=part(
        "Ждут следующего заседания",
        row("Программа семьи Пчёлкиных", "отправлена 19.02", act=Act("take", "В повестку", "/x", method="post")),
    ),
    presence=dict(
        state=Badge("кворум есть: 5 из 7", "ok"),
        hint="Решать можно, если пришли 4 из 7.",
        url="/came",
        members=(
            dict(id=1, name="Берёзкина Е. Ё.", small="председатель", came=True),
            dict(id=2, name="Абдурахманова-Зверобоева Ш. Р.", small="в отпуске", came=False),
        ),
    ),
    sign=dict(
        text="Сразу после второй подписи решения вступят в силу.",
        signers=(
            dict(role="Секретарь", name="Кораблёва А. И.", state=Badge("подписал(а) в 15:10", "ok")),
            dict(role="Председатель", name="Берёзкина Е. Ё.", state=Badge("нет подписи")),
        ),
        act=Act("sign", "Подписать протокол", "/sign", "pen", "post", "primary", confirm="Подписать протокол № 3?"),
        blocked="Подписать пока нельзя: нет решения по вопросам 2 и 3.",
    ),
)

"""The page between the file and the load, put together for its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.register.intake import page as pages
from app.register.intake.importer import Importer
from app.register.intake.plan import Plan
from app.register.intake.waiting import WaitingFile
from app.register.intake.work import Seen
from app.register.pages import Act
from app.words import counted

TITLE = "Загрузка из Excel"


def preview_of(importer: Importer, kept: WaitingFile, seen: Seen, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the page of a plan; *asked* are the filter and the number of the page in its address."""
    plan = seen.plan
    here = url_for("Import.check", token=kept.token)
    view = pages.chosen_view(plan, asked.get("view", ""))
    wanted = [item for item in plan.items if not view or item.verdict == view]
    number = asked.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    items = wanted[(at - 1) * pages.PAGE : at * pages.PAGE] if at else []
    heads = pages.heads_of(importer, plan, items)
    ready = len(plan.to_load)
    return {
        "title": "Проверьте, прежде чем загрузить",
        "line": _line(importer, kept, plan),
        "crumbs": ((TITLE, url_for("Import.index")),),
        "cancel": Act("cancel", "Отменить загрузку", url_for("Import.cancel", token=kept.token), "x-lg", "post"),
        "hidden": (("stamp", plan.stamp),),
        "map_url": url_for("Import.columns", token=kept.token),
        "columns": pages.columns_of(plan, seen.recalled),
        "targets": [(target, importer.sheet.label(target)) for target in importer.sheet.targets()],
        "views": pages.views_of(importer, plan, here, view),
        "heads": [label for _, label in heads],
        "rows": pages.rows_of(importer, plan, items, heads),
        "repeated": pages.repeated(importer, plan),
        "pager": pages.pager_of(len(wanted), at, here, view),
        "shown": f"Показано: {importer.counted(len(items))} из {len(wanted)}." if wanted else "",
        "marked_url": "",
        "url": url_for("Import.load", token=kept.token),
        "ways": _ways(importer, plan),
        "chosen": "good" if plan.problems else "all",
        "save": f"Загрузить {counted(ready, *importer.accusative)}" if ready else "",
        "promise": importer.promise if ready else _nothing(plan),
    }


def _ways(importer: Importer, plan: Plan) -> list[dict[str, str]]:
    mend = "Сначала исправлю отмеченное в файле и загружу его снова." if plan.problems else ""
    ways = [{"value": "all", "label": "Всё или ничего.", "hint": mend}]
    if plan.problems:
        ready, left = importer.counted(len(plan.to_load)), importer.counted(len(plan.left_out))
        ways.append({"value": "good", "label": f"Только готовые: {ready}.", "hint": f"Не загрузится: {left}."})
    return ways


def _line(importer: Importer, kept: WaitingFile, plan: Plan) -> str:
    names = [f"«{table.name}»" for table in plan.reading.tables]
    sheets = f"лист {names[0]}" if len(names) == 1 else f"листы {', '.join(names)}"
    unread = "".join(f" Лист «{name}» не прочитан: {why}." for name, why in plan.unread)
    return f"Файл «{kept.name}», {sheets}. {importer.told(plan)}{unread} Пока ничего не записано."


def _nothing(plan: Plan) -> str:
    if plan.missing:
        lacking = sorted({label for labels in plan.missing.values() for label in labels})
        return f"не найдены столбцы: {', '.join(lacking)}. Выберите их выше и прочитайте файл заново."
    return "исправьте отмеченное в файле и выберите его снова." if plan.problems else "всё из этого файла уже есть."

"""The page between the file and the load, put together for its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.register.intake import page as pages
from app.register.intake.giveback import HEADING, file_name
from app.register.intake.importer import Done, Importer
from app.register.intake.plan import OTHER, Plan, Twin
from app.register.intake.waiting import WaitingFile
from app.register.intake.work import Seen
from app.register.pages import Act
from app.words import counted

TITLE = "Загрузка из Excel"
QUESTIONS = 50
"""On likely twins, on one page."""
REMARKS = 5
"""Shown at once; the others are folded."""


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
        "marked_url": url_for("Import.rest", token=kept.token) if plan.left_out else "",
        "answers_url": url_for("Import.answers", token=kept.token),
        "twins": twins_of(importer, plan),
        "remarks": remarks(plan),
        "cautions": importer.cautions(plan) if ready else (),
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
    if plan.unanswered:
        return "ответьте на вопросы о похожих выше или исправьте отмеченное в файле и выберите его снова."
    return "исправьте отмеченное в файле и выберите его снова." if plan.problems else "всё из этого файла уже есть."


# ---- likely twins ------------------------------------------------------------------------------------


def twins_of(importer: Importer, plan: Plan) -> dict[str, Any] | None:
    """Return the questions on likely twins, the unanswered first; nothing when there are none."""
    by_key: dict[str, list[Twin]] = {}
    places: dict[str, str] = {}
    for item in plan.items:
        for twin in item.twins:
            by_key.setdefault(twin.key, []).append(twin)
            places[twin.key] = f"строка {item.group.row}, лист «{item.group.sheet}»"
    if not by_key:
        return None
    known = {key: plan.answers[key] for key, twins in by_key.items() if _is_answer(plan.answers.get(key, ""), twins)}
    keys = sorted(by_key, key=lambda key: key in known)
    return {
        "open": len(by_key) - len(known),
        "said": f"Показано: {min(len(keys), QUESTIONS)} из {len(keys)}. Остальные откроются после ответов."
        if len(keys) > QUESTIONS
        else "",
        "questions": [
            {
                "name": f"twin.{key}",
                "place": places[key],
                "titles": [twin.title for twin in by_key[key]],
                "rows": _side_by_side(by_key[key]),
                "choices": [
                    *((str(twin.record_id), _same(importer, by_key[key], twin)) for twin in by_key[key]),
                    (OTHER, importer.other),
                ],
                "chosen": known.get(key, ""),
            }
            for key in keys[:QUESTIONS]
        ],
    }


def _is_answer(answer: str, twins: list[Twin]) -> bool:
    return answer == OTHER or any(str(twin.record_id) == answer for twin in twins)


def _same(importer: Importer, twins: list[Twin], twin: Twin) -> str:
    return importer.same if len(twins) == 1 else f"{importer.same}: {twin.title}"


def _side_by_side(twins: list[Twin]) -> list[dict[str, Any]]:
    """Return what is told of them: the label, in the file, and of each twin with whether it differs."""
    labels = dict.fromkeys(label for twin in twins for label, _, _ in twin.pairs)
    told = [{label: (file, base) for label, file, base in twin.pairs} for twin in twins]
    rows = []
    for label in labels:
        file = next(pairs[label][0] for pairs in told if label in pairs)
        bases = [pairs[label][1] if label in pairs else "" for pairs in told]
        rows.append(
            {"label": label, "file": file, "bases": [(base, bool(base and file) and base != file) for base in bases]}
        )
    return rows


def answers_from(sent: Mapping[str, str], plan: Plan) -> dict[str, str]:
    """Return the answers chosen on the page; what is no answer to an open question is left aside."""
    twins: dict[str, list[Twin]] = {}
    for item in plan.items:
        for twin in item.twins:
            twins.setdefault(twin.key, []).append(twin)
    return {key: sent[f"twin.{key}"] for key, of in twins.items() if _is_answer(sent.get(f"twin.{key}", ""), of)}


# ---- remarks and the result --------------------------------------------------------------------------


def remarks(plan: Plan) -> dict[str, Any] | None:
    """Return what the book says beside the tables that could not be applied; nothing when all was."""
    shown = {table.name for table in plan.reading.tables}
    loose = [f"Лист «{note.sheet}», {pages.said(note)}" for note in plan.notes if note.sheet not in shown]
    if not loose:
        return None
    return {"total": len(loose), "first": loose[:REMARKS], "more": loose[REMARKS:]}


def result_of(importer: Importer, kept: WaitingFile, done: Done) -> dict[str, Any]:
    """Return the page after a load of the good rows."""
    left = importer.counted(done.left_out)
    return {
        "title": "Готовое загружено",
        "crumbs": ((TITLE, url_for("Import.index")),),
        "sentence": done.sentence,
        "left": f"Осталось исправить: {left}. В книге только эти строки, в столбце «{HEADING}» сказано, что не так. "
        "Исправьте и загрузите её снова.",
        "rest_url": url_for("Import.rest", token=kept.token),
        "rest_name": file_name(kept.name),
        "back_url": done.back_url,
        "check_url": url_for("Import.check", token=kept.token),
        "again_url": url_for("Import.index", sheet=importer.key),
        "drop": Act("cancel", "Удалить файл с сервера", url_for("Import.cancel", token=kept.token), "trash", "post"),
    }

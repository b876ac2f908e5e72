"""What the schema cannot say of an order of work: whether its keys agree with each other.

Codes are unique; roles, departments, bodies and stages that are named exist; every stage is reached and leads to the
end; no guard is asked for that nobody could settle; lists, journals and words agree with the guards in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.profiles.closed import DECISIONS, ENDS
from app.profiles.guards import CHOICES, GUARDS

Problem = tuple[tuple[Any, ...], str]
"""A place in the file, as the path of keys that leads to it, and the sentence about it."""

CODED = ("target_groups", "service_directions", "extra_service_kinds", "help_kinds", "categories", "levels",
         "departments", "roles", "bodies", "anytime", "stages", "deadlines", "personal_file", "periodic")  # fmt: skip
"""Lists whose items have a code of their own."""

FORWARD = ("case.advance", "post.finish")
"""Actions that lead a case on."""

EVERYBODY = "organisation"
"""In a plan of work: the centre as a whole, instead of a role."""


def problems(order: dict[str, Any]) -> list[Problem]:
    """Return what does not agree in *order*, the value of ``profile`` in a file that fits the schema."""
    found: list[Problem] = []
    for check in (_codes, _roles, _ways, _guards, _feasible, _agreement):
        found += check(order)
    return [(("profile", *path), sentence) for path, sentence in found]


def _listed(codes: Iterable[str]) -> str:
    return f"Можно: {', '.join(codes)}." if codes else "Их в этом файле нет."


def _codes(order: dict[str, Any]) -> Iterator[Problem]:
    for name in CODED:
        yield from _unique(order[name], (name,))
    for number, stage in enumerate(order["stages"]):
        yield from _unique(stage["actions"], ("stages", number, "actions"))
        if stage["code"] in ENDS:
            yield ("stages", number, "code"), f"«{stage['code']}» – конец случая, назовите этап иначе."


def _unique(items: list[dict[str, Any]], path: tuple[Any, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, item in enumerate(items):
        if item["code"] in seen:
            yield (*path, number, "code"), f"код «{item['code']}» в этом списке уже есть: у каждого свой."
        seen.add(item["code"])


# ---- roles --------------------------------------------------------------------------------------------------------


def _roles(order: dict[str, Any]) -> Iterator[Problem]:
    departments = [one["code"] for one in order["departments"]]
    roles = {one["code"]: one for one in order["roles"]}
    for number, role in enumerate(order["roles"]):
        if role["department"] and role["department"] not in departments:
            yield ("roles", number, "department"), f"нет отделения «{role['department']}». {_listed(departments)}"
    used: dict[str, set[str]] = {code: set() for code in roles}
    for path, deed in _deeds(order):
        for code in deed["roles"]:
            if code not in roles:
                yield (*path, "roles"), f"нет роли «{code}». {_listed(roles)}"
            elif deed["code"] not in roles[code]["may"]:
                yield (*path, "roles"), f"роли «{code}» действие {deed['code']} не дано: добавьте его в её may."
            else:
                used[code].add(deed["code"])
    for number, role in enumerate(order["roles"]):
        for deed in role["may"]:
            if deed not in used[role["code"]]:
                yield (
                    ("roles", number, "may"),
                    (f"действие {deed} дано роли «{role['code']}», а ни в одном этапе и ни в anytime её с ним нет."),
                )
    named: list[tuple[tuple[Any, ...], list[str]]] = [
        (("periodic", n, "roles"), one["roles"]) for n, one in enumerate(order["periodic"])
    ]
    named.append((("overrides", "roles"), order["overrides"]["roles"]))
    plan = (order["work_plan"] or {"items": []})["items"]
    named += [
        (("work_plan", "items", n, "roles"), [r for r in one["roles"] if r != EVERYBODY]) for n, one in enumerate(plan)
    ]
    for path, codes in named:
        for code in codes:
            if code not in roles:
                yield path, f"нет роли «{code}». {_listed(roles)}"


def _deeds(order: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Walk over every action of every stage and of any time, with its path."""
    for number, deed in enumerate(order["anytime"]):
        yield ("anytime", number), deed
    for at, stage in enumerate(order["stages"]):
        for number, deed in enumerate(stage["actions"]):
            yield ("stages", at, "actions", number), deed


# ---- stages -------------------------------------------------------------------------------------------------------


def _ways(order: dict[str, Any]) -> Iterator[Problem]:
    stages = {one["code"]: one for one in order["stages"]}
    for number, stage in enumerate(order["stages"]):
        for at, way in enumerate(stage["next"]):
            if way["to"] not in stages and way["to"] not in ENDS:
                yield ("stages", number, "next", at, "to"), f"нет этапа «{way['to']}». {_listed([*stages, *ENDS])}"
    reached: set[str] = set()
    waiting = [order["stages"][0]["code"]]
    while waiting:
        code = waiting.pop()
        if code in stages and code not in reached:
            reached.add(code)
            waiting += [way["to"] for way in stages[code]["next"]]
    leading = {"closed"}
    while more := {
        code
        for code, stage in stages.items()
        if code not in leading and any(way["to"] in leading for way in stage["next"])
    }:
        leading |= more
    for number, stage in enumerate(order["stages"]):
        if stage["code"] not in reached:
            yield ("stages", number), f"на этап «{stage['code']}» не попасть: ни один этап на него не ведёт."
        if stage["code"] not in leading:
            yield ("stages", number, "next"), f"от этапа «{stage['code']}» нет пути к closed."
        if not any(deed["code"] in FORWARD for deed in stage["actions"]):
            yield (
                ("stages", number, "actions"),
                (f"на этапе «{stage['code']}» нечем перейти дальше: нужно действие {' или '.join(FORWARD)}."),
            )


def _guards(order: dict[str, Any]) -> Iterator[Problem]:
    for number, stage in enumerate(order["stages"]):
        path = ("stages", number)
        exits = [one["guard"] for one in stage["exit"]]
        for side in ("entry", "exit"):
            named = [one["guard"] for one in stage[side]]
            for at, code in enumerate(named):
                if code in named[:at]:
                    yield (*path, side, at), f"проверка «{code}» стоит здесь дважды."
        for at, code in enumerate(exits):
            if code in CHOICES and len(stage["next"]) > 1:
                yield (
                    (*path, "exit", at),
                    (
                        f"«{code}» выбирает один путь, а в exit закрывает и другой: её место в next, "
                        f"в guards своего пути."
                    ),
                )
        if {"decision_continue", "decision_terminate"} <= set(exits):
            yield (*path, "exit"), "decision_continue и decision_terminate вместе не исполнить."
        for at, chain in enumerate(stage.get("order", [])):
            for code in chain:
                if code not in exits:
                    yield (*path, "order", at), f"в цепочке стоит «{code}», а в exit этого этапа её нет."


def _named(stage: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], str, bool]]:
    """Walk over the guards of *stage*: where each stands, its code, and whether it is asked for on the way in."""
    for side in ("entry", "exit"):
        for at, one in enumerate(stage[side]):
            yield (side, at), one["guard"], side == "entry"
    for at, way in enumerate(stage["next"]):
        for code in way["guards"]:
            yield ("next", at), code, False


def _feasible(order: dict[str, Any]) -> Iterator[Problem]:
    """Tell of guards nobody could settle in time: the action comes later, or is the curator's before there is one."""
    roles = {one["code"]: one for one in order["roles"]}
    decides = {decision for body in order["bodies"] for decision in body["decides"]}
    open_now: dict[str, set[str]] = {}
    for deed in order["anytime"]:
        open_now.setdefault(deed["code"], set()).update(deed["roles"])
    for number, stage in enumerate(order["stages"]):
        before = {code: set(who) for code, who in open_now.items()}
        for deed in stage["actions"]:
            open_now.setdefault(deed["code"], set()).update(deed["roles"])
        curator = "curator.assign" in open_now
        for path, code, on_entry in _named(stage):
            have = before if on_entry and number else open_now
            for deed in GUARDS[code].settled_by:
                who = {
                    role
                    for role in have.get(deed, ())
                    if curator or not roles.get(role, {"by_assignment": False})["by_assignment"]
                }
                if not who:
                    yield (
                        ("stages", number, *path),
                        (f"проверку «{code}» некому исполнить: к этому этапу никому не открыто действие {deed}."),
                    )
            decision = GUARDS[code].decision
            if decision and decision not in decides:
                yield (
                    ("stages", number, *path),
                    (
                        f"проверка «{code}» ждёт решения «{DECISIONS[decision]}», а его не принимает ни один орган: "
                        f"добавьте {decision} в decides."
                    ),
                )


# ---- the rest -----------------------------------------------------------------------------------------------------


def _agreement(order: dict[str, Any]) -> Iterator[Problem]:
    asked = {code for stage in order["stages"] for _, code, _ in _named(stage)}
    words = order["vocabulary"]
    for body, guard in (("approving_body", "programme_approved"), ("recognition_body", "recognition_positive")):
        if (words[body] is None) == (guard in asked):
            yield (
                ("vocabulary", body),
                (f"{body} и проверка «{guard}» не согласованы: либо орган назван и проверка стоит, либо нет обоих."),
            )
    if order["dispatch"]["enabled"] != ("programme_dispatched" in asked):
        yield ("dispatch", "enabled"), "enabled и проверка «programme_dispatched» не согласованы: есть оба или никого."
    support = order["post_support"]
    if support["enabled"] != any(stage["status"] == "post_support" for stage in order["stages"]):
        yield ("post_support", "enabled"), "enabled и этапы со status: post_support не согласованы."
    if support["enabled"] and not support["checks_months"]:
        yield ("post_support", "checks_months"), "постсопровождение включено, а месяцев проверок нет."
    for guard, name in (("has_category", "categories"), ("has_level", "levels"), ("has_ground", "grounds")):
        if guard in asked and not order[name]:
            yield (name,), f"проверка «{guard}» стоит, а список {name} пуст."
    positions = {item["code"] for item in order["personal_file"]}
    for number, item in enumerate(order["personal_file"]):
        if "part_of" in item and item["part_of"] not in positions:
            yield ("personal_file", number, "part_of"), f"нет позиции «{item['part_of']}», частью которой это названо."
    if order["register_counts_from"] == "started_at" and "has_agreement" not in asked:
        yield ("register_counts_from",), "started_at – день договора, а проверки «has_agreement» нет ни в одном этапе."
    if "in_register_journal" in asked and "R03" not in order["journals"]:
        yield ("journals",), "проверка «in_register_journal» стоит, а журнала R03 нет."
    for code in order["journals"]:
        if code not in order["reports"]:
            yield ("journals", code), f"журнала {code} нет в reports: добавьте его туда."

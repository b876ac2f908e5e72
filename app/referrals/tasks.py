"""What may happen to a task inside the centre (S001-1.1, S001-3.1-g, S002-3.5-a; domain.md 3.3).

::

    assign_task ─► new ── take_up ─► in work ── complete ─► done
                    │                  │
                    └───── complete ───┼─────────────────► done
                    └───── decline ────┴─────────────────► declined
"""

from __future__ import annotations

import datetime as dt

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.organisation.models import Department, StaffMember
from app.people.rules import trimmed
from app.programmes.rights import HEADS, is_of_unit, need_part
from app.referrals.models import InternalTask, TaskStatus


def assign_task(
    case: FamilyCase,
    *,
    by: Actor,
    text: str,
    due: dt.date,
    to_staff: StaffMember | None = None,
    to_department: Department | None = None,
) -> InternalTask:
    """Give a task about the family to a member of the staff or to a whole department.

    Raises:
        RuleBroken: *by* has no part in the work with the family or is nobody of the staff, the case has ended, there is
            no text, not exactly one addressee, the person does not work here, or the term has passed.
    """
    need_part(case, by)
    session = session_of(case)
    giver = session.get(StaffMember, by.staff_id) if by.staff_id is not None else case.curator
    if giver is None:
        raise RuleBroken("Поручает сотрудник центра. Войдите как сотрудник.")
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Поручений по нему не дают.")
    if not trimmed(text):
        raise RuleBroken("Напишите, что нужно сделать.", field="text")
    if (to_staff is None) == (to_department is None):
        raise RuleBroken("Выберите, кому поручаете: одного сотрудника или одно отделение.", field="to_staff_id")
    if due < today():
        raise RuleBroken("Этот день уже прошёл. Дайте срок сегодня или позже.", field="due")
    if to_staff is not None and not to_staff.works_on(today()):
        raise RuleBroken(f"{to_staff} у нас не работает. Выберите другого сотрудника.", field="to_staff_id")
    task = InternalTask(
        case=case,
        text=text.strip(),
        giver=giver,
        to_staff=to_staff,
        to_department=to_department,
        due=due,
        status=TaskStatus.NEW,
        service_unit_id=case.service_unit_id,
    )
    session.add(task)
    journal.record(session, by, "task.assign", task, f"Дело № {case.number}: поручение – {to_staff or to_department}.")
    return task


def take_up(task: InternalTask, *, by: Actor) -> None:
    """Begin with a task.

    Raises:
        RuleBroken: it was given to somebody else, or is not new.
    """
    _need_addressee(task, by)
    if task.status is not TaskStatus.NEW:
        raise RuleBroken(f"Поручение уже {task.status.label}.")
    task.status, task.taken_by_id = TaskStatus.IN_WORK, by.staff_id
    journal.record(session_of(task), by, "task.take_up", task, "Поручение взято в работу.")


def complete(task: InternalTask, *, by: Actor, result: str) -> None:
    """End a task as done with its *result*; whoever gave it sees both.

    Raises:
        RuleBroken: it was given to somebody else, is ended, or nothing is said of the result.
    """
    _need_addressee(task, by)
    _end(task, by, "task.complete", TaskStatus.DONE, result, "Напишите, что получилось: это увидит тот, кто поручил.")


def decline(task: InternalTask, *, by: Actor, reason: str) -> None:
    """End a task undone: whoever it was given to cannot do it, or whoever gave it takes it back.

    Raises:
        RuleBroken: *by* neither got nor gave it, it is ended, or no reason is given.
    """
    if by.staff_id is None or by.staff_id != task.from_id:
        _need_addressee(task, by)
    _end(task, by, "task.decline", TaskStatus.DECLINED, reason, "Напишите, почему поручение не выполнено.")


def change_task(task: InternalTask, *, by: Actor, text: str, due: dt.date) -> None:
    """Change what is to be done and until when; only whoever gave it may, while nobody has ended it.

    Raises:
        RuleBroken: *by* did not give it, it is ended, there is no text, or the term has passed.
    """
    if by.staff_id is None or by.staff_id != task.from_id:
        raise RuleBroken("Изменить поручение может тот, кто его дал.")
    if not task.status.is_open:
        raise RuleBroken(f"Поручение уже {task.status.label}, менять его нечего. Дайте новое.")
    if not trimmed(text):
        raise RuleBroken("Напишите, что нужно сделать.", field="text")
    if due != task.due and due < today():
        raise RuleBroken("Этот день уже прошёл. Дайте срок сегодня или позже.", field="due")
    task.text, task.due = text.strip(), due


def is_addressee(task: InternalTask, by: Actor) -> bool:
    """Whether the task is for *by*: given to him, to his department, or in the hands of the head."""
    if by.staff_id is not None and by.staff_id == task.to_staff_id:
        return True
    if task.to_department_id is not None and task.to_department_id == by.department_id:
        return True
    return is_of_unit(task, by) and by.is_any(*HEADS)


def _need_addressee(task: InternalTask, by: Actor) -> None:
    if not is_addressee(task, by):
        raise RuleBroken("Это поручение дано другому. Отметить его может тот, кому поручено, или руководитель службы.")


def _end(task: InternalTask, by: Actor, verb: str, status: TaskStatus, result: str, asked: str) -> None:
    if not task.status.is_open:
        raise RuleBroken(f"Поручение уже {task.status.label}.")
    if not trimmed(result):
        raise RuleBroken(asked, field="result")
    task.status, task.result, task.ended_at = status, result.strip(), today()
    task.taken_by_id = task.taken_by_id or by.staff_id
    journal.record(session_of(task), by, verb, task, f"Поручение {status.label}.")

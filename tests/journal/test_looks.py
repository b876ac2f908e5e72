"""What a look keeps: numbers in ranges, digests of words, many threads in one commit."""

from __future__ import annotations

import ast
import random
import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.journal import looks
from app.journal.aside import Aside
from app.journal.chain import verify
from app.journal.models import JournalRow
from app.journal.words import VERBS, kind_of
from app.programmes.models import VersionStatus

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("ids", "said"), [([], ""), ([5], "5"), ([3, 1, 2, 7, 7], "1-3,7"), ([1, 3], "1,3")])
def test_numbers_are_kept_in_ranges(ids: list[int], said: str) -> None:
    assert looks.in_ranges(ids) == said


def test_a_number_is_in_its_ranges_and_no_other_is() -> None:
    chance = random.Random(1)
    for _ in range(50):
        ids = set(chance.sample(range(1, 60), chance.randrange(0, 40)))
        said = looks.in_ranges(ids)
        assert {pk for pk in range(1, 60) if looks.is_in(said, pk)} == ids


def test_words_have_the_same_digest_however_they_are_typed() -> None:
    assert looks.digests_of("Тестова  МАРИЯ") == looks.digests_of("тестова мария")
    assert set(looks.digests_of("Мария")) < set(looks.digests_of("Мария Тестова"))
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in looks.digests_of("Тестова Ёлкина"))


def test_what_is_no_look_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match=r"case\.open is no look"):
        looks.look(session, SYSTEM, "case.open")


@pytest.mark.both
def test_looks_of_many_threads_are_all_there_and_the_chain_is_whole(session: Session) -> None:
    session.commit()
    bind = session.get_bind()

    def work(number: int) -> None:
        with acting(SYSTEM, writing=False), Session(bind) as own:
            for step in range(20):
                looks.look(own, SYSTEM, looks.CARD, about=("family", number), sentence=str(step), typed="слово")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = session.execute(select(JournalRow.record_id, func.count()).group_by(JournalRow.record_id)).all()
    assert sorted(tuple(one) for one in counts) == [(number, 20) for number in range(6)]
    assert verify(session).broken == ""


def test_those_who_come_meanwhile_are_committed_together(engine: Engine) -> None:
    written: list[list[int]] = []
    first_is_in, go_on = threading.Event(), threading.Event()

    def write(_connection: object, entries: list[int]) -> None:
        written.append(entries)
        first_is_in.set()
        go_on.wait(5)

    queue: Aside[int] = Aside(engine, write)
    threads = [threading.Thread(target=queue.commit, args=(number,)) for number in range(5)]
    threads[0].start()
    first_is_in.wait(5)
    for thread in threads[1:]:
        thread.start()
    while len(queue._queue) < 4:
        threading.Event().wait(0.01)
    go_on.set()
    for thread in threads:
        thread.join()
    assert (written[0], sorted(written[1]), queue.commits) == ([0], [1, 2, 3, 4], 2)


def test_a_row_that_is_not_written_is_told_to_everyone_who_waits(engine: Engine) -> None:
    def write(_connection: object, entries: list[int]) -> None:
        raise OperationalError("insert", {}, Exception("busy"))

    queue: Aside[int] = Aside(engine, write)
    for _ in range(2):
        with pytest.raises(OperationalError):
            queue.commit(1)
    assert (queue._queue, queue.commits) == ([], 0)


def verbs_of_the_code() -> set[str]:
    """Return the verbs that the code gives to the journal."""
    found = {f"programme.{status.value}" for status in (VersionStatus.SUPERSEDED, VersionStatus.COMPLETED,
                                                        VersionStatus.TERMINATED)}  # fmt: skip
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("reports/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("record", "apart", "_move"):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                found.update(text for text in texts if re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", text))
    return found | set(looks.LOOKS) | {"create", "change", "delete"}


def test_every_verb_of_the_code_has_words() -> None:
    verbs = verbs_of_the_code()
    assert {"case.advance", "export", "programme.submit"} < verbs
    assert sorted(verbs - VERBS.keys()) == []


def test_a_verb_belongs_to_one_kind() -> None:
    kinds = {verb: kind_of(verb) for verb in ("look.health", "export", "account.enter", "account.roles", "case.open")}
    assert kinds == {
        "look.health": "Просмотр специальных сведений", "export": "Выгрузка", "account.enter": "Вход и выход",
        "account.roles": "Изменение прав", "case.open": "Работа с данными",
    }  # fmt: skip

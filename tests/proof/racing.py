"""Two people at once, each in a process of its own: what one of them does in a round, and what came of it."""

from __future__ import annotations

import multiprocessing
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.orm import Session

from app import sealing
from app.acting import Actor, acting, clock_at
from app.base import Model, RuleBroken
from app.database import prepare_engine
from tests.databases import TEST_KEYS
from tests.make import DAY

DONE = "done"
PATIENCE = 120
"""Seconds a process may take to start and to run a round on a busy machine."""


@dataclass(frozen=True)
class Turn:
    """What one person does in one round: *step(record, by=by, **more)*; models in *more* are given by their ids."""

    step: Callable[..., object]
    model: type[Model]
    record_id: int
    by: Actor
    more: dict[str, Any]

    def load(self, session: Session) -> tuple[Model, dict[str, Any]]:
        """Read what the person sees before pressing the button."""
        record = session.get_one(self.model, self.record_id)
        more = {
            name: session.get_one(*value) if isinstance(value, tuple) else value for name, value in self.more.items()
        }
        return record, more


def race(url: URL, left: Sequence[Turn], right: Sequence[Turn]) -> list[tuple[str, str]]:
    """Let two processes take their turns round by round, each round at the same moment; return what each was told.

    DONE means done; a sentence is a refusal. Anything else that goes wrong fails the caller.
    """
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(2), context.Queue()
    address = url.render_as_string(hide_password=False)
    runners = [
        context.Process(target=_run, args=(address, side, list(turns), barrier, answers))
        for side, turns in enumerate((left, right))
    ]
    for runner in runners:
        runner.start()
    told: list[list[str]] = [[], []]
    try:
        for _ in range(len(left) + len(right)):
            side, answer = answers.get(timeout=PATIENCE)
            told[side].append(answer)
    except queue.Empty:
        raise AssertionError(f"a racer stopped answering; so far: {told}") from None
    finally:
        for runner in runners:
            runner.join(PATIENCE)
    assert [runner.exitcode for runner in runners] == [0, 0], told
    return list(zip(*told, strict=True))


def _run(address: str, side: int, turns: list[Turn], barrier: threading.Barrier, answers: Any) -> None:
    sealing.use_keys(TEST_KEYS)
    engine = create_engine(make_url(address))
    prepare_engine(engine)
    # On SQLite the first statement of a writer takes the lock, so both look only once the round has begun.
    looks_first = engine.dialect.name == "postgresql"
    for turn in turns:
        with clock_at(DAY), acting(turn.by), Session(engine) as session:
            seen = turn.load(session) if looks_first else None
            barrier.wait(PATIENCE)
            record, more = seen or turn.load(session)
            try:
                turn.step(record, by=turn.by, **more)
                session.commit()
                answers.put((side, DONE))
            except RuleBroken as refusal:
                session.rollback()
                answers.put((side, refusal.sentence))
    engine.dispose()

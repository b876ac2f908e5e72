"""The pulse of a job: others see by it that its worker lives, and it brings in the wish to have the job cancelled."""

from __future__ import annotations

import logging
import threading

from app.jobs.progress import Cancelled, Progress
from app.jobs.queue import TROUBLES, Queue

BEAT = 1.0
"""Seconds between two beats."""

logger = logging.getLogger(__name__)


class Beating:
    """A thread that carries the pulse of a job outwards and the wish to cancel inwards."""

    def __init__(self, queue: Queue, pk: int, progress: Progress) -> None:
        self._queue, self._pk, self._progress = queue, pk, progress
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, name=f"pulse-{pk}", daemon=True)

    def __enter__(self) -> None:
        self._beat()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._over.wait(BEAT):
            self._beat()

    def _beat(self) -> None:
        try:
            self._queue.beat(self._pk, self._progress.told())
            if self._queue.is_cancel_asked(self._pk):
                self._progress.halt(Cancelled)
        except TROUBLES as failure:
            logger.warning("no pulse of job %s: %s", self._pk, type(failure).__name__)

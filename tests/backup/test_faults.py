"""Cut at any step, a backup, a restore and an upgrade leave the old state or the new one, never something between.

Two ways to stop: one step fails and the work can still put things back; or nothing works any more from that step on,
as after kill -9, and the next command has to. Quick runs take every step that moves the living state and a part of
the others; the proofs take each one, on SQLite in both ways, on PostgreSQL the steps of the swap in both and the
others in either by turns, because a PostgreSQL database takes long to be looked through.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from app.backup.archive import checked
from app.backup.making import make
from app.backup.restoring import restore, upgrade
from app.backup.shelf import copies
from app.backup.swapping import NOTE, healed
from app.database import require_newest
from config import Settings
from tests.backup.faults import Steps, counting, cut_at
from tests.backup.installation import hire, prepare, state
from tests.backup.test_restoring import downgraded, nothing
from tests.databases import administering

Work = Callable[[], object]


class Ground:
    """An installation that is put back as it was before each cut."""

    def __init__(self, settings: Settings, keep: Path) -> None:
        self.settings, self.keep = settings, keep
        self.postgresql = settings.database_url.get_backend_name() == "postgresql"
        self.name = str(settings.database_url.database)
        shutil.copytree(settings.instance, keep)
        if self.postgresql:
            with administering(self._server()) as asked:
                asked(f'CREATE DATABASE "{self.name}_kept" TEMPLATE "{self.name}"')
            self.database = self._database()
            self.state = state(settings)

    def put_back(self) -> None:
        """Make the installation what it was when the ground was laid."""
        shutil.rmtree(self.settings.instance)
        shutil.copytree(self.keep, self.settings.instance)
        if not self.postgresql:
            return
        self._drop([one for one in self._like() if one != self.name])
        # A new copy takes seconds; one that is still the same database with the same rows needs none.
        if self._database() == self.database and state(self.settings) == self.state:
            return
        self._drop([self.name])
        with administering(self._server()) as asked:
            asked(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_kept" STRATEGY FILE_COPY')
        self.database = self._database()

    def _database(self) -> list[Any]:
        """Return which database bears the living name, and what is said of it."""
        said = "SELECT oid, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"
        return self._asked(said, name=self.name)

    def _like(self) -> list[str]:
        """Return the databases of this test but the one that is kept."""
        like = "SELECT datname FROM pg_database WHERE (datname = :name OR datname LIKE :like) AND datname <> :kept"
        names = {"name": self.name, "like": f"{self.name}\\_%", "kept": f"{self.name}_kept"}
        return [one for (one,) in self._asked(like, **names)]

    def _drop(self, names: list[str]) -> None:
        with administering(self._server()) as asked:
            for name in set(names) & set(self._like()):
                asked(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _asked(self, query: str, **names: str) -> list[Any]:
        engine = create_engine(self._server(), poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.execute(text(query), names).all())

    def _server(self) -> Any:
        return self.settings.database_url.set(database="postgres")


@contextmanager
def _patient(settings: Settings) -> Iterator[None]:
    """Throw away the connections a cut has left to the garbage collector, so that the next command is alone."""
    import gc

    yield
    gc.collect()
    if settings.database_url.get_backend_name() == "postgresql":
        with administering(settings.database_url.set(database="postgres")) as asked:
            asked(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                f"AND datname LIKE '{settings.database_url.database}%'"
            )


FAILED, DEAD = False, True


def every_cut(
    ground: Ground,
    work: Work,
    allowed: list[dict[str, Any]],
    *,
    every: int = 1,
    near: Callable[[str], bool],
    by_turns: bool = False,
) -> tuple[int, int]:
    """Cut *work* at each step, in both ways, and check what is left; return how many cuts and how many went through.

    Steps whose name is *near* the living state are all taken, and all while the note of a swap stands; of the others
    each *every*-th, and each in one of the ways *by_turns*.
    """
    names = _steps(ground, work)
    swapping = [number for number, name in enumerate(names, 1) if NOTE in name]
    cuts = new = 0
    for number, name in enumerate(names, 1):
        close = near(name) or swapping[0] <= number <= swapping[-1] + 1
        if number % every and not close:
            continue
        for dead in _ways(number, by_turns and not close):
            ground.put_back()
            with _patient(ground.settings):
                cut_at(Steps(ground.settings.instance, number, dead=dead), work)
            cuts += 1
            where = f"step {number} of {len(names)}: {name}, {'dead' if dead else 'failed'}"
            healed(ground.settings)
            assert not (ground.settings.instance / NOTE).exists(), where
            found = state(ground.settings)
            assert found in allowed, where
            new += found == allowed[-1]
    return cuts, new


def _ways(number: int, by_turns: bool) -> tuple[bool, ...]:
    """Return in which ways step *number* is cut."""
    return (number % 2 == 0,) if by_turns else (FAILED, DEAD)


def _steps(ground: Ground, work: Work) -> list[str]:
    """Return the name of every step of *work*, done once on fresh ground."""
    names: list[str] = []

    class Names(Steps):
        def step(self, name: str) -> None:
            names.append(name)

    for _ in range(2):  # The first run imports what it needs; only the second one has the steps of the others.
        ground.put_back()
        names.clear()
        with counting(Names(ground.settings.instance)):
            work()
    assert names
    return names


def moves_the_living(name: str) -> bool:
    """Whether a step moves something of the living state."""
    return name.startswith(("os.rename", "ALTER DATABASE", "COMMENT ON")) or NOTE in name


def _changed_since(settings: Settings) -> None:
    hire(settings, "Лишнева Вера Петровна")
    (settings.instance / "profiles" / "own.yaml").write_text("words: {curator: ведущий}\n", "utf-8")


def _restore_cut(settings: Settings, tmp_path: Path, *, every: int, by_turns: bool = False) -> tuple[int, int]:
    new = state(settings)
    path = shutil.move(make(settings).path, tmp_path / "kept.zip")
    _changed_since(settings)
    old = state(settings)
    ground = Ground(settings, tmp_path / "ground")
    done = every_cut(
        ground,
        lambda: restore(settings, path, nothing),
        [old, new],
        every=every,
        near=moves_the_living,
        by_turns=by_turns,
    )
    ground.put_back()
    restore(settings, path, nothing)
    assert state(settings) == new
    return done


def _backup_cut(settings: Settings, tmp_path: Path, *, every: int, by_turns: bool = False) -> tuple[int, int]:
    before = make(settings)
    now = state(settings)
    ground = Ground(settings, tmp_path / "ground")
    names = _steps(ground, lambda: make(settings))
    cuts = 0
    for number, name in enumerate(names, 1):
        if number % every and not moves_the_living(name):
            continue
        for dead in _ways(number, by_turns and not moves_the_living(name)):
            ground.put_back()
            with _patient(settings):
                cut_at(Steps(settings.instance, number, dead=dead), lambda: make(settings))
            cuts += 1
            assert state(settings) == now, name
            # What bears the name of an archive is whole, and the one before is still there.
            found = [copy.path for copy in copies(settings.backups)]
            assert before.path in found
            for path in found:
                checked(path)
            assert [each for each in copies(settings.backups) if each.verdict is not None and not each.good] == []
    assert make(settings).verdict.ok
    return cuts, 0


def _upgrade_cut(settings: Settings, tmp_path: Path, *, every: int, by_turns: bool = False) -> tuple[int, int]:
    downgraded(settings)
    old = state(settings)
    ground = Ground(settings, tmp_path / "ground")
    upgrade(settings, nothing)
    new = state(settings)
    done = every_cut(
        ground, lambda: upgrade(settings, nothing), [old, new], every=every, near=moves_the_living, by_turns=by_turns
    )
    ground.put_back()
    upgrade(settings, prepare)
    require_newest(settings)
    return done


@pytest.mark.parametrize(("work", "every"), [(_backup_cut, 40), (_restore_cut, 90), (_upgrade_cut, 180)])
def test_cut_anywhere_it_is_the_old_state_or_the_new(
    on_sqlite: Settings, tmp_path: Path, work: Any, every: int
) -> None:
    cuts, _ = work(on_sqlite, tmp_path, every=every)
    assert cuts >= 10


@pytest.mark.proof
@pytest.mark.parametrize(
    ("work", "what"),
    [(_backup_cut, "копия"), (_restore_cut, "восстановление"), (_upgrade_cut, "обновление")],
    ids=["backup", "restore", "upgrade"],
)
def test_cut_at_each_step_in_turn_it_is_the_old_state_or_the_new(
    centre: Settings, tmp_path: Path, work: Any, what: str, found: Callable[[str, str], None]
) -> None:
    backend = centre.database_url.get_backend_name()
    cuts, new = work(centre, tmp_path, every=1, by_turns=backend == "postgresql")
    found(
        f"Сбой на каждом шаге: {what}, {backend}",
        f"{cuts} обрывов (половина как kill -9), промежуточных состояний 0, новое состояние в {new}",
    )

"""The service as a process of its own, which a test kills, and people who write into it meanwhile."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import session as browser
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from app import create_app
from app.acting import SYSTEM, acting
from app.cli import main
from app.door import sessions
from app.entering import NUMBER
from app.extensions import db
from app.organisation.models import Account, ServiceUnit, StaffMember
from app.organisation.rules import add_staff, make_account
from app.register.files import SAME
from app.roles import CURATOR
from config import ROOT, Settings
from tests.forking import FORKS
from tests.register.uploads import pdf
from tests.visiting import NEVER_OLD

OPORA = [sys.executable, "-c", "from app.cli import main; main()"]
OPEN = "Опора открыта"
GONE = (OSError, http.client.HTTPException)
"""What a person sees of a service that was killed."""
Answer = tuple[int, str, bytes]
"""The status, where it leads and the page."""
_LETTERS = "абвгдежзиклмнопрстуфхцч"


def run_service(env: dict[str, str], console: str) -> None:
    """Be ``opora run`` with *env*; what it says goes to the end of the file *console*."""
    target = os.open(console, os.O_WRONLY | os.O_APPEND)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.environ.update(env)
    main(["run"])


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Desk:
    """Somebody who has signed in: the key of the staff member, the cookie and a token for forms."""

    staff_id: int
    cookie: str
    token: str


CURATOR_ALONE = (("Писарев Пётр Петрович", CURATOR),)


class Served:
    """One installation served by ``opora run``: started, killed, started again.

    *people* are the names and roles of those who sign in, see ``desks``; who is not on the staff yet is hired.
    """

    def __init__(
        self, settings: Settings, database_url: str = "", *, people: Sequence[tuple[str, str]] = CURATOR_ALONE
    ) -> None:
        self.settings, self.port = settings, free_port()
        self.env = {
            "OPORA_INSTANCE": str(settings.instance),
            "OPORA_PORT": str(self.port),
            # Only what people do is looked at; daily work would begin anew after each kill.
            "OPORA_WORKERS": "0",
            **({"OPORA_DATABASE_URL": database_url} if database_url else {}),
        }
        self.process: Any = None
        self.desks = _entered(settings, people)

    def start(self) -> None:
        """Start the service and wait until it answers."""
        console = self.settings.instance / "told.txt"
        console.touch()
        before = console.stat().st_size
        self.process = FORKS.Process(target=run_service, args=(self.env, str(console)), daemon=True)
        self.process.start()
        while OPEN.encode() not in console.read_bytes()[before:]:
            assert self.process.is_alive(), self.told
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill the service as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def told(self) -> str:
        """The end of what the service has written to the console."""
        return (self.settings.instance / "told.txt").read_text("utf-8")[-20_000:]

    def connect(self, timeout: float = 30) -> http.client.HTTPConnection:
        """Return a connection to the service."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def get(self, desk: Desk, connection: http.client.HTTPConnection, address: str) -> tuple[int, bytes]:
        """Open a page."""
        connection.request("GET", address, headers={"Cookie": desk.cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def post(self, desk: Desk, connection: http.client.HTTPConnection, address: str, form: dict[str, Any]) -> Answer:
        """Send a form."""
        body = urlencode({"csrf_token": desk.token, **form}).encode()
        return _sent(desk, connection, address, body, "application/x-www-form-urlencoded")

    def attach(self, desk: Desk, connection: http.client.HTTPConnection, address: str, content: bytes) -> Answer:
        """Send a scan."""
        edge = secrets.token_hex(16)
        token = f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{desk.token}\r\n'
        file = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="scan.pdf"\r\n\r\n'
        body = f"{token}{file}".encode() + content + f"\r\n--{edge}--\r\n".encode()
        return _sent(desk, connection, address, body, f"multipart/form-data; boundary={edge}")

    def engine(self) -> Engine:
        """Return an engine on the installation's database, opened as anybody would."""
        return create_engine(self.settings.database_url)


def _sent(desk: Desk, connection: http.client.HTTPConnection, address: str, body: bytes, media_type: str) -> Answer:
    connection.request("POST", address, body, {"Cookie": desk.cookie, "Content-Type": media_type})
    answer = connection.getresponse()
    return answer.status, answer.getheader("Location", ""), answer.read()


def _entered(settings: Settings, people: Sequence[tuple[str, str]]) -> list[Desk]:
    """Return the desks of *people*, each of whom has signed in."""
    app = create_app(settings)
    with app.app_context(), acting(SYSTEM), Session(db.engine) as session:
        unit = session.scalars(select(ServiceUnit)).one()
        inside = []
        for number, (name, role) in enumerate(people):
            there = select(StaffMember).where(StaffMember.name == name)
            person = session.scalar(there) or add_staff(session, unit.id, name, role.lower(), by=SYSTEM)
            account: Account = make_account(
                session, person, f"pisar{number}", "пароль-для-проверок", [role], by=SYSTEM, must_change=False
            )
            inside.append((person.id, sessions.begin(session, account.user_id, account.epoch, at=NEVER_OLD)))
        session.commit()
        session.close()
        db.engine.dispose()
    signing: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    desks = []
    for staff_id, number in inside:
        with app.test_request_context():
            token = str(generate_csrf())
            cookie = signing.dumps({NUMBER: number, "csrf_token": browser["csrf_token"]})
        desks.append(Desk(staff_id, f"{app.config['SESSION_COOKIE_NAME']}={cookie}", token))
    return desks


def somebody() -> dict[str, str]:
    """Return the form of a person nobody has met."""
    name = "".join(secrets.choice(_LETTERS) for _ in range(14)).capitalize()
    return {
        "last_name": name,
        "first_name": "Анна",
        "sex": "female",
        "birth_date": "03.05.1991",
        "token": secrets.token_urlsafe(24),
    }


@dataclass
class Writers:
    """People who add persons and attach a scan to each until the service is gone.

    ``saved`` are the names they were told are saved, ``attached`` the SHA-256 of the scans, in hex.
    """

    served: Served
    number: int = 4
    saved: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self, *, patient: bool = False) -> None:
        """Let them write; the *patient* ones try the same again when the service does not answer."""
        self.threads = [threading.Thread(target=self._write, args=(patient,), daemon=True) for _ in range(self.number)]
        for thread in self.threads:
            thread.start()

    def wait_for(self, number: int, *, of: list[str] | None = None, seconds: float = 30) -> None:
        """Wait until *number* more persons have been saved, or scans attached when *of* is ``attached``.

        Raises:
            TimeoutError: they were not.
        """
        told = self.saved if of is None else of
        wanted, until = len(told) + number, time.monotonic() + seconds
        while len(told) < wanted:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(told)} of {wanted}; refused: {self.refused}")
            time.sleep(0.005)

    def leave(self) -> None:
        """Let them finish."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)

    def _write(self, patient: bool) -> None:
        with closing(self.served.connect()) as connection:
            while (person := self._added(connection, patient)) and self._attached(connection, patient, person):
                pass

    def _added(self, connection: http.client.HTTPConnection, patient: bool) -> str:
        """Add somebody and return the key; empty when that was not told."""
        form = somebody()
        send = partial(self.served.post, self.served.desks[0], connection, "/people/add", form)
        place = self._told(connection, patient, send, "/show/")
        if place:
            self.saved.append(form["last_name"])
        return place.rpartition("/")[2]

    def _attached(self, connection: http.client.HTTPConnection, patient: bool, person: str) -> bool:
        """Attach a scan nobody has seen to the card; whether that was told."""
        scan, address = pdf(secrets.token_hex(16)), f"/people/files/{person}"
        send = partial(self.served.attach, self.served.desks[0], connection, address, scan)
        place = self._told(connection, patient, send, "tab=files")
        if place:
            self.attached.append(hashlib.sha256(scan).hexdigest())
        return bool(place)

    def _told(
        self, connection: http.client.HTTPConnection, patient: bool, send: Callable[[], Answer], wanted: str
    ) -> str:
        """Send until it is told where the saved thing stands and return that; empty when nobody tells."""
        again = False
        while not self.stopped.is_set():
            try:
                status, place, page = send()
            except GONE:
                if not patient:
                    return ""
                connection.close()
                time.sleep(0.05)
                again = True
                continue
            if status == 302 and wanted in place:
                return place
            if again and status == 422 and SAME in page.decode():
                return wanted  # Nobody could tell that it was saved the first time, when the database went away.
            if status != 503:
                self.refused.append((status, place or page.decode()[:2000]))
                return ""
            again = True
            time.sleep(0.05)
        return ""


def moment() -> float:
    """Return a random short time, in seconds, often very short."""
    return random.choice([random.uniform(0, 0.05), random.uniform(0, 0.5)])


def names_in(engine: Engine) -> list[str]:
    """Return the surnames of everybody in the base, read as SQL."""
    with engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT last_name FROM person")]


def installed(folder: Path, url: str = "") -> Settings:
    """Return the settings of a fresh installation in *folder*."""
    env = {"OPORA_INSTANCE": str(folder), **({"OPORA_DATABASE_URL": url} if url else {})}
    subprocess.run(
        [*OPORA, "setup"], env={**os.environ, **env, "OPORA_ADMIN_PASSWORD": "пароль-администратора"}, cwd=ROOT,
        check=True, capture_output=True,
    )  # fmt: skip
    return Settings.from_env(env)

"""The service as a process of its own, which a test kills, and people who write into it meanwhile."""

from __future__ import annotations

import http.client
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import Any
from urllib.parse import urlencode

from flask_wtf.csrf import generate_csrf
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from app import create_app
from app.acting import SYSTEM, acting
from app.door import sessions
from app.entering import NUMBER
from app.extensions import db
from app.organisation.models import Account, ServiceUnit
from app.organisation.rules import add_staff, make_account
from config import ROOT, Settings
from tests.visiting import NEVER_OLD

OPORA = [sys.executable, "-c", "from app.cli import main; main()"]
GONE = (OSError, http.client.HTTPException)
"""What a person sees of a service that was killed."""
_LETTERS = "абвгдежзиклмнопрстуфхцч"


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Served:
    """One installation served by ``opora run``: started, killed, started again."""

    def __init__(self, settings: Settings, database_url: str = "") -> None:
        self.settings, self.port = settings, free_port()
        self.env = {
            **os.environ,
            "OPORA_INSTANCE": str(settings.instance),
            "OPORA_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            # Only what people do is looked at; daily work would begin anew after each kill.
            "OPORA_WORKERS": "0",
            **({"OPORA_DATABASE_URL": database_url} if database_url else {}),
        }
        self.process: subprocess.Popen[str] | None = None
        self.cookie, self.token = _entered(settings)

    def start(self) -> None:
        """Start the service and wait until it answers."""
        with (self.settings.instance / "told.txt").open("a") as told:
            self.process = subprocess.Popen(
                [*OPORA, "run"], env=self.env, cwd=ROOT, text=True, stdout=PIPE, stderr=told, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Опора открыта"), (line, self.told)

    def kill(self) -> None:
        """Kill the service as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
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

    def get(self, connection: http.client.HTTPConnection, address: str) -> tuple[int, bytes]:
        """Open a page as the curator."""
        connection.request("GET", address, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def post(
        self, connection: http.client.HTTPConnection, address: str, form: dict[str, Any]
    ) -> tuple[int, str, bytes]:
        """Send a form as the curator; return the status, where it leads and the page."""
        body = urlencode({"csrf_token": self.token, **form})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", address, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", ""), answer.read()

    def engine(self) -> Engine:
        """Return an engine on the installation's database, opened as anybody would."""
        return create_engine(self.settings.database_url)


def _entered(settings: Settings) -> tuple[str, str]:
    """Return the cookie of a curator who has signed in, and a token for his forms."""
    app = create_app(settings)
    with app.app_context(), acting(SYSTEM), Session(db.engine) as session:
        unit = session.scalars(select(ServiceUnit)).one()
        person = add_staff(session, unit.id, "Писарев Пётр Петрович", "куратор", by=SYSTEM)
        account: Account = make_account(
            session, person, "pisar", "пароль-для-проверок", ["Куратор"], by=SYSTEM, must_change=False
        )
        entered = {NUMBER: sessions.begin(session, account.user_id, account.epoch, at=NEVER_OLD)}
        session.commit()
        session.close()
        db.engine.dispose()
    with app.test_request_context():
        from flask import session as browser

        token = generate_csrf()
        signing: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = signing.dumps({**entered, "csrf_token": browser["csrf_token"]})
    return f"{app.config['SESSION_COOKIE_NAME']}={cookie}", str(token)


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
    """People who add persons until the service is gone; ``saved`` are the names they were told are saved."""

    served: Served
    number: int = 4
    saved: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self, *, patient: bool = False) -> None:
        """Let them write; the *patient* ones try the same form again when the service does not answer."""
        self.threads = [threading.Thread(target=self._write, args=(patient,), daemon=True) for _ in range(self.number)]
        for thread in self.threads:
            thread.start()

    def wait_for(self, number: int, seconds: float = 30) -> None:
        """Wait until *number* more persons have been saved.

        Raises:
            TimeoutError: they were not.
        """
        wanted, until = len(self.saved) + number, time.monotonic() + seconds
        while len(self.saved) < wanted:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.saved)} of {wanted}")
            time.sleep(0.005)

    def leave(self) -> None:
        """Let them finish."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)

    def _write(self, patient: bool) -> None:
        with closing(self.served.connect()) as connection:
            self._send_with(connection, patient)

    def _send_with(self, connection: http.client.HTTPConnection, patient: bool) -> None:
        form = somebody()
        while not self.stopped.is_set():
            try:
                status, place, page = self.served.post(connection, "/people/add", form)
            except GONE:
                if not patient:
                    return
                connection.close()
                time.sleep(0.05)
                continue
            if status == 302 and "/people/show/" in place:
                self.saved.append(form["last_name"])
                form = somebody()
            elif status == 503:
                time.sleep(0.05)
            else:
                self.refused.append((status, place or page.decode()[:2000]))
                return


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

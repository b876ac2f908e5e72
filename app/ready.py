"""What a process does once, before or beside the first requests: whoever comes first would pay for it otherwise.

Nothing of anybody is read: templates are compiled, and row scopes put together for people who do not exist.
"""

from __future__ import annotations

import gc
import threading

from flask import Flask

from app.acting import Actor, put_together
from app.roles import CODES

YOUNG = 10_000
"""Objects made and not yet let go after which Python looks for circles among the young ones.

A page makes thousands that live until it is sent. Looked through after every 700, as Python does unasked, they cost a
quarter of the page.
"""


def settle() -> None:
    """Take what stands for as long as the process out of what the collector of garbage looks through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def warm(app: Flask) -> None:
    """Compile every template of *app* and put together the row scope of every role."""
    own = app.jinja_loader
    for name in own.list_templates() if own is not None else ():
        app.jinja_env.get_template(name)
    with app.app_context():
        for role in CODES.values():
            put_together(Actor(user_id=0, name="", unit_id=0, staff_id=0, roles=frozenset({role})))


def get_ready(app: Flask) -> threading.Thread:
    """Settle, and :func:`warm` beside the first requests; return the thread that does."""
    settle()
    beside = threading.Thread(target=warm, args=(app,), name="warm", daemon=True)
    beside.start()
    return beside

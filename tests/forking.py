"""Processes of tests that are killed: each forked from one that has imported the programme and done nothing else.

The programme takes longer to import than to start, and a proof starts it hundreds of times. Where nothing can be
forked each process imports for itself.
"""

from __future__ import annotations

import multiprocessing
from typing import Any

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
FORKS: Any = multiprocessing.get_context(_METHOD)
if _METHOD == "forkserver":
    FORKS.set_forkserver_preload(["app.cli", "app.models", "app.views", "app.importers", "app.security"])

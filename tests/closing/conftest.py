"""Centres that work by each delivered order of work."""

from __future__ import annotations

from tests.office import offices  # noqa: F401 -- a fixture

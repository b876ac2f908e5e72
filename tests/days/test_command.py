"""`opora calendar seed` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli import at, done, opora, ready

__all__ = ["at", "ready"]  # Fixtures of the command line.


def test_a_year_is_filled_once(ready: Path) -> None:
    assert done("calendar", "seed", "2024") == "Календарь на 2024 год: внесено 26\u00a0дней.\n"
    assert done("calendar", "seed", "2024") == "Нового для календаря на 2024 год нет.\n"


@pytest.mark.parametrize("year", ["2012", "2100"])
def test_a_year_nobody_knows_is_refused(ready: Path, year: str) -> None:
    refused = opora("calendar", "seed", year)
    assert (refused.exit_code, refused.output) == (
        1,
        "Календарь заполняется с 2013 по 2099 год. Укажите другой год.\n",
    )

"""The project's own measurements, each against a floor in the same run: ``make bench``."""

import app.models  # noqa: F401 -- relations look up each other by name, so every table is declared first

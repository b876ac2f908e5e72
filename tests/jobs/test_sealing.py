"""The journal is sealed while the service runs, so that a tail cut off is missed within minutes."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import journal
from app.acting import SYSTEM
from app.jobs import sealing
from app.jobs.sealing import Sealer
from app.journal import chain


@pytest.mark.both
def test_the_journal_is_sealed_when_it_is_time_and_not_before(
    app: Flask, stored: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = app.config["OPORA"].instance / chain.ANCHOR
    anchor.unlink(missing_ok=True)
    total = stored.execute(text("SELECT count(*) FROM journal")).scalar_one()
    stored.commit()
    sealer = Sealer(app)
    assert sealer.seal_if_due() == total
    journal.record(stored, SYSTEM, "test.event", None, "Ещё одна")
    stored.commit()
    assert sealer.seal_if_due() == 0
    assert chain.verify(stored, anchor) == chain.Verdict(total + 1, total)
    stored.commit()
    monkeypatch.setattr(sealing, "EVERY", 0.0)
    sealer = Sealer(app)
    assert (sealer.seal_if_due(), sealer.seal_if_due()) == (1, 0)
    assert chain.verify(stored, anchor) == chain.Verdict(total + 1, total + 1)
    anchor.unlink()

"""Programmes of accompaniment: their versions, measures and the lines measures draw through the versions."""

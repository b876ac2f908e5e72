"""How one version follows another: what is copied, what is not, and how facts go over."""

from __future__ import annotations

from app.base import session_of
from app.programmes.difference import CONTENT
from app.programmes.models import Measure, MeasureStatus, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rights import take

FACTS = ("status", "done_at", "result", "not_done_reason")
MEASURE_CONTENT = (
    "title",
    "problem_id",
    "problem",
    "direction",
    "help_kind",
    "measure_kind",
    "recipient_id",
    "executor_type",
    "executor_id",
    "department_id",
    "partner_id",
    "executor_name",
    "form",
    "volume",
    "periodicity",
    "starts",
    "due",
    "expected_result",
)


def next_version(old: ProgrammeVersion, *, kind: VersionKind, reason: str) -> ProgrammeVersion:
    """Return a new draft after *old*: the same content, every measure on its own lineage, no facts."""
    session = session_of(old)
    programme = take(old.programme)
    new = ProgrammeVersion(
        programme=programme,
        version_no=max(version.version_no for version in programme.versions) + 1,
        kind=kind,
        status=VersionStatus.DRAFT,
        change_reason=reason,
        based_on=old,
        partners=list(old.partners),
        authors=list(old.authors),
        family_participants=list(old.family_participants),
        service_unit_id=old.service_unit_id,
        **{name: getattr(old, name) for name in CONTENT},
    )
    session.add(new)
    for measure in old.measures:
        copied = {name: getattr(measure, name) for name in MEASURE_CONTENT}
        copy = Measure(
            programme_version=new,
            lineage_id=measure.lineage_id,
            no=measure.no,
            status=MeasureStatus.PLANNED,
            service_unit_id=old.service_unit_id,
            **copied,
        )
        session.add(copy)
    session.flush()
    return new


def carry_facts(old: ProgrammeVersion, new: ProgrammeVersion) -> None:
    """Copy the marks of *old* to the same measures of *new* that nobody has marked yet."""
    after = {measure.lineage_id: measure for measure in new.measures}
    for measure in old.measures:
        same = after.get(measure.lineage_id)
        if same is not None and same.status is MeasureStatus.PLANNED:
            for name in FACTS:
                setattr(same, name, getattr(measure, name))

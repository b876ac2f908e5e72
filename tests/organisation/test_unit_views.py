"""The kind of the organisation that runs the service: chosen on its card, told on every printed page (S004-О)."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.organisation.models import OrganisationType, ServiceUnit
from app.roles import ADMINISTRATOR
from tests.register.forms import filled
from tests.visiting import Visit

KINDS = (
    "социально-реабилитационный центр для несовершеннолетних",
    "центр психолого-педагогической, медицинской и социальной помощи",
    "комплексный центр социального обслуживания населения",
    "социальный приют для детей",
    "центр помощи детям, оставшимся без попечения родителей",
    "центр социальной помощи семье и детям",
    "центр психолого-педагогической помощи населению",
    "реабилитационный центр для детей и подростков с ОВЗ",
    "орган управления социальной защитой (при отсутствии иных)",
)


@pytest.mark.rows("S004-О-1", "S004-О-2", "S004-О-3", "S004-О-4", "S004-О-5", "S004-О-6", "S004-О-7", "S004-О-*")
def test_every_kind_of_organiser_is_chosen_on_the_card_and_told_on_paper(visit: Visit, stored: Session) -> None:
    assert tuple(kind.label for kind in OrganisationType) == KINDS
    administrator = visit(ADMINISTRATOR)
    unit = stored.get_one(ServiceUnit, administrator.unit_id)
    here = f"/units/edit/{unit.id}"
    for kind in OrganisationType:
        form = filled(administrator.get(here), here, organisation_type=kind.value)
        assert administrator.post(here, data=form).status_code == 302
        assert f'<p class="print-only">{unit.short_name}, {kind.label} ·' in administrator.get("/units/").text

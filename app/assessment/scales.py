"""The scales of diagnostics: what is scored from 0 to 4, where more is better (domain.md 3.4).

The sources name the three potentials (S001-1.2), criteria of the success of a child (S001-3.3-c) and spheres of the
family; the numbers and the words of the criteria are the product's proposal. A scale of a child is scored for each
child of the family.
"""

from __future__ import annotations

from dataclasses import dataclass

HIGHEST = 4

Key = tuple[str, str, int | None]
"""What is scored: the scale, its criterion, and the child where the scale is one of a child."""


@dataclass(frozen=True)
class Scale:
    """A scale: its criteria as (code, label), and whether it is scored for each child."""

    code: str
    title: str
    criteria: tuple[tuple[str, str], ...]
    of_child: bool = False


SCALES: tuple[Scale, ...] = (
    Scale("potentials", "Потенциалы семьи",
          (("rehabilitation", "Реабилитационный потенциал"), ("integration", "Интеграционный потенциал"),
           ("communication", "Коммуникативный потенциал"))),
    Scale("spheres", "Сферы жизни семьи",
          (("housing", "Жильё и быт"), ("income", "Доход и занятость"), ("health", "Здоровье"),
           ("parenting", "Родительские компетенции"), ("relations", "Внутрисемейные отношения"),
           ("education", "Образование ребёнка"), ("surroundings", "Социальное окружение"),
           ("safety", "Безопасность ребёнка"))),
    Scale("success", "Социально-педагогическая успешность",
          (("learning", "Учёба и развитие"), ("behaviour", "Поведение и правила"), ("peers", "Общение со сверстниками"),
           ("adults", "Отношения со взрослыми"), ("activity", "Кружки, труд и увлечения"),
           ("self_care", "Самостоятельность и самообслуживание")),
          of_child=True),
)  # fmt: skip

BY_CODE: dict[str, Scale] = {one.code: one for one in SCALES}
POTENTIALS, SUCCESS = BY_CODE["potentials"], BY_CODE["success"]

"""The closed lists of persons and families (domain.md 3.2)."""

from __future__ import annotations

from app.base import Choice


class Sex(Choice):
    """Sex of a person."""

    MALE = "male", "мужской"
    FEMALE = "female", "женский"


class PaperKind(Choice):
    """Paper that proves who a person is."""

    PASSPORT = "passport", "паспорт РФ"
    BIRTH_CERTIFICATE = "birth_certificate", "свидетельство о рождении"
    OTHER = "other", "иной"


class Education(Choice):
    """Level of education."""

    NONE = "none", "нет"
    BASIC = "basic", "основное общее"
    SECONDARY = "secondary", "среднее общее"
    VOCATIONAL = "vocational", "среднее профессиональное"
    HIGHER = "higher", "высшее"


class Employment(Choice):
    """What an adult does for a living."""

    WORKS = "works", "работает"
    IDLE = "idle", "не работает"
    JOBSEEKER = "jobseeker", "безработный (зарегистрирован)"
    STUDIES = "studies", "учащийся"
    MATERNITY = "maternity", "декретный отпуск"
    RETIRED = "retired", "пенсионер"
    SELF_EMPLOYED = "self_employed", "самозанятый"
    UNKNOWN = "unknown", "неизвестно"


class PreventionRegister(Choice):
    """Prevention register a person is on."""

    POLICE = "police", "ПДН"
    MINORS_COMMISSION = "minors_commission", "КДН"
    SCHOOL = "school", "внутришкольный учёт"


class ChildStatus(Choice):
    """Legal and social status of a child."""

    DISABLED = "disabled", "ребёнок-инвалид"
    OVZ = "ovz", "ребёнок с ОВЗ"
    GUARDIANSHIP = "guardianship", "под опекой (попечительством)"
    FOSTER = "foster", "в приёмной семье"
    ADOPTED = "adopted", "усыновлён"
    NONE = "none", "без статуса"


class EducationKind(Choice):
    """Where a child is taught."""

    NURSERY = "nursery", "детский сад"
    SCHOOL = "school", "школа"
    COLLEGE = "college", "СПО"
    HOME = "home", "на дому"
    ABSENT = "absent", "не посещает"
    INFANT = "infant", "до 3 лет"


class DisabilityKind(Choice):
    """Group of disability."""

    CHILD = "child", "ребёнок-инвалид"
    FIRST = "first", "инвалид I группы"
    SECOND = "second", "инвалид II группы"
    THIRD = "third", "инвалид III группы"


class Limitation(Choice):
    """Main limitation of a disabled person."""

    MOVEMENT = "movement", "опорно-двигательный аппарат"
    SIGHT = "sight", "зрение"
    HEARING = "hearing", "слух"
    MENTAL = "mental", "ментальные"
    SOMATIC = "somatic", "соматические"
    OTHER = "other", "иное"


class OvzKind(Choice):
    """Kind of limited health abilities named by the psychological-medical-pedagogical commission."""

    HEARING = "hearing", "нарушение слуха"
    SIGHT = "sight", "нарушение зрения"
    SPEECH = "speech", "тяжёлое нарушение речи"
    MOVEMENT = "movement", "нарушение опорно-двигательного аппарата"
    DELAY = "delay", "задержка психического развития"
    AUTISM = "autism", "расстройство аутистического спектра"
    MENTAL = "mental", "нарушение интеллекта"
    MULTIPLE = "multiple", "сложный дефект"


class FamilyKind(Choice):
    """Who brings the children up."""

    FULL = "full", "полная"
    MOTHER = "mother", "неполная (одна мать)"
    FATHER = "father", "неполная (один отец)"
    GUARDIAN = "guardian", "опекунская"
    FOSTER = "foster", "приёмная"
    OTHER = "other", "иная"


class FamilyFeature(Choice):
    """Feature of a family that reports count."""

    LARGE = "large", "многодетная"
    POOR = "poor", "малоимущая"
    DISABLED_CHILD = "disabled_child", "с ребёнком-инвалидом"
    OVZ_CHILD = "ovz_child", "с ребёнком с ОВЗ"
    ONE_PARENT = "one_parent", "с одним родителем"
    MINOR_PARENTS = "minor_parents", "с несовершеннолетними родителями"
    STUDENTS = "students", "студенческая"
    DISPLACED = "displaced", "беженцы или переселенцы"
    MILITARY = "military", "военнослужащего"
    DISABLED_PARENT = "disabled_parent", "родитель-инвалид"
    SUBSTITUTE = "substitute", "замещающая"
    LOST_PROVIDER = "lost_provider", "потеря кормильца"


class IncomeSource(Choice):
    """Where the income of a family comes from."""

    WAGES = "wages", "заработок"
    PENSION = "pension", "пенсия"
    BENEFIT = "benefit", "пособие"
    GRANT = "grant", "стипендия"
    ALIMONY = "alimony", "алименты"
    OTHER = "other", "иное"


class HousingKind(Choice):
    """Kind of dwelling."""

    HOUSE = "house", "дом"
    FLAT = "flat", "квартира"
    PART = "part", "часть дома"
    ROOM = "room", "комната"
    HOSTEL = "hostel", "общежитие"
    RENTED = "rented", "арендованное"
    NONE = "none", "нет"


class HousingRight(Choice):
    """Right to the dwelling."""

    OWNED = "owned", "собственность"
    SOCIAL = "social", "соцнаём"
    RENTED = "rented", "наём"
    NONE = "none", "без прав"


class Amenity(Choice):
    """Amenity of the dwelling."""

    POWER = "power", "электричество"
    GAS = "gas", "газ"
    WATER = "water", "водопровод"
    SEWER = "sewer", "канализация"
    HEATING = "heating", "отопление центральное"
    STOVE = "stove", "печное отопление"
    INTERNET = "internet", "интернет"


class FamilyRole(Choice):
    """Who a person is in the family."""

    MOTHER = "mother", "мать"
    FATHER = "father", "отец"
    STEPMOTHER = "stepmother", "мачеха"
    STEPFATHER = "stepfather", "отчим"
    GUARDIAN = "guardian", "опекун (попечитель)"
    FOSTER_PARENT = "foster_parent", "приёмный родитель"
    CHILD = "child", "ребёнок"
    SIBLING = "sibling", "брат или сестра"
    GRANDMOTHER = "grandmother", "бабушка"
    GRANDFATHER = "grandfather", "дедушка"
    RELATIVE = "relative", "иной родственник"
    PARTNER = "partner", "сожитель"
    OTHER = "other", "иное"


class ParentalRights(Choice):
    """State of parental rights."""

    FULL = "full", "не ограничены"
    LIMITED = "limited", "ограничены"
    DEPRIVED = "deprived", "лишён(а)"


class ConsentKind(Choice):
    """What the consent is for (forms D02-A, B, C)."""

    PROCESSING = "processing", "обработка данных"
    TRANSFER = "transfer", "передача организациям"
    SPECIAL = "special", "специальные категории"


class ConsentStatus(Choice):
    """State of a consent, derived from its dates."""

    ACTIVE = "active", "действует"
    EXPIRED = "expired", "истекло"
    REVOKED = "revoked", "отозвано"

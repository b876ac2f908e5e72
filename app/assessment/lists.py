"""The closed lists of acts, diagnostics and reviews (domain.md 3.4)."""

from __future__ import annotations

from app.base import Choice


class ActStatus(Choice):
    """State of an act; a signed one is never changed."""

    DRAFT = "draft", "черновик"
    SIGNED = "signed", "подписан"


class Sanitary(Choice):
    """Sanitary state of a dwelling."""

    GOOD = "good", "хорошее"
    FAIR = "fair", "удовлетворительное"
    POOR = "poor", "неудовлетворительное"


class Enough(Choice):
    """Whether a child has what it needs."""

    YES = "yes", "да"
    PARTLY = "partly", "частично"
    NO = "no", "нет"


class AssessmentKind(Choice):
    """What an assessment is for; a control one looks again after the accompaniment has ended."""

    PRIMARY = "primary", "первичная"
    INTERIM = "interim", "промежуточная"
    FINAL = "final", "итоговая"
    PSYCHOLOGICAL = "psychological", "психологическая"
    CONTROL = "control", "контрольная (постсопровождение)"


class AssessmentStatus(Choice):
    """State of an assessment or a review; a finished one is never changed."""

    DRAFT = "draft", "черновик"
    FINISHED = "finished", "завершена"


class Attitude(Choice):
    """What the family thinks of being helped."""

    AGREE = "agree", "согласна"
    DOUBT = "doubt", "сомневается"
    REFUSE = "refuse", "отказ"


class Proposal(Choice):
    """What an assessment proposes (form D19)."""

    CONTINUE = "continue", "продолжить"
    CORRECT = "correct", "скорректировать: {programme_short}"
    CHANGE_LEVEL = "change_level", "сменить уровень"
    TERMINATE = "terminate", "завершить сопровождение"


class Score(Choice):
    """A score; the more the better."""

    ZERO = "0", "0"
    ONE = "1", "1"
    TWO = "2", "2"
    THREE = "3", "3"
    FOUR = "4", "4"


class Domain(Choice):
    """Sphere of life a problem belongs to."""

    MEDICAL = "medical", "медицинская"
    PSYCHOLOGICAL = "psychological", "психологическая"
    PEDAGOGICAL = "pedagogical", "педагогическая"
    LEGAL = "legal", "юридическая"
    SOCIAL = "social", "социальная"
    HOUSEHOLD = "household", "бытовая"
    ECONOMIC = "economic", "экономическая"


class Severity(Choice):
    """How grave a problem is."""

    LIGHT = "1", "1 – лёгкая"
    MIDDLE = "2", "2 – средняя"
    GRAVE = "3", "3 – тяжёлая"


class ProblemOutcome(Choice):
    """What became of a problem."""

    OPEN = "open", "открыта"
    SOLVED = "solved", "решена"
    PARTLY = "partly", "решена частично"
    UNSOLVED = "unsolved", "не решена"


class ResourceKind(Choice):
    """What a family can lean on."""

    PERSONAL = "personal", "личностный"
    RELATIVES = "relatives", "родственники"
    HOUSING = "housing", "жильё"
    INCOME = "income", "доход"
    EDUCATION = "education", "образование"
    COMMUNITY = "community", "сообщество"
    OTHER = "other", "иное"


class Strength(Choice):
    """How strong a resource is."""

    WEAK = "1", "1 – слабый"
    MIDDLE = "2", "2 – средний"
    STRONG = "3", "3 – сильный"


class ContactKind(Choice):
    """What a person or an organisation near the family is for it."""

    RESOURCE = "resource", "ресурс"
    RISK = "risk", "риск"
    NEUTRAL = "neutral", "нейтрально"


class ReviewKind(Choice):
    """A look at results on the way, or the one a decision rests on."""

    PRELIMINARY = "preliminary", "предварительная"
    FINAL = "final", "итоговая"


class Conclusion(Choice):
    """What a review proposes to do."""

    CONTINUE = "continue", "продолжить"
    TERMINATE = "terminate", "прекратить"
    CHANGE_PROGRAMME = "change_programme", "изменить: {programme_short}"
    CHANGE_LEVEL = "change_level", "сменить уровень"

"""Who may do what, as delivered: one line per role and screen. A centre may change it; setup never undoes that.

Letters: ``L`` look up in forms · ``R`` list, card, look-up, Excel · ``W`` add, change, work · ``D`` delete ·
``S`` data on health · ``P`` prevention registers and parental rights · ``B`` change many at once, share views of the
list · ``A`` every action of the screen. Single actions follow by name.

The letters say what may be done on a screen; :data:`SCOPES` says with whose rows and :data:`FIELDS` with how much of
them. A centre changes the letters on its own screen; the other two are part of the product (domain.md 3.10).
"""

from __future__ import annotations

from collections.abc import Collection

ADMINISTRATOR = "Администратор"
DIRECTOR = "Директор"
HEAD = "Заведующий отделением"
CURATOR = "Куратор"
PSYCHOLOGIST = "Психолог"
PEDAGOGUE = "Социальный педагог"
WORKER = "Социальный работник"
REGISTRAR = "Регистратор"
SECRETARY = "Секретарь"
ACCOUNTANT = "Бухгалтер"
LAWYER = "Юрист"
NURSE = "Медицинская сестра"
REHABILITATION = "Специалист по реабилитации"
VOLUNTEERS = "Координатор волонтёров"
PARTNER = "Сотрудник организации-партнёра"
AUDITOR = "Ответственный за персональные данные"

CODES: dict[str, str] = {
    ADMINISTRATOR: "administrator",
    DIRECTOR: "director",
    HEAD: "head_of_service",
    CURATOR: "curator",
    PSYCHOLOGIST: "psychologist",
    PEDAGOGUE: "social_pedagogue",
    WORKER: "social_worker",
    REGISTRAR: "registrar",
    SECRETARY: "secretary",
    ACCOUNTANT: "accountant",
    LAWYER: "lawyer",
    NURSE: "nurse",
    REHABILITATION: "rehabilitation",
    VOLUNTEERS: "volunteer_coordinator",
    PARTNER: "partner",
    AUDITOR: "auditor",
}
"""By what code rules know a role; the name belongs to the screens and may be changed with the centre's words."""

LETTERS: dict[str, frozenset[str]] = {
    "L": frozenset({"can_lookup"}),
    "R": frozenset({"can_list", "can_show", "can_lookup", "can_export"}),
    "W": frozenset({"can_add", "can_edit", "can_work"}),
    "D": frozenset({"can_delete"}),
    "S": frozenset({"can_special"}),
    "P": frozenset({"can_restricted"}),
    "B": frozenset({"can_bulk_edit", "can_share_views"}),
}

SCOPES: dict[str, frozenset[str]] = {
    ADMINISTRATOR: frozenset(),
    DIRECTOR: frozenset({"unit"}),
    HEAD: frozenset({"unit"}),
    CURATOR: frozenset({"own"}),
    PSYCHOLOGIST: frozenset({"team", "department"}),
    PEDAGOGUE: frozenset({"team", "department"}),
    WORKER: frozenset({"team", "department"}),
    LAWYER: frozenset({"team"}),
    NURSE: frozenset({"team", "department"}),
    REHABILITATION: frozenset({"team", "department"}),
    REGISTRAR: frozenset({"unit"}),
    SECRETARY: frozenset({"agenda"}),
    ACCOUNTANT: frozenset(),
    VOLUNTEERS: frozenset(),
    PARTNER: frozenset({"measures"}),
    AUDITOR: frozenset(),
}
"""Whose rows a role sees; the rows of several roles add up.

``unit`` every family of the service · ``own`` cases the person leads, his areas, what he has entered and nobody else
leads · ``team`` cases in whose team he works, and measures he carries out · ``department`` measures of an approved
programme given to his department · ``agenda`` families a body is asked about · ``measures`` measures given to his own
organisation, without the family. A word is taught to find its rows by the slices (:mod:`app.scope`); without a word
a role sees no family at all.
"""

FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    (WORKER, "families"): ("name", "territory_id", "address", "area_id", "phone"),
    (LAWYER, "families"): ("name", "reg_number"),
    (LAWYER, "people"): ("name", "birth_date"),
    (LAWYER, "members"): ("person_id", "role", "person.birth_date", "is_legal_representative", "lives_together",
                          "family_id", "date_from", "date_to"),
    (NURSE, "people"): ("name", "sex", "birth_date", "health_note"),
    (REHABILITATION, "people"): ("name", "sex", "birth_date"),
    (PARTNER, "referrals"): ("number", "date", "kind", "question", "due", "status", "data_list", "answer_at",
                             "answer_no", "answer_text", "outcome"),
    (PARTNER, "measures"): ("title", "direction", "form", "volume", "periodicity", "starts", "due", "expected_result",
                            "status", "done_at", "result", "not_done_reason"),
}  # fmt: skip
"""How much of a screen a role is shown where the matrix gives it part of a block: address, composition, child, own
measures. A screen that stands here for a role has no search, history, files nor overview for it, because those tell
of every field. Whoever has another role with the whole screen sees the whole screen.
"""

OWN_ENTRIES = frozenset({"social_worker", "lawyer", "nurse", "rehabilitation"})
"""Codes of the roles that are shown, of visits and requests, their own only (domain.md 3.10: «RW own services»)."""


def sees_own_entries_only(roles: Collection[str]) -> bool:
    """Whether people with *roles* (codes) see only what they have entered themselves of what the team does."""
    return bool(roles) and OWN_ENTRIES.issuperset(roles)


_DIRECTORIES = {"services": "R", "partners": "R", "territories": "R", "areas": "R", "staff": "R", "departments": "R",
                "units": "R", "calendar": "R", "order": "R", "orders": "R", "order_items": "R", "regulations": "R",
                "visas": "R give", "contracts": "R"}  # fmt: skip

_ON_THE_PATH = "move_on skip_stage keep_paper take_out_paper"
"""What those who lead cases do with a case on its path; on which stage it falls to whom, the order of work says."""

ROLES: dict[str, dict[str, str]] = {
    ADMINISTRATOR: {
        "order": "R",
        "staff": "RW", "departments": "RW", "units": "RW", "territories": "RW", "areas": "L", "partners": "L",
        "calendar": "RWD", "accounts": "RWA", "roles": "RW", "backups": "RW", "audit": "R",
    },
    DIRECTOR: {
        "decisions": "R can_add", "charges": "R", "proposals": "R", "amendments": "R", "breaches": "R",
        "dispatches": "R", "letters": "R", "conclusions": "R sign", "refusals": "R", "transfers": "R",
        "post_support": "R", "post_checks": "R",
        "visits": "R", "referrals": "R", "tasks": "R take complete decline", "progress": "R", "control": "R",
        "acts": "R", "act_health": "RS", "assessments": "RS", "problems": "R", "resources": "R", "contacts": "R",
        "scores": "R", "passports": "RSP", "reviews": "R", "quality": "R",
        "plans": "RW", "plan_items": "RWA",
        "surveys": "R", "questions": "R", "responses": "R",
        "benefits": "R", "aid": "R", "events": "R", "participants": "R", "ipra": "RS", "ipra_items": "RS",
        "recommendations": "RS", "courses": "RS", "procedures": "RS",
        **_DIRECTORIES, "staff": "RWAB", "departments": "RW", "units": "RW", "areas": "RWB", "partners": "RWB",
        "calendar": "RWD", "orders": "RWA", "order_items": "RWA", "regulations": "RWA", "visas": "RWA",
        "contracts": "RWAB",
        "families": "RSB", "people": "RSPB", "members": "RP", "children": "RS", "disabilities": "RS", "ovz": "RS",
        "intakes": "R", "applications": "R", "recognitions": "R", "intake_journal": "R", "family_journal": "R",
        "consents": "R", "cases": "RB can_add assign_curator override", "assignments": "R", "team": "R",
        "agreements": "R sign amend terminate", "records": "RB", "reports": "RSP",
        "programmes": "R", "versions": "R", "measures": "R", "lines": "L", "waiting": "RW",
        "bodies": "RW", "body_members": "RW", "meetings": "RWA", "audit": "R", "extract": "RSP",
    },
    HEAD: {
        "decisions": "R can_add", "charges": "RA", "proposals": "RA", "amendments": "R", "breaches": "R",
        "dispatches": "RA", "letters": "RA", "conclusions": "R can_edit refresh sign", "refusals": "R",
        "transfers": "R", "post_support": "RA", "post_checks": "RA",
        "visits": "RWA", "referrals": "RWA", "tasks": "RWA", "progress": "RWA", "control": "R",
        "acts": "RWDA", "act_health": "RS", "assessments": "RWDSA", "problems": "RWDA", "resources": "RWD",
        "scores": "R", "contacts": "RWD", "passports": "RSP", "reviews": "RWDA", "quality": "RW",
        "plans": "RW", "plan_items": "RWA",
        "surveys": "RWA", "questions": "RW", "responses": "R",
        "benefits": "RWA", "aid": "RW", "events": "RW", "participants": "RW", "ipra": "RS", "ipra_items": "RS",
        "recommendations": "RS", "courses": "RS", "procedures": "RS",
        **_DIRECTORIES, "services": "RWDB", "partners": "RWDB", "territories": "RWB", "areas": "RWDB",
        "calendar": "RWD", "orders": "RWA", "order_items": "RWA", "regulations": "RWA", "visas": "RWA",
        "contracts": "RWAB",
        "families": "RWSB", "people": "RWSPB", "members": "RWPAB", "children": "RWSB",
        "intakes": "RWA", "applications": "RWA", "recognitions": "RW", "intake_journal": "RA", "family_journal": "RA",
        "disabilities": "RWS", "ovz": "RWS", "consents": "RWA", "cases": "RWAB",
        "assignments": "R", "team": "RWA", "agreements": "RWA", "records": "RWSAB",
        "reports": "RSP",
        "programmes": "R", "versions": "RWA", "measures": "RWDAB", "lines": "L", "waiting": "RW",
        "bodies": "RW", "body_members": "RWA", "meetings": "RWA", "import": "RW",
        "extract": "RSP",
    },
    CURATOR: {
        "decisions": "R", "charges": "RA", "proposals": "RA", "amendments": "R", "breaches": "R",
        "dispatches": "RA", "letters": "RA", "conclusions": "R can_edit refresh", "refusals": "R", "transfers": "R",
        "post_support": "RA", "post_checks": "RA",
        "visits": "RWA", "referrals": "RWA", "tasks": "RWA", "progress": "RW submit send_back", "control": "R",
        "acts": "RWDA", "act_health": "RWS", "assessments": "RWDSA", "problems": "RWDA", "resources": "RWD",
        "scores": "R", "contacts": "RWD", "passports": "RSP", "reviews": "RWDA", "quality": "RW",
        "plans": "R", "plan_items": "RWA",
        "surveys": "RWA", "questions": "RW", "responses": "R",
        "benefits": "RWA", "aid": "RW", "events": "RW", "participants": "RW", "ipra": "RWS", "ipra_items": "RWSA",
        "recommendations": "RWS", "courses": "RWSA", "procedures": "RWSA",
        **_DIRECTORIES, "partners": "RW",
        "families": "RWS", "people": "RWSP", "members": "RWPA", "children": "RWS", "disabilities": "RWS", "ovz": "RWS",
        "intakes": "RW link_family open_case close", "applications": "RW register take_up withdraw",
        "recognitions": "RW", "intake_journal": "R", "family_journal": "R",
        "consents": "RWA", "assignments": "R",
        "cases": "RW advance refuse close make_passport no_resources set_level set_category "
        "propose prepare_conclusion family_refused " + _ON_THE_PATH,
        "team": "RWA", "agreements": "RW sign amend breach",
        "records": "RWSA", "reports": "R",
        "programmes": "R", "versions": "RWA", "measures": "RWDA", "lines": "L", "waiting": "R",
        "bodies": "R", "body_members": "R", "meetings": "R sign", "import": "RW",
    },
    PSYCHOLOGIST: {
        "decisions": "R", "charges": "R", "dispatches": "R", "letters": "R", "conclusions": "R", "post_support": "R",
        "post_checks": "R",
        "visits": "RWA", "referrals": "RWA", "tasks": "RWA", "progress": "RW submit", "control": "R",
        "acts": "RWDA", "assessments": "RWDSA", "problems": "RWDA", "resources": "RWD", "contacts": "RWD",
        "scores": "R", "passports": "R", "reviews": "RWDA", "quality": "RW",
        "plans": "R", "plan_items": "RWA",
        "surveys": "RWA", "questions": "RW", "responses": "R",
        "events": "RW", "participants": "RW",
        **_DIRECTORIES, "families": "R", "people": "R", "members": "R", "children": "RS",
        "disabilities": "RS", "ovz": "RS", "cases": "R make_passport no_resources", "team": "R",
        "records": "RWSA", "programmes": "R", "versions": "RW correct", "measures": "RWDA", "lines": "L",
        "waiting": "R", "bodies": "R", "body_members": "R", "meetings": "R sign", "import": "RW",
    },
    PEDAGOGUE: {
        "decisions": "R", "charges": "R", "dispatches": "R", "letters": "R", "conclusions": "R", "post_support": "R",
        "post_checks": "R",
        "visits": "RWA", "referrals": "RWA", "tasks": "RWA", "progress": "RW submit", "control": "R",
        "acts": "RWDA", "assessments": "RWDA", "problems": "RWDA", "resources": "RWD", "contacts": "RWD",
        "scores": "R", "passports": "R", "reviews": "R", "quality": "RW",
        "plans": "R", "plan_items": "RWA",
        "surveys": "RWA", "questions": "RW", "responses": "R",
        "events": "RW", "participants": "RW",
        **_DIRECTORIES, "families": "R", "people": "R", "members": "R", "children": "RS",
        "disabilities": "RS", "ovz": "RS", "cases": "R make_passport no_resources", "team": "R",
        "records": "RWSA", "programmes": "R", "versions": "RW correct", "measures": "RWDA", "lines": "L",
        "waiting": "R", "bodies": "R", "body_members": "R", "meetings": "R sign", "import": "RW",
    },
    WORKER: {
        "visits": "RWA", "referrals": "RWA", "tasks": "R take complete decline", "partners": "L",
        "calendar": "R", "order": "R",
        "services": "L", "staff": "L", "cases": "L", "people": "L", "families": "R", "records": "RWA",
        "lines": "L", "measures": "R mark",
    },
    LAWYER: {
        "visits": "RWA", "referrals": "RWA", "tasks": "R take complete decline", "partners": "L",
        "calendar": "R", "order": "R", "orders": "R", "order_items": "R", "regulations": "R", "visas": "R give",
        "services": "L", "staff": "L", "cases": "L", "people": "R", "families": "R", "members": "R",
        "records": "RWA", "lines": "L", "measures": "R mark",
    },
    NURSE: {
        "visits": "RWA", "referrals": "RWA", "tasks": "R take complete decline",
        "recommendations": "RWS", "courses": "RWSA", "procedures": "RWSA",
        "calendar": "R", "order": "R",
        "services": "L", "staff": "L", "partners": "L", "cases": "L", "people": "RS", "families": "L",
        "children": "RS", "disabilities": "RWS", "ovz": "RS", "records": "RWSA", "lines": "L", "measures": "R mark",
    },
    REHABILITATION: {
        "visits": "RWA", "referrals": "RWA", "tasks": "R take complete decline",
        "ipra": "RWS", "ipra_items": "RWSA",
        "calendar": "R", "order": "R",
        "services": "L", "staff": "L", "partners": "L", "cases": "L", "people": "R", "families": "L",
        "children": "RS", "disabilities": "RWS", "ovz": "RS", "records": "RWA", "lines": "L", "measures": "R mark",
    },
    REGISTRAR: {
        "decisions": "R can_add", "amendments": "R", "breaches": "R", "refusals": "R",
        **_DIRECTORIES, "territories": "RWB",
        "families": "RWB", "people": "RWB", "members": "RWAB", "children": "RWB", "consents": "RWA",
        "intakes": "RWA", "applications": "RW register take_up withdraw", "recognitions": "RW", "intake_journal": "RA",
        "family_journal": "RA", "bodies": "L", "cases": "RWB enter_register " + _ON_THE_PATH,
        "assignments": "R", "agreements": "R", "import": "RW",
    },
    SECRETARY: {
        "decisions": "R can_add", "charges": "RA", "proposals": "R", "conclusions": "R can_edit refresh",
        **_DIRECTORIES, "families": "R", "people": "L", "members": "R", "cases": "R prepare_conclusion",
        "programmes": "R", "versions": "R", "measures": "R", "lines": "L",
        "waiting": "RW", "bodies": "RW", "body_members": "RWA", "meetings": "RWA", "recognitions": "RW",
    },
    ACCOUNTANT: {"services": "R", "partners": "R", "staff": "R", "departments": "R", "units": "R",
                 "calendar": "R", "order": "R"},
    VOLUNTEERS: {"services": "R", "events": "R", "partners": "R", "staff": "R", "calendar": "R", "order": "R"},
    PARTNER: {"measures": "R mark", "referrals": "R answer"},
    AUDITOR: {"order": "R", "staff": "R", "departments": "R", "units": "R", "accounts": "R", "roles": "R",
              "audit": "R", "extract": "RSP"},
}  # fmt: skip

RANKS: dict[str, int] = {"administrator": 3, "director": 2, "head_of_service": 1}
"""Who may hand out what: nobody gives, takes or changes a role above the highest of his own. Others stand at 0."""


def rank(roles: Collection[str]) -> int:
    """Return the highest rank among *roles*, names or codes; nothing ranks below every role."""
    return max((RANKS.get(CODES.get(role, role), 0) for role in roles), default=-1)


def grants(role: str, known: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the (permission, screen) pairs delivered to *role*, of those that are *known* to exist."""
    found: set[tuple[str, str]] = set()
    for screen, line in ROLES[role].items():
        letters, *actions = line.split()
        names = {name for name, where in known if where == screen}
        wanted = set(actions).union(*(LETTERS[letter] for letter in letters if letter in LETTERS))
        if "A" in letters:
            wanted |= {name for name in names if not name.startswith("can_")}
        found |= {(name, screen) for name in wanted & names}
    return found


_SCOPES_BY_CODE = {CODES[role]: words for role, words in SCOPES.items()}
_WHOLE_BY_CODE = {
    CODES[role]: frozenset(
        screen for screen, line in screens.items() if "R" in line.split()[0] and (role, screen) not in FIELDS
    )
    for role, screens in ROLES.items()
}
_FIELDS_BY_CODE = {(CODES[role], screen): frozenset(names) for (role, screen), names in FIELDS.items()}


def scopes_of(roles: Collection[str]) -> frozenset[str]:
    """Return the words of :data:`SCOPES` for *roles*, given by code; a role nobody delivered has none."""
    return frozenset().union(*(_SCOPES_BY_CODE.get(role, frozenset()) for role in roles))


def fields_of_screen(roles: Collection[str], screen: str) -> frozenset[str] | None:
    """Return the fields of *screen* people with *roles* (codes) are shown, None when nothing is held back."""
    narrow = [_FIELDS_BY_CODE[role, screen] for role in roles if (role, screen) in _FIELDS_BY_CODE]
    if not narrow or any(screen in _WHOLE_BY_CODE.get(role, ()) for role in roles):
        return None
    return frozenset().union(*narrow)

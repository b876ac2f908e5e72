"""Who may do what, as delivered: one line per role and screen. A centre may change it; setup never undoes that.

Letters: ``L`` look up in forms · ``R`` list, card, look-up, Excel · ``W`` add, change, work · ``D`` delete ·
``S`` data on health · ``P`` prevention registers and parental rights · ``B`` change many at once, share views of the
list · ``A`` every action of the screen. Single actions follow by name.
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

_DIRECTORIES = {"services": "R", "partners": "R", "territories": "R", "areas": "R", "staff": "R", "departments": "R",
                "units": "R"}  # fmt: skip

ROLES: dict[str, dict[str, str]] = {
    ADMINISTRATOR: {
        "staff": "RW", "departments": "RW", "units": "RW", "territories": "RW", "areas": "L", "partners": "L",
        "accounts": "RWA", "roles": "RW", "backups": "RW", "audit": "R",
    },
    DIRECTOR: {
        **_DIRECTORIES, "staff": "RWAB", "departments": "RW", "units": "RW", "areas": "RWB", "partners": "RWB",
        "families": "RSB", "people": "RSPB", "members": "RP", "children": "RS", "disabilities": "RS", "ovz": "RS",
        "consents": "R", "cases": "RB assign_curator", "assignments": "R", "team": "R", "agreements": "R sign",
        "records": "RB", "reports": "RSP",
        "programmes": "R", "versions": "R", "measures": "R", "lines": "L", "waiting": "RW",
        "bodies": "RW", "body_members": "RW", "meetings": "RWA", "audit": "R",
    },
    HEAD: {
        **_DIRECTORIES, "services": "RWDB", "partners": "RWDB", "territories": "RWB", "areas": "RWDB",
        "families": "RWSB", "people": "RWSPB", "members": "RWPAB", "children": "RWSB",
        "disabilities": "RWS", "ovz": "RWS", "consents": "RWA", "cases": "RWAB",
        "assignments": "R", "team": "RWA", "agreements": "RWA", "records": "RWSAB",
        "reports": "RSP",
        "programmes": "R", "versions": "RWA", "measures": "RWDAB", "lines": "L", "waiting": "RW",
        "bodies": "RW", "body_members": "RWA", "meetings": "RWA", "import": "RW",
    },
    CURATOR: {
        **_DIRECTORIES, "partners": "RW",
        "families": "RWS", "people": "RWSP", "members": "RWPA", "children": "RWS", "disabilities": "RWS", "ovz": "RWS",
        "consents": "RWA", "cases": "RW advance refuse close", "assignments": "R", "team": "RWA", "agreements": "RW",
        "records": "RWSA", "reports": "R",
        "programmes": "R", "versions": "RWA", "measures": "RWDA", "lines": "L", "waiting": "R",
        "bodies": "R", "body_members": "R", "meetings": "R sign",
    },
    PSYCHOLOGIST: {
        **_DIRECTORIES, "families": "R", "people": "R", "members": "R", "children": "RS",
        "disabilities": "RS", "ovz": "RS", "cases": "R", "team": "R",
        "records": "RWSA", "programmes": "R", "versions": "R", "measures": "RWDA", "lines": "L",
        "waiting": "R", "bodies": "R", "body_members": "R", "meetings": "R sign",
    },
    PEDAGOGUE: {
        **_DIRECTORIES, "families": "R", "people": "R", "members": "R", "children": "RS",
        "disabilities": "RS", "ovz": "RS", "cases": "R", "team": "R",
        "records": "RWSA", "programmes": "R", "versions": "R", "measures": "RWDA", "lines": "L",
        "waiting": "R", "bodies": "R", "body_members": "R", "meetings": "R sign",
    },
    WORKER: {
        "services": "L", "staff": "L", "cases": "L", "people": "L", "families": "L", "records": "RWA",
        "lines": "L", "measures": "R mark",
    },
    REGISTRAR: {
        **_DIRECTORIES, "territories": "RWB",
        "families": "RWB", "people": "RWB", "members": "RWAB", "children": "RWB", "consents": "RWA", "cases": "RWB",
        "assignments": "R", "agreements": "R", "import": "RW",
    },
    SECRETARY: {
        **_DIRECTORIES, "families": "R", "people": "L", "members": "R", "cases": "R",
        "programmes": "R", "versions": "R", "measures": "R", "lines": "L",
        "waiting": "RW", "bodies": "RW", "body_members": "RWA", "meetings": "RWA",
    },
    ACCOUNTANT: {"services": "R", "partners": "R", "staff": "R", "departments": "R", "units": "R"},
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

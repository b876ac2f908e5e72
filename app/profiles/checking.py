"""The schema of an order of work, and what breaks it, said in Russian: what is wrong and what is allowed."""

from __future__ import annotations

import difflib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMA = Path(__file__).with_name("schema.json")

_KINDS = {
    "object": "список ключей с значениями",
    "array": "список",
    "string": "текст",
    "integer": "целое число",
    "boolean": "true или false",
    "null": "null",
}
_PATTERNS = {
    "^[a-z][a-z0-9_]*$": "латинские строчные буквы, цифры и _, первой стоит буква",
    "^D(0[1-9]|[12][0-9]|3[0-4])$": "код документа от D01 до D34",
    "^R(0[1-9]|1[0-9]|2[0-4])$": "код реестра от R01 до R24",
    "\\{n(:0\\d)?\\}": "место для номера: {n} или {n:03}",
    "^(0[1-9]|1[0-2])$": 'месяц от "01" до "12"',
    "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$": 'день в виде "12-31"',
    "^(D(0[1-9]|[12][0-9]|3[0-4])|copies|copy:[a-z_]+)$": "код от D01 до D34, copies или copy:вид",
}


@cache
def validator() -> Draft202012Validator:
    """Return the validator of the schema, made once."""
    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def broken(data: Any) -> list[tuple[tuple[Any, ...], str]]:
    """Return what breaks the schema: the path of each place and its sentence."""
    return [told for error in validator().iter_errors(data) for told in _told(error)]


def _told(error: ValidationError) -> list[tuple[tuple[Any, ...], str]]:
    path = tuple(error.absolute_path)
    if error.validator == "anyOf":
        return _told_of_either(error)
    if error.validator == "additionalProperties":
        allowed = list(error.schema.get("properties", ()))
        patterns = list(error.schema.get("patternProperties", ()))
        strange = [key for key in error.instance if key not in allowed and not _matches(error, key)]
        listed = ", ".join([*allowed, *(_PATTERNS.get(one, one) for one in patterns)])
        return [((*path, key), f"ключа «{key}» здесь нет{_guess(key, allowed)}. Можно: {listed}.") for key in strange]
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        # jsonschema reports each missing key apart and names it in its message only.
        named = next(key for key in missing if error.message.startswith(repr(key)))
        return [(path, f"не хватает ключа «{named}».")]
    return [(path, _sentence(error))]


def _matches(error: ValidationError, key: str) -> bool:
    return any(re.search(pattern, key) for pattern in error.schema.get("patternProperties", ()))


def _told_of_either(error: ValidationError) -> list[tuple[tuple[Any, ...], str]]:
    """Tell of «this or null»: what is wrong with the value as the former, when it is no null."""
    path = tuple(error.absolute_path)
    kind = "object" if isinstance(error.instance, dict) else "array" if isinstance(error.instance, list) else ""
    inner = [one for one in error.context or () if one.validator != "type" and one.validator != "enum"]
    if kind and inner:
        return [told for one in inner for told in _told(one)]
    either = " или ".join(filter(None, (_wanted(one) for one in error.validator_value)))
    return [(path, f"стоит {_shown(error.instance)}, а нужно: {either}.")]


def _wanted(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return "слово с падежными формами" if named == "forms" else _wanted(validator().schema["$defs"][named])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    return _PATTERNS.get(schema.get("pattern", "")) or _KINDS.get(str(schema.get("type")), "")


def _sentence(error: ValidationError) -> str:
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "enum":
            return f"значения «{value}» нет{_guess(value, wanted)}. Можно: {', '.join(map(str, wanted))}."
        case "type":
            return f"стоит {_shown(value)}, а нужно: {_KINDS.get(str(wanted), str(wanted))}."
        case "pattern":
            return f"«{value}» не подходит, а нужно: {_PATTERNS.get(wanted, wanted)}."
        case "minLength":
            return "значение пустое: напишите его или уберите ключ."
        case "minItems":
            return f"в списке должно быть не меньше {wanted}, а стоит {len(value)}."
        case "maxItems":
            return f"в списке должно быть не больше {wanted}, а стоит {len(value)}."
        case "uniqueItems":
            twice = next(one for one in value if value.count(one) > 1)
            return f"«{twice}» стоит в списке дважды."
        case "minimum":
            return f"стоит {value}, а нужно не меньше {wanted}."
    raise ValueError(f"schema.json uses {error.validator}, which has no sentence here")


def _shown(value: Any) -> str:
    if value is None:
        return "пусто"
    if isinstance(value, bool):
        return f"{'true' if value else 'false'} (слова yes, no, on и off YAML читает так же)"
    if isinstance(value, dict):
        return "список ключей с значениями"
    return "список" if isinstance(value, list) else f"«{value}»"


def _guess(value: Any, allowed: Any) -> str:
    close = difflib.get_close_matches(str(value), [str(one) for one in allowed], 1, 0.6)
    return f", похоже на «{close[0]}»" if close else ""

"""YAML as data, with the line every value stands on, so that a refusal can point at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

LONGEST = 400_000
"""Characters of a file; the four delivered ones have about 35 000."""

Path = tuple[Any, ...]


class Unreadable(Exception):
    """The text is no YAML, or YAML that says less than it shows: *line* (from 1) and a Russian sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True)
class Read:
    """The data of a file and the line of each value, by the path of keys and numbers that leads to it."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of the value at *path*, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Reader(yaml.SafeLoader):
    """Composes the tree without aliases, which let a short text stand for a boundless one."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise Unreadable(event.start_mark.line + 1, "ссылки YAML (*имя) здесь не читаются: напишите значение.")
        return super().compose_node(parent, index)


def read(text: str) -> Read:
    """Return the data of *text* with its lines.

    Raises:
        Unreadable: it is no YAML, is too long, has an alias or a key twice.
    """
    if len(text) > LONGEST:
        raise Unreadable(1, "файл слишком большой для порядка работы.")
    try:
        reader = _Reader(text)
        root = reader.get_single_node()
        if root is None:
            raise Unreadable(1, "файл пустой.")
        lines: dict[Path, int] = {}
        _walk(root, (), lines)
        return Read(reader.construct_document(root), lines)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        sentence = f"это место не читается как YAML ({broken.problem}). Проверьте отступы и кавычки."
        raise Unreadable(mark.line + 1 if mark else 1, sentence) from broken
    except yaml.YAMLError as broken:
        raise Unreadable(1, "файл не читается как YAML: в нём недопустимые знаки.") from broken


def _walk(node: Node, path: Path, lines: dict[Path, int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key.value, str):
                raise Unreadable(line, "ключ должен быть одним словом.")
            if key.value in seen:
                raise Unreadable(line, f"ключ «{key.value}» повторён, первый раз он в строке {seen[key.value]}.")
            seen[key.value] = line
            _walk(value, (*path, key.value), lines)
            # A missing or unknown key is told at the key, not at what stands behind it.
            lines[(*path, key.value)] = line
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*path, number), lines)

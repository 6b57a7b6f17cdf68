"""The answers of Chorus Pro, explained: the cause and the record to mend.

A pasted text is cut into sentences. In each, *subjects* (the service code, a node of the file…)
and *predicates* (is mandatory, is unknown…) are found, and each predicate is tied to the subject
nearest to it. :data:`.answers.ROWS` has the known pairs; no other is explained or guessed.
Every search is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from .. import limits
from ..messages import Message
from ..text import normalized
from .answers import DUPLICATE, NODES, PREDICATES, RECEIVED, ROWS, WORDS, Row

#: How far a predicate may be from its subject, in characters.
REACH = 250


@dataclass(frozen=True)
class Explanation:
    """The cause of a rejection and its cure.

    :param code: stable code
    :param message: cause and cure
    :param place: record to mend, relative to the document: a key of :data:`.answers.MODELS`
    :param field: the field to mend, "" for none in particular
    """

    code: str
    message: Message
    place: str
    field: str = ""

    @property
    def is_refusal(self) -> bool:
        """Whether Chorus Pro refused something: one answer only confirms the receipt."""
        return self.code != RECEIVED

    @property
    def is_there(self) -> bool:
        """Whether Chorus Pro says that it has a document of this number already."""
        return self.code == DUPLICATE


_ALONE = {subject: row for row in ROWS if not row.predicates for subject in row.subjects.split()}
_PAIRS = {
    (subject, predicate): row
    for row in ROWS
    for subject in row.subjects.split()
    for predicate in row.predicates.split()
}
_PAIRS.update(
    (pair, row)
    for row in ROWS
    if row.code == "unreadable"
    for pair in [(subject, "unreadable") for subject in ("file", "invoice", "flow")]
)
# Users quoted nothing but the node (reference §6).
_NODES_ALONE = {
    subject: row
    for row in ROWS
    if row.code in ("framework_refused", "reform_profile")
    for subject in row.subjects.split()
    if subject != "routing"
}
#: Subjects that may stand for the one after them.
_TRANSPARENT = frozenset({"invoice", "file", "flow"})
#: Predicates that come before their subject.
_BEFORE = frozenset({"lack"})


def _compiled(patterns: dict[str, str]) -> re.Pattern:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in patterns.items()))


_WORD = _compiled(WORDS)
_PREDICATE = _compiled(PREDICATES)
_NODE = _compiled({name: rf"(?:^|(?<=\.))(?:{pattern})$" for name, pattern in NODES.items()})
_TOKEN = re.compile(r"[\w@.:/*\[\]-]+")
_PREFIX = re.compile(r"(?<![a-z])[a-z]{1,12}:(?=[a-z@*])|\[[^\[\]]*\]|\*:|@")
_NODE_NAME = re.compile(r"(?:^|\.)(?:fichierxml|crossindustryinvoice|[a-z]{12,})(?:\.|$)")


def explain(text: str | None) -> list[Explanation]:
    """Explain a text of Chorus Pro.

    :param text: pasted by a user: one or several answers, as the portal shows them
    :return: one explanation a cause, in the order of the text, each once; nothing for an answer
        that is not known
    """
    found: dict[str, tuple[int, Row]] = {}
    start = 0
    for sentence in _sentences((text or "")[: limits.ANSWER_LENGTH]):
        for position, row in _read(sentence):
            at = start + position
            if row.code not in found or at < found[row.code][0]:
                found[row.code] = (at, row)
        start += len(sentence) + 1
    return [
        Explanation(row.code, Message(row.message), row.place, row.field)
        for _at, row in sorted(found.values(), key=lambda item: item[0])
    ]


# ---------------------------------------------------------------------- cutting the text

_CONTINUES = re.compile(r"[a-z(),:;]")
_UNFINISHED = re.compile(
    r"(?:[(,:-]|'|\b(?:le|la|les|du|de|des|un|une|est|au|aux|par|pour|et|ou|ne|pas|avec))$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"[a-z][A-Z][A-Za-z]{0,60}\.$")
_BORDER = re.compile(r"[;|]|(?<=[.!?])\s+(?=[A-Z\"'(])|(?<=\s)[-*\u2022]\s+(?=[A-Z])")
_ODD = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "«": '"', "»": '"', "“": '"'})
_ODD.update(str.maketrans({"”": '"', "œ": "oe", "Œ": "OE", "°": "o", "\x0b": "\n", "\x0c": "\n"}))


def _plain(text: str) -> str:
    """Letters without accents, one kind of quotation mark, no invisible character."""
    text = normalized("NFKD", text.translate(_ODD))[: 2 * limits.ANSWER_LENGTH]
    return "".join(
        char for char in text if char == "\n" or unicodedata.category(char) not in ("Mn", "Cf")
    )


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, folded; lines that a window had cut are joined again."""
    parts: list[str] = []
    size = depth = 0
    for line in [*_plain(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"), ""]:
        line = line.strip()
        before = parts[-1] if parts else ""
        joined = line and before and size < limits.ANSWER_LENGTH // 50
        if joined and not (depth > 0 or _CONTINUES.match(line) or _goes_on(before)):
            joined = False
        if not joined and parts:
            yield from _cut(" ".join(parts))
            parts, size, depth = [], 0, 0
        if line:
            parts.append(line)
            size += len(line)
            depth += line.count("(") - line.count(")")


def _goes_on(line: str) -> bool:
    """Whether a line stops in the middle of a sentence or of a path."""
    end = line[-80:]
    return bool(_UNFINISHED.search(end) or _CAMEL.search(end))


def _cut(paragraph: str) -> Iterator[str]:
    start = 0
    for border in _BORDER.finditer(paragraph):
        # "SupplyChainTradeTransaction. BuyerReference" is one path that was cut.
        if _CAMEL.search(paragraph[max(start, border.start() - 80) : border.start()]):
            continue
        yield _fold(paragraph[start : border.start()])
        start = border.end()
    yield _fold(paragraph[start:])


def _fold(sentence: str) -> str:
    sentence = " ".join(sentence.lower().split())
    sentence = re.sub(r" ?\. ?(?=value\b)", ".", sentence)
    return re.sub(r"\bno\b\.? ?(?=[a-z])", "numero ", sentence)


# ---------------------------------------------------------------------- reading a sentence


def _read(sentence: str) -> Iterator[tuple[int, Row]]:
    """Find the known answers in one sentence.

    :param sentence: folded
    :return: the place in it and the row, one a predicate
    """
    subjects = _find_subjects(sentence)
    for start, _end, name, is_node in subjects:
        row = _NODES_ALONE.get(name) if is_node else _ALONE.get(name)
        if row:
            yield start, row
    starts = [start for start, _end, _name, _is_node in subjects]
    for match in _PREDICATE.finditer(sentence):
        index = bisect_left(starts, match.start())
        before = reversed(subjects[max(0, index - 6) : index])
        after = subjects[index : index + 6]
        orders = (before, after)
        for candidates in reversed(orders) if match.lastgroup in _BEFORE else orders:
            hit = _bind(candidates, match)
            if hit:
                yield hit
                break


def _bind(candidates, match: re.Match) -> tuple[int, Row] | None:
    """The nearest subject that a predicate can be of, if the pair is known."""
    for start, end, name, _is_node in candidates:
        if max(start - match.end(), match.start() - end) > REACH:
            return None
        row = _PAIRS.get((name, match.lastgroup))
        if row:
            return min(start, match.start()), row
        if name not in _TRANSPARENT:
            return None
    return None


def _find_subjects(sentence: str) -> list[tuple[int, int, str, bool]]:
    """Words and nodes that something may be said of, in order.

    :return: start, end, name, and whether it is a node of the file
    """
    nodes = []
    for token in _TOKEN.finditer(sentence):
        name = _find_node(token.group())
        if name:
            nodes.append((token.start(), token.end(), name, True))
    ends = [end for _start, end, _name, _is_node in nodes]
    found = list(nodes)
    for match in _WORD.finditer(sentence):
        index = bisect_left(ends, match.start() + 1)
        if index == len(nodes) or nodes[index][0] >= match.end():  # not a part of a path
            found.append((match.start(), match.end(), match.lastgroup, False))
    return sorted(found)


def _find_node(token: str) -> str | None:
    """The subject that a path names by its end, "other" for a path to something else."""
    path = _PREFIX.sub("", token).replace("/", ".").strip(".:-*")
    path = re.sub(r"\.{2,}", ".", path).removesuffix(".value")
    match = _NODE.search(path[-200:])
    if match:
        return match.lastgroup
    return "other" if "." in path and _NODE_NAME.search(path[-400:]) else None

"""Recognises what a goal asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

GoalKind: TypeAlias = Literal["extract", "inventory", "sort", "summarise", "search"]

ABILITIES = (
    "put receipts and invoices into a table, with a total per month",
    "make an inventory of a folder",
    "sort documents by kind into a table",
    "summarise documents by what stands in them (headings, first sentences, figures)",
    "find words in files",
)

_RECEIPTS = (
    r"receipts?|invoices?|bills?|expenses?|tickets?|spending|spent|belege?n?|quittung\w*|rechnung\w*"
    r"|ausgaben|recus?|reçus?|factures?|ricevut\w+|fattur\w+|scontrin\w+|recibos?|facturas?|gastos"
    r"|spese|dépenses"
)
_TABLE = (
    r"tables?|csv|spreadsheet|sheet|rows?|totals?|ledger|per month|by month|monthly|sum\b|add up"
    r"|how much|extract|overview|tabelle|tableau|tabella|tabla|pro monat|zusammen|summe"
)
_VERBS: tuple[tuple[GoalKind, re.Pattern[str]], ...] = (
    ("sort", re.compile(r"\b(?:sort(?!ed)|classify|categori[sz]e|organi[sz]e|tidy|group|sortiere?|ordne"
        r"|klassifizier\w*|trier?|classe[rz]?|clasifica\w*)\b")),
    ("inventory", re.compile(r"\b(?:inventory|inventar\w*|inventaire|what(?:'s| is) in (?:this|the|my) folder|(?:list"
        r"|show)(?: me)? (?:all |the |every )*(?:files|documents|contents|folder)|what files)\b")),
    ("summarise", re.compile(r"\b(?:summari[sz]e|summary|summaries|sum up|digest|tl;?dr|abstract|fasse\b.*zusammen"
        r"|zusammenfass\w*|résume\w*|resume[nrz]?|riassum\w*|key (?:facts|points|figures))\b")),
    ("search", re.compile(r"\b(?:find|search(?: for)?|look for|grep|locate|where (?:is|are|does|do)|which (?:file|files"
        r"|document|documents) (?:mention|mentions|contain|contains)|suche?|finde|cherche[rz]?"
        r"|trouve[rz]?|cerca|busca)\b")),
)  # fmt: skip
_OUTPUT_LEAD = (
    r"(?:into|in|to|as|called|named|write|save|create|make|file|nach|als|dans|en)\s+(?:a |an |the "
    r"|file |called |named )*"
)
_OUTPUT = re.compile(_OUTPUT_LEAD + r"[`\"'“]?(?P<name>[\w][\w./-]*\.(?P<extension>csv|md))\b", re.IGNORECASE)
_FOLDER = re.compile(
    r"\b(?:in|from|of|under|inside|within)\s+(?:the\s+)?(?:(?:folder|directory"
    r"|subfolder)\s+[`\"'“]?(?P<named>[\w][\w ./-]*?)[`\"'”]?(?=[\s.,;:!?]|$)"
    r"|[`\"'“]?(?P<slashed>[\w][\w.-]*(?:/[\w.-]+)*/)[`\"'”]?)(?=\s|[.,;:!?]|$)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«`']([^\"”“»`']{1,120})[\"”“»`']")
_CONVERSATION = re.compile(
    r"(?:summari[sz]e|summary of|compress|condense|compact)\b.{0,60}\b(?:conversation|transcript"
    r"|chat|session|so far|above|progress|context)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHAT = re.compile(
    r"^\W*(?:ping|pong|hello|hi|hey|hallo|salut|ciao|hola|test(?:ing)?|thanks?(?: you)?|ok(?:ay)?"
    r"|good (?:morning|day|evening)|are you (?:there|alive|ok))\b.{0,40}$",
    re.IGNORECASE | re.DOTALL,
)
MAX_GOAL_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Goal:
    """A recognised goal; names are empty where the goal gives none."""

    kind: GoalKind
    text: str
    table_name: str = ""
    summary_name: str = ""
    folder: str = "."
    query: str = ""


def recognise(blocks: Sequence[str]) -> Goal | None:
    """The goal in the blocks of a user message: the line marked as goal, else the last block, else any other."""
    for text in _candidates(blocks):
        goal = _goal_in(text)
        if goal is not None:
            return goal
    return None


def _candidates(blocks: Sequence[str]) -> list[str]:
    joined = "\n".join(blocks)
    marked = re.search(r"<goal>(?P<goal>.+?)</goal>", joined, re.DOTALL | re.IGNORECASE) or re.search(
        r"^[#* ]*(?:goal|task|ziel|aufgabe)\W*:\W*(?P<goal>\S.*(?:\n(?!\s*\w+:)[^\n]+)*)",
        joined,
        re.MULTILINE | re.IGNORECASE,
    )
    candidates = [marked["goal"]] if marked else []
    candidates.extend(reversed(blocks))
    return [candidate.strip()[:MAX_GOAL_CHARACTERS] for candidate in candidates]


def _goal_in(text: str) -> Goal | None:
    kind = _kind(text.lower())
    if kind is None:
        return None
    outputs = [(match["name"], match["extension"].lower()) for match in _OUTPUT.finditer(text)]
    folder = _FOLDER.search(text)
    return Goal(
        kind,
        text,
        table_name=next((name for name, extension in outputs if extension == "csv"), ""),
        summary_name=next((name for name, extension in outputs if extension == "md"), ""),
        folder=_folder(folder) if folder else ".",
        query=_query(text) if kind == "search" else "",
    )


def _folder(match: re.Match[str]) -> str:
    name = (match["named"] or match["slashed"] or ".").strip().rstrip("/")
    return (
        "."
        if not name
        or ".." in name.split("/")
        or name.lower() in {"this", "and", "into", "to", "with", "by", "as", "above", "below"}
        else name
    )


def _kind(text: str) -> GoalKind | None:
    first: tuple[int, GoalKind] | None = None
    for kind, pattern in _VERBS:
        match = pattern.search(text)
        if match and (first is None or match.start() < first[0]):
            first = (match.start(), kind)
    receipts, table = re.search(rf"\b(?:{_RECEIPTS})\b", text), re.search(rf"\b(?:{_TABLE})", text)
    if receipts and table and (first is None or first[1] != "sort" or not _sorts_first(text, first[0])):
        return "extract"
    return first[1] if first else None


def _sorts_first(text: str, position: int) -> bool:
    """Whether sorting is what is asked, not just the order of the table."""
    made = re.search(
        r"\b(?:put|extract|collect|turn|make|create|build|enter|record|list|total|add|compile"
        r"|gather|write|stelle|erstelle|mets|metti|pon)\b",
        text,
    )
    return made is None or position < made.start()


def _query(text: str) -> str:
    quoted = _QUOTED.search(text)
    if quoted:
        return quoted.group(1).strip()
    match = next(pattern for kind, pattern in _VERBS if kind == "search").search(text.lower())
    rest = text[match.end() :] if match else text
    rest = re.split(
        r"[\n?!]|\.(?:\s|$)|\s+in (?:the|this|my|all|any|every) (?:folder|files?|documents?|directory)\b", rest
    )[0]
    rest = re.sub(
        r"^\s*(?:me\s+)?(?:(?:all|any|every|the|a|an|files?|documents?|places?|lines?|mentions?"
        r"|occurrences?|where|which|that|of|for|with|about|mention(?:s|ing)?|contain(?:s|ing)?"
        r"|word|words|text|nach)\s+)*",
        "",
        rest,
        flags=re.IGNORECASE,
    )
    return rest.strip(" \"'`.,;:")[:120]


def is_chat(text: str) -> bool:
    """Whether the text is small talk or a probe."""
    return bool(_CHAT.match(text))


def asks_for_conversation_summary(text: str) -> bool:
    """Whether the text asks for a summary of the conversation itself, as a client does before it compresses."""
    return bool(_CONVERSATION.search(text))

"""E-mail (.eml): headers, text and the names of attachments, or one attachment."""

from __future__ import annotations

import io
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import BinaryIO

from cowork_tui.adapters.tools.failure import Stop, ToolFailure
from cowork_tui.adapters.tools.names import shown
from cowork_tui.adapters.tools.readers.extracted import Extracted, Part, Reader
from cowork_tui.adapters.tools.readers.guard import parsing
from cowork_tui.adapters.tools.readers.html_files import html_text
from cowork_tui.adapters.tools.wording import counted

_HEADERS = ("From", "To", "Cc", "Bcc", "Reply-To", "Date", "Subject")
MAX_DEPTH = 5
"""Messages in messages."""


def read_mail(stream: BinaryIO, name: str, part: Part, stop: Stop, *, readers: Reader) -> Extracted:
    """The message as text, plain text preferred; `part` names an attachment, which `readers` reads."""
    part.refuse_others(name, "an e-mail", ("part", *(("pages", "sheet", "range", "rows", "select") * bool(part.part))))
    with parsing(name, "e-mail"):
        message = BytesParser(policy=policy.default).parse(stream)
        assert isinstance(message, EmailMessage)
        if not any(message[header] for header in _HEADERS):
            raise ValueError("it has no From, Date or Subject")
        stop.check()
        attachments = _attachments(message)
        if part.part is None:
            return _message(message, attachments, stop)
    return _attachment(name, attachments, part, stop, readers)


def _message(message: EmailMessage, attachments: dict[str, EmailMessage], stop: Stop) -> Extracted:
    lines = [f"{header}: {_one_line(str(message[header]))}" for header in _HEADERS if message[header]]
    lines += [f"Attachment: {shown(name)} ({_size(inner):,} bytes)" for name, inner in attachments.items()]
    body = message.get_body(("plain", "html"))
    text, notes = "", ()
    if isinstance(body, EmailMessage):
        text = _content(body)
        if body.get_content_type() == "text/html":
            text, notes = html_text(text, stop), ("its HTML as text",)
    told = (counted(len(attachments), "attachment"),) if attachments else ()
    hint = ('read one with part="its name"',) if attachments else ()
    return Extracted("eml", "\n".join([*lines, "", text.rstrip("\n")]), told, (*notes, *hint))


def _attachment(
    name: str, attachments: dict[str, EmailMessage], part: Part, stop: Stop, readers: Reader
) -> Extracted:
    wanted = part.part or ""
    found = attachments.get(wanted)
    if found is None:
        known = ", ".join(shown(known) for known in attachments) or "it has none"
        raise ToolFailure(f"{name} has no attachment {shown(wanted[:80])}: {known[:500]}")
    inner = Part(pages=part.pages, sheet=part.sheet, range=part.range, rows=part.rows, select=part.select)
    return readers(io.BytesIO(_bytes(found)), shown(wanted), inner, stop)


def _attachments(message: EmailMessage) -> dict[str, EmailMessage]:
    """Attachments by name; a name that comes twice gets a number, one without a name its number."""
    named = dict[str, EmailMessage]()
    for number, inner in enumerate(message.iter_attachments(), 1):
        assert isinstance(inner, EmailMessage)
        ending = "eml" if inner.get_content_type() == "message/rfc822" else inner.get_content_subtype()
        name = inner.get_filename() or f"attachment-{number}.{ending}"
        named[name if name not in named else f"{number}-{name}"] = inner
    return named


def _content(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # an unknown charset
        return _bytes(part).decode("latin-1")


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    return inner[0].as_bytes() if isinstance(inner, list) and inner else b""  # pyright: ignore


def _size(part: EmailMessage) -> int:
    return len(_bytes(part))


def _one_line(text: str) -> str:
    return " ".join(text.split())

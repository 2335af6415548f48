"""Markdown as an HTML page that stands alone: no script, nothing loaded from elsewhere but images it names."""

from __future__ import annotations

import html
import re

from cowork_tui.adapters.tools.writers.markdown import parse, parser

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #bbb;padding:.3rem .6rem;vertical-align:top}"
    "th{background:#f2f2f2;text-align:left}pre{background:#f6f6f6;padding:.8rem;overflow:auto}"
    "code{font-family:ui-monospace,monospace}blockquote{border-left:3px solid #ccc;margin-left:0;padding-left:1rem}"
)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def html_page(markdown: str, title: str) -> str:
    """The page; its title is the first heading, or the one given."""
    markdown = _NOT_IN_XML.sub("\ufffd", markdown)
    tokens = parse(markdown)
    headings = (tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open")
    body = parser().render(markdown)
    return (
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(next(headings, title))}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )

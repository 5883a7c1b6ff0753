"""A headline with the names of its models emphasised."""

from __future__ import annotations

import re

from dashboard.wording import plain

__all__ = ["emphasise"]

ISOLATED = re.compile("\u2068(.*?)\u2069")  # names, as the sentences of a verdict mark them


def emphasise(headline: str) -> str:
    """Write a headline with the names of its models emphasised; Markdown."""
    parts = ISOLATED.split(headline)  # words and names in turn
    return "".join(
        f":blue[**{plain(part)}**]" if index % 2 else _inside(part) for index, part in enumerate(parts)
    )


def _inside(words: str) -> str:
    """Escape words between names; spaces at their ends stay."""
    lead = words[: len(words) - len(words.lstrip())]
    tail = words[len(words.rstrip()) :] if words.strip() else ""
    return f"{lead}{plain(words)}{tail}"

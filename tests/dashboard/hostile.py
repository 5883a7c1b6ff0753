"""Texts that are as bad as names of classes, files and models can be."""

from __future__ import annotations

__all__ = ["FOREIGN", "MARKUP", "NAMES"]

NAMES = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x")',
    r"$\frac{1}{2}$ **bold**",
    "😀 ملف \u202eabc",
    "long " + "x" * 295,
)
"""Those that the dashboard has to show as they stand."""

MARKUP = (
    *NAMES,
    ":smile: :+1: :material/home: :red[x] :streamlit: :gray-badge[x] :color[x]{foreground='red'} :shimmer[x]",
    "a -> b <- c -- d >= e <= f ~= g <-> h",
    "http://x.com/a www.x.com https://x.org/?a=b#c me@x.org ftp://x.com mailto:me@x.org xmpp:a@b.c",
    "<http://x.com> [a](http://x.com) ![a](http://x.com/a.png) [^1] [x]: http://x",
    "1. one",
    "1) one",
    "+ plus",
    "- minus",
    "-",
    "***",
    "# head",
    "> quote",
    "    code",
    "``` x",
    "`code` ``c`` ~~del~~ ~x~ ==mark== _a_ __b__",
    "&lt; &amp; &#33; &copy; <b>x</b> </script>",
    "| a | b |",
    r"C:\x\y \* back\\slash",
    "costs $5 and $6$ and $$x$$",
    "12:30:45 a:b C: a_b_c-d.png 100 %",
    "one\ntwo\n===\n\n- three",
)
"""And all that Streamlit's Markdown knows."""

# Parts of them that Markdown, HTML or LaTeX would take for their own, as they stand in no escaped text.
FOREIGN = ("onerror=alert(1)>", "<script>", "http://x", r"$\frac{1}", "**bold**", "`code`")

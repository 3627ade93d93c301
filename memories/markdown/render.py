"""Shows Markdown as safe HTML, piece by piece.

What comes out holds the tags below and no other, no script, style, form or picture, and no attribute but those named
here; a link leads to a page of ours, to another site by http or https, or to a mail address. Each group of blocks is
cleaned by itself, so that nothing in it can close or open what stands around it.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from memories.markdown.parser import Lines, plain


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _names("""
    a abbr b blockquote br caption code dd del details dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i ins kbd li
    mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr tt u ul var
""")
#: What goes with all that stands in it.
_WITH_CONTENT = _names(
    "script style template noscript svg math iframe object textarea select title xmp noembed noframes"
)
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, **{f"h{level}": {"id"} for level in range(2, 7)}}
_OUTSIDE = ("http", "https", "mailto")
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_NO_SLUG = re.compile(r"[^\w\- ]")

#: Returns the address of the page that shows a path of the project, or "" where none is.
Resolve = Callable[[str], str]


def blocks(text: str, begin: int, end: int) -> Iterator[tuple[int, list[Token]]]:
    """Yield the outermost blocks between two places of a text: where each begins, and its tokens."""
    lines = Lines(text[begin:end])
    group: list[Token] = []
    start = 0
    depth: list[int] = []
    for token in _parser().parse(text[begin:end]):
        if not group:
            start = lines.start(token.map[0]) if token.map else start
        _level(token, depth)
        group.append(token)
        if token.level == 0 and token.nesting < 1:
            yield begin + start, group
            group = []


def html(tokens: Sequence[Token], path: str, resolve: Resolve) -> str:
    """Return some blocks as safe HTML.

    Args:
        tokens: the tokens of whole blocks.
        path: the path of the document, from which its relative links count.
        resolve: finds the pages of other documents.
    """
    made = _parser()
    return nh3.clean(
        made.renderer.render(tokens, made.options, {}),
        tags=set(_TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_Filter(path, resolve),
        url_schemes=set(_OUTSIDE),
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def targets(tokens: Sequence[Token], path: str) -> set[str]:
    """Return the paths in the project that some blocks link to."""
    found: set[str] = set()
    for token in tokens:
        hrefs = [str(one.attrs["href"]) for one in token.children or () if one.type == "link_open"]
        hrefs += _HREF.findall(token.content) if "<" in token.content else []
        found |= {place for href in hrefs if (place := inside(href, path)[0])}
    return found


def inside(href: str, path: str) -> tuple[str, str]:
    """Return the path in the project that a link names, and its fragment; "" for a link that leads elsewhere."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return "", ""
    if parts.scheme or parts.netloc or "\\" in href or not parts.path:
        return "", parts.fragment
    named = unquote(parts.path)
    here = named.lstrip("/") if named.startswith("/") else posixpath.join(posixpath.dirname(path), named)
    place = posixpath.normpath(here)
    return ("" if place.startswith("..") or len(place) > 1_000 else place), parts.fragment


def anchor(heading: str) -> str:
    """Return the id of a heading, as links of Markdown files name it, behind a prefix of ours."""
    words = _NO_SLUG.sub("", unquote(heading).casefold()).strip()
    return "h-" + words.replace(" ", "-")[:200]


class _Filter:
    """Decides on each attribute that is left: where a link may lead, which ids may be."""

    def __init__(self, path: str, resolve: Resolve) -> None:
        self._path, self._resolve = path, resolve

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return value if value.startswith("h-") else None
        if name == "start":
            return value if value.isdecimal() and len(value) < 10 else None
        return self._link(value) if name == "href" else value

    def _link(self, href: str) -> str | None:
        try:
            scheme = urlsplit(href).scheme
        except ValueError:
            return None
        if scheme:
            return href if scheme in _OUTSIDE else None
        place, fragment = inside(href, self._path)
        mark = f"#{anchor(fragment)}" if fragment else ""
        if place:
            page = self._resolve(place)
            return page + mark if page else None
        return mark if href.startswith("#") and mark else None


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark").enable("table")
    made.add_render_rule("image", _image)
    return made


def _image(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """A picture is named and linked, not fetched: a document must not let a page of ours call elsewhere."""
    token = tokens[place]
    words = escape(f"[image: {token.content or 'without words'}]")
    if token.level:
        return words
    return f'<a href="{escape(str(token.attrs.get("src", "")), quote=True)}">{words}</a>'


def _level(token: Token, depth: list[int]) -> None:
    """Set headings below that of the page, without a gap; those inside a list or quotation are none of the page."""
    if token.type not in ("heading_open", "heading_close"):
        return
    if token.level:
        token.tag = "strong"
        return
    if token.type == "heading_open":
        rank = int(token.tag[1])
        depth[:] = [level for level in depth if level < rank] + [rank]
    token.tag = f"h{min(1 + max(len(depth), 1), 6)}"


def name_headings(tokens: Sequence[Token]) -> None:
    """Give the headings among some blocks the ids that links name."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and not token.level:
            token.attrSet("id", anchor(plain(tokens[place + 1].content[:1_000])))

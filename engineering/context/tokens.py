"""How many tokens a text is to a language model: estimated, since every model cuts text its own way.

A pack has to be the same on every machine and for every model, so that no vendor's tokenizer is asked (those whose
vocabulary comes in the package weigh 75 MB). The estimate errs on the high side of vocabularies of 100,000 and more;
docs/context.md has the figures.
"""

import re

_PIECE = re.compile(r"[A-Za-z]+|[0-9]+|[ \t]{2,}|\n+|[^\sA-Za-z0-9]")
#: Letters, and digits, of one token at most.
_LETTERS, _DIGITS = 6, 3
#: From here on (emoji, rare scripts) a character is several tokens.
_RARE = 0x2E80


def estimate(text: str) -> int:
    """Return about how many tokens a text is; of texts put together, the sum."""
    return sum(map(_size, _PIECE.findall(text)))


def _size(piece: str) -> int:
    first = piece[0]
    if not first.isascii():
        return 2 if ord(first) >= _RARE else 1
    if first.isalpha():
        return -(-len(piece) // _LETTERS)
    return -(-len(piece) // _DIGITS) if first.isdigit() else 1

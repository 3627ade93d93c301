"""Pictures small enough for a repository: 256 colours, which a page of text hardly exceeds."""

import base64
import struct
import zlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_COLOURS = 256
_PIXELS = """async (picture) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + picture;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return [image.width, image.height, btoa(text)];
}"""


def shrunk(blank: "Page", picture: bytes) -> bytes:
    """Return a PNG with its 256 most frequent colours, the others as the nearest of them.

    Args:
        blank: an empty page of a browser, which unpacks the picture.
        picture: a PNG without transparency.
    """
    width, height, text = blank.evaluate(_PIXELS, base64.b64encode(picture).decode())
    pixels = struct.unpack(f"<{width * height}I", base64.b64decode(text))
    counted = [colour for colour, _ in Counter(pixels).most_common()]
    palette = counted[:_COLOURS]
    index = {colour: place for place, colour in enumerate(palette)}
    for colour in counted[_COLOURS:]:
        index[colour] = min(range(_COLOURS), key=lambda place: _distance(palette[place], colour))
    body = bytes(index[colour] for colour in pixels)
    # Each line begins with the number of its filter, 0 for none: the best one for a palette.
    lines = b"".join(b"\0" + body[start : start + width] for start in range(0, len(body), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", b"".join(bytes(_rgb(colour)) for colour in palette)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour & 255, colour >> 8 & 255, colour >> 16 & 255


def _distance(one: int, other: int) -> int:
    return sum((here - there) ** 2 for here, there in zip(_rgb(one), _rgb(other), strict=True))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

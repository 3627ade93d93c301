"""Values that break software, as JSON is written: what a client may send in place of any field."""

DEEP = 33
VERY_DEEP = 100_000


def nested(depth: int, open_: str, close: str) -> str:
    """Return a JSON value nested so deep."""
    return open_ * depth + "1" + close * depth


CORPUS: dict[str, str] = {
    # no Unicode, or Unicode that plays tricks
    "lone surrogate": r'"\ud800"',
    "lone surrogates turned round": r'"\udc00\ud800"',
    "NUL": r'"a\u0000b"',
    "control character": r'"a\u001fb\u007f"',
    "bidi override": '"\u202eevil\u2066\u2069"',
    "zero width": '"\u200b\u200d\ufeff"',
    "no characters": '"\ufffe\uffff\U0010ffff"',
    "line separator": '"a\u2028b\u2029c"',
    "many marks": '"' + "e" + "\u0301" * 2_000 + '"',
    "emoji": '"\U0001f52d\U0001f468\u200d\U0001f52c"',
    "white space": '"  \\t\\n "',
    # text that means something elsewhere
    "script": '"<script>alert(1)</script>\'\\"--"',
    "template": "\"{{ 7*7 }}{% include 'x' %}%s%n${x}\"",
    "path": '"../../etc/passwd"',
    "too long": '"' + "x" * 200_001 + '"',
    # numbers
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e400": "1e400",
    "2**63": str(2**63),
    "-2**63-1": str(-(2**63) - 1),
    "2**31": str(2**31),
    "many digits": "9" * 5_000,
    "a number": "0.5",
    "true": "true",
    "null": "null",
    # times
    "before all years": '"0001-01-01T00:00:00+14:00"',
    "after all years": '"9999-12-31T23:59:59-14:00"',
    "no such day": '"2026-02-30T00:00:00Z"',
    "no such zone": '"2026-01-01T00:00:00+99:99"',
    "a zone with seconds": '"2026-01-01T00:00:00+05:53:28"',
    "a leap second": '"2016-12-31T23:59:60Z"',
    # structures
    "33 lists": nested(DEEP, "[", "]"),
    "33 objects": nested(DEEP, '{"a":', "}"),
    "100,000 lists": nested(VERY_DEEP, "[", "]"),
    "100,000 objects": nested(VERY_DEEP, '{"a":', "}"),
    "a key twice": '{"a": 1, "a": 2}',
    "a surrogate as a key": r'{"\ud800": 1}',
    "a NUL as a key": r'{"\u0000": 1}',
    "an empty key": '{"": {"": [""]}}',
    "surrogate in a list": r'["ok", "\udfff"]',
    "20,000 items": "[" + ",".join(["1"] * 20_000) + "]",
    "mixed list": '[null, [], {}, "", 1]',
    "empty list": "[]",
    "empty object": "{}",
    "large text inside": '{"a": "' + "x" * 1_000_001 + '"}',
}

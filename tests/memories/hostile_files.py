"""Two hundred files that mean harm: what a folder from anywhere may hold."""

import os
import socket
import zipfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

SCRIPTS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg onload='window.hacked = 1'><script>window.hacked = 1</script></svg>",
    "<svg><animate onbegin='window.hacked = 1' attributeName=x dur=1s></svg>",
    "<iframe src='javascript:parent.hacked = 1' srcdoc='<script>parent.hacked = 1</script>'></iframe>",
    "[click](javascript:window.hacked=1)",
    "[click](&#106;avascript:window.hacked=1)",
    "[click](<java\tscript:window.hacked=1>)",
    "[click](vbscript:window.hacked=1)",
    "[click](data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGFja2VkPTE8L3NjcmlwdD4=)",
    "![x](javascript:window.hacked=1)",
    "![x](https://elsewhere.example/pixel.png)",
    "![x](//elsewhere.example/pixel.png)",
    "<a href='javascript:window.hacked=1' id='main'>x</a>",
    "<a href=x onclick=window.hacked=1 style='position:fixed;inset:0'>x</a>",
    "<style>@import url(https://elsewhere.example/a.css); body { display: none }</style>",
    "<link rel=stylesheet href=https://elsewhere.example/a.css>",
    "<meta http-equiv=refresh content='0;url=https://elsewhere.example/'>",
    "<base href=https://elsewhere.example/>",
    "<form action=https://elsewhere.example/><input name=password><button>Sign in</button></form>",
    "<object data=https://elsewhere.example/x></object><embed src=https://elsewhere.example/x>",
    "<video src=https://elsewhere.example/x poster=https://elsewhere.example/y autoplay></video>",
    "<math><mi xlink:href='javascript:window.hacked=1'>x</mi></math>",
    "<div style='background:url(https://elsewhere.example/x)'>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=window.hacked=1>'></noscript>",
    "<x onfocus=window.hacked=1 tabindex=1 autofocus>x</x>",
    "</article></main><script>window.hacked = 1</script>",
    "<body onload=window.hacked=1>",
    "<details open ontoggle=window.hacked=1><summary>x</summary></details>",
    "<a href='https://elsewhere.example/' target=_blank>x</a>",
    "<button formaction=javascript:window.hacked=1 form=x data-key=a hx-get=https://elsewhere.example/ "
    "hx-trigger=load>x</button>",
    "<template><script>window.hacked = 1</script></template><slot name=x></slot>",
]
_LONE = "---\ntitle: {}\n---\n# A\n"
TEXTS = [
    ">" * 10_000 + " deep",
    "- " * 10_000 + "deep",
    "[" * 20_000 + "deep",
    "![" * 20_000 + "deep",
    "*_" * 20_000 + "deep",
    "`" * 20_000 + "deep",
    "<" * 20_000 + "deep",
    "&" * 20_000 + "deep",
    "| a " * 5_000 + "\n" + "| - " * 5_000 + "\n" + "| b " * 5_000,
    "".join("  " * level + "- deep\n" for level in range(400)),
    "[a]: b\n" * 5_000 + "[a]" * 5_000,
    "# a\n" * 9_000,
    "# " + "a " * 40_000,
    "```\n" * 2_001,
    "\u202egnp.exe \u2066 \ufeff \u200b",
    "a\u0301" * 20_000,
    "\r" * 20_000 + "a",
    "---\n" * 10_000,
    _LONE.format('"\\x00"'),
    _LONE.format('"\\ud800"'),
]
REFUSED = {
    "nul": b"# A\n\na\x00b\n",
    "escape": b"# A\n\n\x1b[2J\n",
    "latin": "# Größe\n".encode("latin-1"),
    "utf16": "# A\n".encode("utf-16"),
    "surrogate": b"# A\n\n\xed\xa0\x80\n",
    "overlong": b"# A\n\n\xc0\xaf\n",
    "cut": "# Ä".encode()[:-1],
    "line": b"a" * 100_001,
    "lines": b"a\n" * 50_001,
    "headings": b"# a\n" * 10_001,
    "aliases": b"---\na: &a [x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 110))
    + b"---\n",
    "nested": b"---\na: " + b"[" * 5_000 + b"\n---\n",
    "python": b"---\na: !!python/object/apply:os.system [ls]\n---\n",
    "twice": b"---\na: 1\na: 2\n---\n",
    "number": b"---\na: " + b"9" * 10_000 + b"\n---\n",
    "merge": b"---\na: &a {b: 1}\nc:\n  <<: *a\n---\n",
    "title": b'---\ntitle: "a\\0b"\n---\n',
    "day": b"---\ndate: 2026-99-99\n---\n",
}
TRICKS = 13


def make(folder: Path) -> tuple[int, int]:
    """Fill a folder. Returns how many files can be taken and how many cannot (or are none)."""
    folder.mkdir()
    harmful = cycle(enumerate(SCRIPTS))
    taken = [*TEXTS[:-2]]
    refused = dict(REFUSED) | {"controls": TEXTS[-2].encode(), "lone": TEXTS[-1].encode()}
    for name, data in refused.items():
        (folder / f"refused-{name}.md").write_bytes(data)
    while len(taken) + len(refused) + TRICKS < 200:
        place, script = next(harmful)
        table = f"| a |\n| - |\n| {script} |"
        taken.append(f"# Page {len(taken)} {script}\n\n{script}\n\n- {script}\n\n{table}\n\n{SCRIPTS[place - 1]}\n")
    for place, text in enumerate(taken):
        (folder / f"taken-{place}.md").write_bytes(text.encode())
    for trick in _tricks(folder):
        trick.lstat()
    return len(taken), len(refused) + TRICKS


def _tricks(folder: Path) -> Iterator[Path]:
    """Make what is no file of the folder: links out, loops, pipes, devices, names. Yields TRICKS paths."""
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("# Secret\n\nThe combination is 4711.\n")
    for name, target in (
        ("link.md", outside / "secret.md"),
        ("folder-link", outside),
        ("loop.md", folder / "loop.md"),
        ("up.md", Path("../outside/secret.md")),
        ("self", folder),
        ("device.md", Path("/dev/zero")),
        ("proc.md", Path("/proc/self/environ")),
    ):
        (folder / name).symlink_to(target)
        yield folder / name
    os.mkfifo(folder / "pipe.md")
    yield folder / "pipe.md"
    yield _socket(folder)
    raw = os.path.join(os.fsencode(folder), b"\xff\xfe.md")
    Path(os.fsdecode(raw)).write_text("# A\n")
    yield Path(os.fsdecode(raw))
    (folder / "two\nlines.md").write_text("# A\n")
    yield folder / "two\nlines.md"
    (folder / "back\\slash.md").write_text("# A\n")
    yield folder / "back\\slash.md"
    with (folder / "line of 100 MB.md").open("wb") as large:
        large.truncate(100 * 1024 * 1024)
    yield folder / "line of 100 MB.md"


def _socket(folder: Path) -> Path:
    here = os.getcwd()
    os.chdir(folder)  # an address of a socket has 107 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.md")
    finally:
        os.chdir(here)
    return folder / "socket.md"


def bomb() -> bytes:
    """Return an archive of 1 MB that unpacks to a gigabyte."""
    from io import BytesIO

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", b"a" * 50_000_000)
    return out.getvalue()

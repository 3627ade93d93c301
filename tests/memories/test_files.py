"""Files that others wrote: what is wrong is said with the file and the line, and nothing hangs."""

import os
from pathlib import Path

import pytest

from memories.files import jsonable, parse_json, parse_yaml, read_text
from memories.findings import InputFault


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"text: ok\nheader: \xff\n", "line 2: byte 17 (0xff) is no UTF-8"),
        (b"a: 1\nb: [1,\nc: 2\n", "line 3: broken YAML"),
        (b"a: 1\nb: 2\na: 3\n", "line 3: broken YAML: the key “a” stands twice"),
        (b"- a\n- b\n", "a mapping is expected, not list"),
        (b"a: " + b"[" * 5000, "nested too deep"),
    ],
)
def test_a_broken_file_names_its_place(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "item.yml"
    path.write_bytes(content)
    with pytest.raises(InputFault) as fault:
        parse_yaml(read_text(path, "item.yml"), "item.yml")
    assert "item.yml" in str(fault.value)
    assert words in str(fault.value)


def test_a_missing_file_a_loop_of_links_a_pipe_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * 2_000)
    for name, words in (("none", "no such file"), ("loop", "cannot be read"), ("pipe", "no regular file")):
        with pytest.raises(InputFault, match=words):
            read_text(tmp_path / name, name)
    with pytest.raises(InputFault, match="larger than"):
        read_text(tmp_path / "large", "large", most=1_000)


def test_a_byte_order_mark_and_the_tags_of_a_tool_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_bytes(b"\xef\xbb\xbfsettings:\n  defaults: !include other.yml\n")
    assert parse_yaml(read_text(path, "config.yml"), "config.yml") == {"settings": {"defaults": "other.yml"}}


def test_merged_keys_are_no_repetition() -> None:
    assert parse_yaml("base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  x: 3\n", "f")["own"] == {"x": 3, "y": 2}


def test_a_yaml_bomb_is_refused_before_it_is_built() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))
    with pytest.raises(ValueError, match="more than"):
        jsonable(parse_yaml(f"a0: &a0 [x]\n{levels}\n", "bomb"))


@pytest.mark.parametrize("text", ["{", '{"a": NaN}', '{"a": 1e400}', '{"a": 1, "a": 2}', "[" * 100_000])
def test_json_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|number|twice|nested"):
        parse_json(text)


def test_dates_and_large_integers_become_text() -> None:
    loaded = parse_yaml("day: 2024-03-01\nbig: 9223372036854775808\nwild: .nan\n", "f")
    assert jsonable(loaded) == {"day": "2024-03-01", "big": "9223372036854775808", "wild": "nan"}

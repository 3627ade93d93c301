"""The sample's documents as the verb that brings them takes them: fields, and one chunk a heading.

Ingestion cuts real documents; these are short enough that a heading is a chunk.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from engineering.sample import files
from engineering.sample.files import Record, SampleError


@dataclass(frozen=True)
class Cut:
    """A document taken apart.

    Attributes:
        fields: file_path, title, doc_type, tags, project.
        chunks: {content, heading_path} each, in order.
        headings: the heading of each chunk, by which the sample's memories name it.
    """

    fields: dict[str, Any]
    chunks: list[dict[str, str]]
    headings: list[str]


def cut(record: Record, now: datetime) -> Cut:
    """Take a document record apart. Raises SampleError where it has no front matter or two headings alike."""
    _, matter, body = files.text_of(record, now).split("---\n", 2)
    head = yaml.safe_load(matter)
    fields = {"file_path": record.fields["path"], "project": record.fields["project"], **head}
    parts = files.sections(body)
    if len(dict(parts)) != len(parts):
        raise SampleError(f"{record.key}: a heading stands twice")
    top = parts[0][0]
    chunks = [{"content": text.strip(), "heading_path": _path(top, heading)} for heading, text in parts if text.strip()]
    return Cut(fields, chunks, [heading for heading, text in parts if text.strip()])


def _path(top: str, heading: str) -> str:
    return top if heading == top else f"{top} > {heading}"

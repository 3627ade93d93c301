"""A document's page: its text as it reads, the piece that a memory came from, its links, and nothing harmful."""

import re

import pytest
from django.test import Client

from memories.choices import Role
from memories.markdown import render
from memories.models import SourceChunk, SourceDocument
from memories.services import documents
from tests import factories
from tests.memories import hostile_files
from tests.memories.markdown.test_render import Reader
from tests.memories.web.conftest import words

pytestmark = pytest.mark.django_db

FRONT = "---\ntags: [motion]\ndate: 2026-03-01\n---\n"
DRIVE = f"{FRONT}# Drive\n\nSee [the optics](optics.md#lens).\n\n## Limits\n\n*It* moves 12 mm.\n"


def page(client: Client, row: SourceDocument, query: str = "") -> str:
    answer = client.get(f"/documents/{row.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_text_is_shown_as_it_reads(reviewer: Client) -> None:
    row = factories.document(DRIVE, "docs/drive.md")
    html = page(reviewer, row)
    assert '<h2 id="h-drive">Drive</h2>' in html
    assert "<em>It</em> moves 12 mm." in html
    assert "2026-03-01" in words(html.encode())
    assert "tags:" not in words(html.encode())
    for chunk in row.chunks.all():
        assert f'id="chunk-{chunk.pk}"' in html


def test_links_lead_to_the_documents_that_are_there(reviewer: Client) -> None:
    row = factories.document(DRIVE, "docs/drive.md")
    assert ">the optics</a>" in page(reviewer, row)
    assert "optics.md" not in page(reviewer, row)
    other = factories.document("# Optics\n\n## Lens\n\nOne.\n", "docs/optics.md")
    assert f'href="/documents/{other.pk}/#h-lens"' in page(reviewer, row)


def test_a_memory_leads_to_its_piece_and_the_piece_to_the_memory(reviewer: Client) -> None:
    row = factories.document(DRIVE, "docs/drive.md")
    chunk = row.chunks.get(heading_path="Drive > Limits")
    memory = factories.memory("The stage moves 12 mm.", source_chunk=str(chunk.pk), active=True)
    link = re.search(r'href="(/documents/[^"]+)"', reviewer.get(f"/memories/{memory.pk}/").content.decode())
    assert link is not None
    assert link[1] == f"/documents/{row.pk}/?chunk={chunk.pk}#chunk-{chunk.pk}"
    html = reviewer.get(link[1]).content.decode()
    piece = re.search(r'<section class="piece hit" id="chunk-([^"]+)".*?</section>', html, re.DOTALL)
    assert piece is not None
    assert piece[1] == str(chunk.pk)
    assert f"/memories/{memory.pk}/" in piece[0]


def test_a_piece_that_is_gone_is_shown_while_something_points_at_it(reviewer: Client) -> None:
    row = factories.document(DRIVE, "docs/drive.md")
    chunk = row.chunks.get(heading_path="Drive > Limits")
    factories.memory("The stage moves 12 mm.", source_chunk=str(chunk.pk))
    row = factories.document("# Drive\n\nNothing.\n", "docs/drive.md")
    html = page(reviewer, row, f"?chunk={chunk.pk}")
    assert "No longer in the text" in html
    assert f'class="piece hit" id="chunk-{chunk.pk}"' in html
    removed = documents.remove(row, actor=factories.SETUP)
    assert "its pieces are no longer found" in page(reviewer, removed)


def test_a_long_document_has_pages_and_opens_at_the_piece_asked_for(reviewer: Client) -> None:
    row = factories.document("".join(f"# H{number}\n\nWords {number}.\n\n" for number in range(450)), "long.md")
    first = page(reviewer, row)
    assert "Words 199." in first
    assert "Words 200." not in first
    chunk = row.chunks.get(chunk_index=333)
    html = page(reviewer, row, f"?chunk={chunk.pk}")
    assert (f'"piece hit" id="chunk-{chunk.pk}"' in html, "Words 200." in html, "Words 400." in html) == (
        True,
        True,
        False,
    )
    assert '<h2 id="h-h200">' in html
    assert "Words 449." in page(reviewer, row, "?from=400")
    for nonsense in ("?from=x", "?from=99999999", "?chunk=x", "?from=-1"):
        assert "Words 0." in page(reviewer, row, nonsense)


def test_pieces_inside_one_block_have_their_place(reviewer: Client) -> None:
    row = factories.document(
        "# A\n\n" + "".join(f"- item {number} holds a lens in its place\n" for number in range(120)), "a.md"
    )
    assert row.chunks.count() > 3
    html = page(reviewer, row)
    for chunk in row.chunks.all():
        assert html.count(f'id="chunk-{chunk.pk}"') == 1


def test_who_may_not_see_a_document_sees_no_text(reviewer: Client) -> None:
    row = factories.document(DRIVE, "docs/drive.md", by=factories.agent())
    reader = Client()
    reader.force_login(factories.user(Role.READER))
    assert reader.get(f"/documents/{row.pk}/").status_code == 404
    other = factories.document("# B\n\n[x](drive.md)\n", "docs/b.md")
    assert str(row.pk) not in page(reader, other)
    assert str(row.pk) in page(reviewer, other)


def test_a_document_is_removed_on_its_page_with_a_reason(reviewer: Client) -> None:
    row = factories.document(DRIVE, "docs/drive.md")
    answer = reviewer.post(f"/documents/{row.pk}/remove/", {"version": "1", "note": "old"})
    assert answer.status_code == 302
    assert row.fresh().removed_at is not None
    assert "old" in page(reviewer, row)


@pytest.mark.parametrize("script", hostile_files.SCRIPTS)
def test_what_means_harm_is_shown_as_nothing_or_as_text(reviewer: Client, script: str) -> None:
    factories.project()
    row = factories.document(f"# A {script}\n\n{script}\n\n- {script}\n", "a.md", title="A")
    text = page(reviewer, row)
    body = text[text.index('<div class="markdown">') : text.index('<h2 id="history">')]
    reader = Reader()
    reader.feed(body)
    for tag, attributes in reader.tags:
        assert tag in render._TAGS | {"section"}
        assert set(attributes) <= {"href", "title", "rel", "id", "start", "class", "aria-label", "tabindex"}
        assert "script:" not in (attributes.get("href") or "")


def test_a_document_of_an_older_database_shows_its_pieces() -> None:
    client = Client()
    client.force_login(factories.user(Role.REVIEWER))
    row = factories.document(DRIVE, "docs/drive.md")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM source_texts")
    assert "*It* moves 12 mm." in words(page(client, row).encode())
    assert SourceChunk.objects.filter(document=row).exists()

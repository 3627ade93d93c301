"""`documents` over REST: take in, replace, list, pieces, decide, remove."""

import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import SourceDocument
from tests.memories import hostile_files
from tests.rest import API, client_of, is_problem

SENT = {"file_path": "docs/drive.md", "text": "# Drive\n\nOne turn moves it 0.5 mm.\n\n## Limits\n\nIt moves 12 mm.\n"}
URL = f"{API}/documents"


def sent(**more: Any) -> dict[str, Any]:
    return {**SENT, "project": "P04", **more}


def test_a_document_is_taken_in_once_and_then_replaced(reviewer: APIClient, p04: object) -> None:
    made = reviewer.post(URL, sent())
    assert (made.status_code, made.json()["outcome"], made["ETag"]) == (201, "created", '"1"')
    assert (made.json()["project"], made.json()["title"], made.json()["status"]) == ("p04-gigabit", "Drive", "active")
    again = reviewer.post(URL, sent())
    assert (again.status_code, again.json()["outcome"], again.json()["created"]) == (200, "unchanged", False)
    changed = reviewer.post(URL, sent(text="# Drive\n\nTwo.\n"), headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["outcome"], changed["ETag"]) == (200, "changed", '"2"')
    assert changed.json()["id"] == made.json()["id"]
    is_problem(reviewer.post(URL, sent(text="# Drive\n\nThree.\n"), headers={"If-Match": '"1"'}), 412)
    is_problem(reviewer.post(URL, sent(file_path="new.md"), headers={"If-Match": '"1"'}), 412)
    shown = reviewer.get(made["Location"]).json()
    assert {**shown, "created": False, "outcome": "changed"} == changed.json()


def test_its_pieces_name_their_place(reviewer: APIClient, p04: object) -> None:
    made = reviewer.post(URL, sent()).json()
    pieces = reviewer.get(f"{URL}/{made['id']}/chunks?limit=1").json()
    assert len(pieces["results"]) == 1
    pieces["results"] += reviewer.get(pieces["next"]).json()["results"]
    assert [piece["heading_path"] for piece in pieces["results"]] == ["Drive", "Drive > Limits"]
    for piece in pieces["results"]:
        start, end = piece["span"]
        assert SENT["text"][start:end] == piece["content"]
    reviewer.post(URL, sent(text="# Drive\n\nOne turn moves it 0.5 mm.\n"))
    gone = reviewer.get(f"{URL}/{made['id']}/chunks?removed=true").json()["results"]
    assert [piece["id"] for piece in gone] == [pieces["results"][1]["id"]]


def test_an_agent_proposes_and_a_reviewer_decides(
    agent: APIClient, reviewer: APIClient, reader: APIClient, p04: object
) -> None:
    made = agent.post(URL, sent())
    assert (made.status_code, made.json()["status"]) == (201, "candidate")
    place = made["Location"]
    assert agent.get(f"{place}/chunks").json()["results"]
    is_problem(reader.get(place), 404)
    is_problem(client_of(Role.AGENT).post(URL, sent(text="x")), 403)
    is_problem(agent.post(URL, sent(file_path="b.md", status="active")), 403)
    is_problem(agent.post(f"{place}/promote", {}), 403)
    is_problem(reviewer.post(f"{place}/promote", {"version": 9}), 409)
    assert reviewer.post(f"{place}/promote", {"version": 1}).json()["status"] == "active"
    is_problem(agent.post(URL, sent(text="x")), 403)
    assert reader.get(place).status_code == 200
    assert reviewer.post(f"{place}/annotate", {"note": "read"}).status_code == 200
    assert reviewer.patch(place, {"title": "The drive", "tags": ["Motion"]}).json()["tags"] == ["motion"]
    is_problem(reviewer.patch(place, {"text": "x"}), 400)
    removed = reviewer.post(f"{place}/remove", {"note": "old"})
    assert (removed.json()["status"], removed.json()["removed_at"] is None) == ("invalid", False)
    actions = [row["action"] for row in reviewer.get(f"{place}/audit").json()["results"]]
    assert actions == ["remove", "update", "annotate", "promote", "create"]


def test_a_list_is_narrowed(reviewer: APIClient, p04: object) -> None:
    reviewer.post(URL, sent(tags=["Motion"]))
    reviewer.post(URL, sent(file_path="b.md", text="---\ndate: 2026-03-01\n---\n# Other\n"))
    for query, paths in {
        "tag=motion": ["docs/drive.md"],
        "project=p04&ordering=ingested_at": ["docs/drive.md", "b.md"],
        "dated_after=2026-01-01": ["b.md"],
        "file_path=b.md&status=active&removed=false": ["b.md"],
        "title=driv": ["docs/drive.md"],
        "removed=true": [],
    }.items():
        assert [row["file_path"] for row in reviewer.get(f"{URL}?{query}").json()["results"]] == paths, query
    is_problem(reviewer.get(f"{URL}?path=b.md"), 400)


def upload(client: APIClient, name: str, data: bytes, **more: Any) -> Any:
    return form(client, {"file": SimpleUploadedFile(name, data), "project": "p04", **more})


def form(client: APIClient, parts: dict[str, Any], url: str = URL) -> Any:
    return client.post(url, data=encode_multipart(BOUNDARY, parts), content_type=MULTIPART_CONTENT)


def test_a_file_is_uploaded(reviewer: APIClient, p04: object) -> None:
    text = "\ufeff" + SENT["text"]
    made = upload(reviewer, "drive.md", text.encode(), tags="Motion, stage")
    assert made.status_code == 201, made.content
    assert (made.json()["file_path"], made.json()["tags"]) == ("drive.md", ["motion", "stage"])
    named = upload(reviewer, "x.md", text.encode(), file_path="docs/x.md")
    assert named.json()["file_path"] == "docs/x.md"
    keyed = {"Idempotency-Key": "k1"}
    first = reviewer.post(URL, sent(file_path="k.md"), headers=keyed)
    assert reviewer.post(URL, sent(file_path="k.md"), headers=keyed).json() == first.json()


def test_what_is_no_markdown_file_is_refused_in_words(reviewer: APIClient, p04: object) -> None:
    assert "archives are not" in is_problem(upload(reviewer, "a.zip", hostile_files.bomb()), 415)["detail"]
    is_problem(upload(reviewer, "a.md", "# Größe".encode("latin-1")), 400)
    is_problem(upload(reviewer, "a.md", b"# A\x00"), 400)
    is_problem(upload(reviewer, "../../a.md", b"# A", file_path="../../a.md"), 400)
    is_problem(upload(reviewer, "a.md", b"a" * (5 * 1024 * 1024 + 1)), 413)
    is_problem(form(reviewer, {"project": "p04"}), 400)
    is_problem(upload(reviewer, "a.md", b"# A", text="# B"), 400)
    two = {"file": SimpleUploadedFile("a.md", b"# A"), "other": SimpleUploadedFile("b.md", b"# B")}
    is_problem(form(reviewer, two), 400)
    is_problem(reviewer.post(URL, data=b"--x", content_type="multipart/form-data; boundary=y"), 400)
    is_problem(reviewer.post(URL, data=b"PK", content_type="application/zip"), 415)
    is_problem(form(reviewer, {"content": "x"}, f"{API}/memories"), 415)
    assert not SourceDocument.objects.exists()


def test_what_is_no_document_is_refused_with_its_place(reviewer: APIClient, p04: object) -> None:
    for wrong, pointer in (
        ({"text": 3}, "/text"),
        ({"text": "a\x00"}, "/text"),
        ({"text": "---\na: *b\n---\n"}, "/text"),
        ({"file_path": "../x.md"}, "/file_path"),
        ({"project": "p99"}, "/project"),
        ({"created_by": "me"}, "/created_by"),
        ({"tags": "a"}, "/tags"),
    ):
        assert is_problem(reviewer.post(URL, sent(**wrong)), 400)["errors"][0]["pointer"] == pointer
    raw = json.dumps(sent()).replace("One turn", "\\ud800")
    is_problem(reviewer.post(URL, data=io.BytesIO(raw.encode()).read(), content_type="application/json"), 400)
    assert not SourceDocument.objects.exists()

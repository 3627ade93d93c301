"""Lists, records' pages, the audit browser, projects, interactions: what they show, and to whom."""

import json
import uuid

import pytest
from django.test import Client

from memories.choices import Role
from memories.models import AuditEntry
from memories.services import capture, documents, edit
from tests import factories
from tests.memories.web.conftest import signed_in, words


def test_a_list_is_filtered_and_paged(reviewer: Client) -> None:
    rows = [factories.memory(f"Fact {number} about the dome.", active=True) for number in range(55)]
    first = reviewer.get("/memories/?status=active&type=&sort=oldest")
    assert [item.row.pk for item in first.context["items"]] == [row.pk for row in rows[:50]]
    second = reviewer.get(f"/memories/{first.context['next']}")
    assert [item.row.pk for item in second.context["items"]] == [row.pk for row in rows[50:]]


@pytest.mark.parametrize("path", ["/memories/", "/audit/", "/interactions/", "/documents/"])
def test_an_unknown_filter_is_refused_instead_of_showing_everything(reviewer: Client, path: str) -> None:
    assert reviewer.get(f"{path}?statsu=active").status_code == 400


def test_a_place_that_never_was_is_refused_in_words(reviewer: Client) -> None:
    for place in ("nonsense", str(uuid.uuid4()), "7" * 400):
        assert reviewer.get(f"/memories/?after={place}").status_code == 400
        assert reviewer.get(f"/audit/?after={place}").status_code == 400


def test_a_memory_has_one_page_with_its_history(reviewer: Client) -> None:
    memory = factories.memory("The dome turns clockwise.")
    reviewer.post(f"/memories/{memory.pk}/promote/", {"version": 1, "note": "seen it"})
    said = words(reviewer.get(f"/memories/{memory.pk}/").content)
    for expected in ("The dome turns clockwise.", "active", "rosa promoted", "“seen it”", "Undo: promoted"):
        assert expected in said


def test_candidates_of_others_are_not_found_by_a_reader(reader: Client) -> None:
    memory = factories.memory()
    assert reader.get(f"/memories/{memory.pk}/").status_code == 404
    assert reader.get(f"/memories/{memory.pk}/audit/").status_code == 404


def test_a_project_s_own_pages_say_where_one_is(reviewer: Client) -> None:
    factories.project()
    page = reviewer.get("/projects/p04-gigabit/").content.decode()
    assert 'aria-label="Project p04-gigabit"' in page
    assert 'href="/audit/?project=p04-gigabit"' in page
    assert 'aria-label="Project all"' in reviewer.get("/projects/").content.decode()


def test_the_audit_browser_is_narrowed_to_a_batch_and_exported_as_it_is_shown(reviewer: Client) -> None:
    one, other = (edit.update(factories.memory(), {"confidence": 0.7}, actor=factories.person()) for _ in range(2))
    entry = AuditEntry.objects.get(record_id=str(one.pk), action="update")
    for query in (
        f"request={entry.request_id}",
        f"decision={entry.decision_id}",
        f"record={one.pk}&action=update&since=2020-01-01",
    ):
        page = reviewer.get(f"/audit/?{query}")
        assert [row.pk for row in page.context["entries"]] == [entry.pk], query
        answer = reviewer.get(page.context["export"])
        lines = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]  # an export streams
        assert [json.loads(line)["seq"] for line in lines] == [entry.pk]
    assert str(other.pk) not in page.content.decode()


def test_the_audit_browser_narrows_and_shows_the_difference(reviewer: Client) -> None:
    memory = factories.memory()
    reviewer.post(f"/memories/{memory.pk}/promote/", {"version": 1})
    page = reviewer.get(f"/audit/?record={memory.pk}&action=promote")
    assert [entry.action for entry in page.context["entries"]] == ["promote"]
    assert "<del>candidate</del>" in page.content.decode()
    seq = page.context["entries"][0].seq
    assert "The record as it stood afterwards" in words(reviewer.get(f"/audit/{seq}/").content)
    assert reviewer.get("/audit/999999999/").status_code == 404


def test_the_trail_of_a_record_lists_every_row(reviewer: Client) -> None:
    memory = factories.memory()
    reviewer.post(f"/memories/{memory.pk}/reject/", {"version": 1})
    reviewer.post(f"/memories/{memory.pk}/restore/", {"version": 2})
    actions = [entry.action for entry in reviewer.get(f"/memories/{memory.pk}/audit/").context["entries"]]
    assert actions == ["restore", "reject", "create"]


def test_who_may_register_projects_is_led_there(db: None) -> None:
    for role, led in ((Role.REVIEWER, False), (Role.MAINTAINER, True)):
        shown = signed_in(factories.user(role)).get("/projects/").content.decode()
        assert ("/admin/memories/project/add/" in shown) is led


def test_a_project_is_found_by_any_of_its_names(reviewer: Client) -> None:
    factories.memory(active=True)
    assert reviewer.get("/projects/P04/").headers["Location"] == "/projects/p04-gigabit/"
    said = words(reviewer.get("/projects/p04-gigabit/").content)
    assert "Also called p04" in said
    assert "p04-gigabit" in words(reviewer.get("/projects/").content)
    assert reviewer.get("/projects/p99/").status_code == 404


def test_an_interaction_shows_what_was_taken_from_it(reviewer: Client) -> None:
    factories.project()
    fields = {
        "prompt": "How heavy?",
        "response": "It is long. The bench weighs 5.4 kg. Nothing else.",
        "project": "p04",
    }
    row = capture.capture(fields, actor=factories.person())
    memory = factories.memory("The bench weighs 5.4 kg.", source_interaction=str(row.pk))
    assert "The bench weighs 5.4 kg." in words(reviewer.get(f"/interactions/{row.pk}/").content)
    card = reviewer.get(f"/memories/{memory.pk}/").content.decode()
    assert "<mark>The bench weighs 5.4 kg.</mark>" in card
    assert "How heavy?" in words(reviewer.get("/interactions/").content)


def test_a_document_shows_its_text_in_pieces(reviewer: Client) -> None:
    factories.project()
    fields = {"file_path": "notes/dome.md", "text": "# Dome\n\nIt turns.", "project": "p04"}
    row = documents.ingest(fields, actor=factories.person()).row
    assert "It turns." in words(reviewer.get(f"/documents/{row.pk}/").content)
    assert "Dome" in words(reviewer.get("/documents/").content)


def test_hostile_text_is_shown_as_text(reviewer: Client) -> None:
    memory = factories.memory("<script>alert(1)</script> & “quotes” \u202egnp.exe")
    for path in ("/triage/", f"/memories/{memory.pk}/", "/memories/", "/audit/", f"/memories/{memory.pk}/edit/"):
        page = reviewer.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_no_page_holds_a_script_or_a_style_of_its_own(reviewer: Client) -> None:
    memory = factories.memory(active=True)
    factories.memory()
    for path in ("/triage/", f"/memories/{memory.pk}/", "/memories/", "/audit/", "/projects/", "/help/"):
        page = reviewer.get(path).content.decode()
        assert "<script>" not in page
        assert " style=" not in page
        assert " onclick=" not in page


def test_who_is_not_signed_in_is_led_to_the_door(db: None) -> None:
    answer = Client().get("/triage/?tab=memories")
    assert answer.headers["Location"] == "/account/sign-in/?next=/triage/%3Ftab%3Dmemories"


def test_refusals_carry_the_request_id(reviewer: Client) -> None:
    answer = reviewer.get(f"/memories/{uuid.uuid4()}/", headers={"X-Request-ID": "look-me-up"})
    assert answer.status_code == 404
    assert "look-me-up" in words(answer.content)


def test_every_decision_from_a_page_is_one_row_a_record(reviewer: Client) -> None:
    memory = factories.memory(active=True)
    before = AuditEntry.objects.count()
    reviewer.post(f"/memories/{memory.pk}/invalidate/", {"version": 1, "note": "no longer so"})
    reviewer.post(f"/memories/{memory.pk}/restore/", {"version": 2})
    assert AuditEntry.objects.count() == before + 2


@pytest.mark.parametrize(
    "path",
    [
        "/projects/%00/",
        "/projects/%ED%A0%80/",
        "/triage/?project=%00",
        "/audit/?actor=%00",
        "/memories/?tag=%00",
        "/triage/?card=%00",
    ],
)
def test_what_no_database_takes_is_refused_before_it(reviewer: Client, path: str) -> None:
    factories.memory()
    assert reviewer.get(path).status_code in (400, 404)


def test_control_characters_in_a_decision_are_refused(reviewer: Client) -> None:
    memory = factories.memory()
    for form in ({"version": 1, "note": "a\x00b"}, {"version": 1, "supersedes": "\x00"}, {"version": "\x00"}):
        assert reviewer.post(f"/memories/{memory.pk}/promote/", form).status_code in (400, 404)
    assert reviewer.post("/triage/undo/", {"request": "\x00"}).status_code == 400
    assert reviewer.post("/triage/bulk/", {"filter": "project=%00", "verb": "promote"}).status_code == 400
    assert memory.fresh().version == 1


def test_who_may_only_read_is_offered_nothing_to_decide(reader: Client, reviewer: Client) -> None:
    memory = factories.memory(active=True)
    assert "Invalidate" in words(reviewer.get(f"/memories/{memory.pk}/").content)
    page = reader.get(f"/memories/{memory.pk}/")
    assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]
    assert "takes the role reviewer" in words(page.content)

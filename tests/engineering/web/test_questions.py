"""The questions' pages: the same answer as REST, in words, with what waits apart and nothing silently cut."""

import re
from html import unescape

import pytest
from django.test import Client

from engineering.queries.catalogue import QUERIES, Scope
from engineering.web.questions.asked import OWN_PAGES, slug
from memories.choices import Role
from memories.models import AuditEntry, User
from tests import factories
from tests.engineering.queries.drawing import Drawing

BACKEND = "django.contrib.auth.backends.ModelBackend"
PROJECT = "/projects/p04-gigabit"
#: A requirement of the first level: that nothing stands above it is no fault.
TOP = {"level": "L1"}


def signed_in(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def sheet(db: None) -> Drawing:
    """An empty drawing."""
    return Drawing()


@pytest.fixture
def reader(db: None) -> Client:
    """Somebody who may read everything."""
    return signed_in(factories.user(Role.READER, "ruth"))


def words(client: Client, address: str, status: int = 200) -> str:
    """What a page says."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:400]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def page_of(sheet: Drawing, name: str, query: str) -> str:
    """The address of a question about an entity."""
    return f"/entities/{sheet.at[name].pk}/queries/{query}/"


@pytest.mark.parametrize(
    "query", [query for query in QUERIES if query.scope is Scope.PROJECT and query.id not in OWN_PAGES]
)
def test_every_question_about_a_project_has_a_page_even_where_nothing_is_recorded(
    sheet: Drawing, reader: Client, query: object
) -> None:
    said = words(reader, f"{PROJECT}/queries/{slug(query)}/")  # type: ignore[arg-type]  # parametrized
    assert query.asks in said  # type: ignore[attr-defined]  # as above
    assert query.asks in words(reader, f"{PROJECT}/queries/")  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("query", [query for query in QUERIES if query.scope is Scope.ENTITY])
def test_every_question_about_an_entity_has_a_page(sheet: Drawing, reader: Client, query: object) -> None:
    sheet.draw("cell part_of sys1", "cell satisfies req1", "cell affected_by_decision dec1", "claim1 evidenced_by res1")
    for name in sheet.at:
        assert query.asks in words(reader, page_of(sheet, name, slug(query)))  # type: ignore[attr-defined,arg-type]


def test_a_question_with_a_page_of_its_own_leads_there(sheet: Drawing, reader: Client) -> None:
    assert reader.get(f"{PROJECT}/queries/suspects/")["Location"] == f"{PROJECT}/suspect-links/"
    assert reader.get(f"{PROJECT}/queries/map/")["Location"] == f"{PROJECT}/map/"


def test_orphans_are_listed_under_what_is_wrong_and_satisfied_ones_only_counted(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1", properties=TOP)
    sheet.draw("c1 satisfies req1")
    sheet.put("req2", properties=TOP)
    said = words(reader, f"{PROJECT}/queries/orphan-requirements/")
    assert "Orphans 1" in said
    assert "req2" in said
    assert "req1" not in said
    assert "2 requirements" in said


def test_numbers_stand_below_each_other_at_the_end_of_their_column(sheet: Drawing, reader: Client) -> None:
    sheet.draw("req2 derived_from req1")
    page = reader.get(f"{PROJECT}/queries/orphan-requirements/").content.decode()
    assert '<th scope="col" class="num">Refined by</th>' in page
    assert re.search(r'<td class="num">\s*1\s*</td>', page)


def test_times_of_changes_read_as_everywhere(sheet: Drawing, reader: Client) -> None:
    sheet.put("c1")
    said = words(reader, f"{PROJECT}/queries/changes/")
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", said.partition("rows of the log")[2])


def test_a_figure_leads_to_its_part_alone_and_the_rest_stays_counted(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1")
    sheet.put("req2", properties={"justification": "Bought in."})
    page = reader.get(f"{PROJECT}/queries/orphan-requirements/").content.decode()
    assert "?verdict=justified" in page
    said = words(reader, f"{PROJECT}/queries/orphan-requirements/?verdict=justified")
    assert "req2" in said
    assert "req1" not in said
    assert "1 orphan " in said


def test_all_clear_and_nothing_recorded_are_different_words(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1", properties=TOP)
    sheet.draw("c1 satisfies req1")
    assert "All clear" in words(reader, f"{PROJECT}/queries/orphan-requirements/")
    assert "Nothing is recorded" in words(reader, page_of(sheet, "c1", "decision-history"))


def test_a_risky_decision_shows_the_path_to_what_it_rests_on(sheet: Drawing, reader: Client) -> None:
    sheet.draw("dec1 based_on_assumption asm1")
    sheet.end("asm1")
    reviewer = signed_in(factories.user(Role.REVIEWER, "rosa"))
    said = words(reviewer, f"{PROJECT}/queries/risky-decisions/")
    assert "invalid: dec1 → asm1" in said
    assert "High 1" in said
    # Who may not see what is no longer true still learns that the decision rests on it.
    assert "invalid: dec1 → (invalid assumption)" in words(reader, f"{PROJECT}/queries/risky-decisions/")


def test_what_waits_is_shown_apart_and_changes_no_verdict(sheet: Drawing) -> None:
    sheet.put("req1")
    sheet.put("c1")
    sheet.draw("c1 satisfies req1", active=False)
    said = words(signed_in(factories.user(Role.REVIEWER, "rosa")), f"{PROJECT}/queries/orphan-requirements/")
    assert "Orphans 1" in said
    assert "Waiting, and not counted" in said
    assert "c1 satisfies req1" in said


def test_a_link_reads_from_the_end_it_is_shown_at(sheet: Drawing, reader: Client) -> None:
    sheet.draw("cell part_of sys1")
    assert "cell part of sys1" in words(reader, page_of(sheet, "sys1", "contents"))
    assert "sys1 contains cell" in words(reader, page_of(sheet, "cell", "ancestors"))


def test_a_long_answer_is_paged_and_says_so(sheet: Drawing, reader: Client) -> None:
    for number in range(5):
        sheet.put(f"req{number}", properties=TOP)
    first = reader.get(f"{PROJECT}/queries/orphan-requirements/?limit=3").content.decode()
    assert "This is not all: 3 are shown" in first
    assert "limit=3&amp;offset=3" in first
    last = words(reader, f"{PROJECT}/queries/orphan-requirements/?limit=3&offset=3")
    assert "req4" in last
    assert "This is not all" not in last
    assert "First page" in last


def test_a_walk_that_stopped_names_where_and_offers_a_wider_one(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sub1 part_of sys1", "c1 part_of sub1", "c2 part_of c1")
    page = reader.get(page_of(sheet, "sys1", "contents") + "?limit=2").content.decode()
    assert "The walk stopped before" in page
    assert "limit=8" in page


def test_coverage_shows_what_is_counted_of_what_and_leads_to_what_is_missing(sheet: Drawing, reader: Client) -> None:
    sheet.draw("c1 satisfies req1")
    sheet.put("req2")
    said = words(reader, f"{PROJECT}/queries/coverage/")
    assert "Satisfied, shallow 1 of 2 50" in said
    page = reader.get(f"{PROJECT}/queries/coverage/").content.decode()
    assert f"{PROJECT}/queries/verification-matrix/?verdict=open" in page
    assert "req2" in words(reader, f"{PROJECT}/queries/orphan-requirements/?verdict=orphan")


def test_the_matrix_can_be_narrowed_to_what_is_open_and_so_can_its_file(sheet: Drawing, reader: Client) -> None:
    sheet.put("res1", properties={"passed": True, "value": "3 mm"})
    sheet.draw("req1 validated_by res1")
    sheet.put("req2")
    said = words(reader, f"{PROJECT}/queries/verification-matrix/?verdict=open")
    assert "req2" in said
    assert "req1" not in said
    assert "1 passed" in said
    page = reader.get(f"{PROJECT}/queries/verification-matrix/?verdict=open").content.decode()
    (file,) = re.findall(r'href="([^"]+)">CSV', page)
    assert file == f"/api/v1/queries{PROJECT}/verification-matrix/csv?verdict=open"
    lines = reader.get(file).content.decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["req2"]


def test_a_cell_of_a_file_is_no_formula(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1", properties={"verification_method": "test"})
    for number, evil in enumerate(("=HYPERLINK(1)", "+1", "-2+3", "@SUM(A1)", "\tx", "＝1", " =2")):
        factories.entity(f"{evil} {number}", "requirement")
    for table in ("verification-matrix", "gaps"):
        body = reader.get(f"/api/v1/queries{PROJECT}/{table}/csv").content.decode()
        assert not re.search(r'(^|,)"?[=+\-@\t\r＝]', body, re.M), body


def test_json_of_a_page_is_asked_with_the_same_parameters(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1")
    page = reader.get(f"{PROJECT}/queries/orphan-requirements/?basis=derived_from").content.decode()
    (address,) = re.findall(r'href="([^"]+)">JSON', page)
    assert reader.get(address).json()["params"]["basis"] == "derived_from"


def test_changes_read_as_what_somebody_did(sheet: Drawing, reader: Client) -> None:
    sheet.put("cell")
    said = words(reader, f"{PROJECT}/queries/changes/")
    assert "created entity" in said
    assert "cell" in said


@pytest.mark.parametrize("asked", ["?nonsense=1", "?limit=0", "?limit=x", "?verdict=nonsense", "?offset=-1"])
def test_what_the_question_does_not_take_is_refused_in_words(sheet: Drawing, reader: Client, asked: str) -> None:
    assert "takes" in words(reader, f"{PROJECT}/queries/orphan-requirements/{asked}", 400)


def test_a_question_of_the_other_sort_is_not_there(sheet: Drawing, reader: Client) -> None:
    sheet.put("cell")
    words(reader, f"{PROJECT}/queries/impact/", 404)
    words(reader, page_of(sheet, "cell", "coverage"), 404)
    words(reader, "/projects/nobody/queries/coverage/", 404)


def test_what_one_may_not_read_is_not_named(sheet: Drawing) -> None:
    factories.project("p05-other", ())
    hidden = factories.entity("Secret lens", project="p05-other")
    sheet.put("cell")
    factories.relationship(sheet.at["cell"], "depends_on", hidden)
    guest = signed_in(factories.user(Role.READER, "gast", sheet.project))
    for query in (query for query in QUERIES if query.scope is Scope.ENTITY):
        assert "Secret lens" not in words(guest, page_of(sheet, "cell", slug(query)))
    words(guest, "/projects/p05-other/queries/coverage/", 404)


def test_an_answer_can_be_asked_for_as_it_stood(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1", properties=TOP)
    before = AuditEntry.objects.latest("seq").seq
    sheet.draw("c1 satisfies req1")
    page = f"{PROJECT}/queries/orphan-requirements/"
    assert "All clear" in words(reader, page)
    assert "Orphans 1" in words(reader, f"{page}?as_of={before}")
    words(reader, f"{page}?as_of=nonsense", 400)
    own = reader.get(f"{PROJECT}/queries/differences/?since={before}")
    assert own["Location"] == f"/projects/p04-gigabit/differences/?since={before}"


def test_what_speaks_for_a_claim_reads_from_the_claim(sheet: Drawing, reader: Client) -> None:
    sheet.put("res1", properties={"passed": False})
    sheet.draw("res1 supports claim1", "claim1 evidenced_by res2")
    said = words(reader, f"{PROJECT}/queries/unsupported-claims/")
    assert "supported by res1 (failed)" in said
    assert "evidenced by res2" in said


def test_gaps_say_of_each_group_what_it_is_a_group_of(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1")
    sheet.draw("dec1 based_on_assumption asm1")
    sheet.end("asm1")
    said = words(reader, "/projects/p04-gigabit/queries/gaps/")
    assert "1 orphan requirement 1 risky decision" in said
    assert "Orphan requirements 1 Nothing satisfies them." in said
    assert "Decisions at high risk 1 Directly on an assumption that is invalid." in said

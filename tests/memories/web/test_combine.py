"""Two records at once: replace, merge, supersede."""

from django.test import Client

from tests import factories
from tests.memories.web.conftest import words


def test_replacing_shows_the_difference_before_the_decision(reviewer: Client) -> None:
    old = factories.memory("The bench weighs 5.4 kg.", active=True)
    new = factories.memory("The bench weighs 5.62 kg.")
    page = reviewer.get(f"/memories/{new.pk}/replace/{old.pk}/").content.decode()
    assert "<del>5.4</del>" in page
    assert f'name="supersedes" value="{old.pk}"' in page
    assert new.fresh().status == "candidate"


def test_merging_takes_the_chosen_side_of_each_field_and_unites_the_tags(reviewer: Client) -> None:
    target = factories.memory("Old words.", active=True, domain_tags=["optics"], confidence=0.9)
    source = factories.memory("New words.", domain_tags=["fibre"], confidence=0.4)
    assert "united: optics, fibre" in words(reviewer.get(f"/memories/{source.pk}/merge/{target.pk}/").content)
    form = {"version": 1, "into_version": 1, "take-content": "source", "take-confidence": "target"}
    reviewer.post(f"/memories/{source.pk}/merge/{target.pk}/", form)
    merged, ended = target.fresh(), source.fresh()
    assert (merged.content, merged.confidence, merged.domain_tags) == ("New words.", 0.9, ["optics", "fibre"])
    assert (ended.status, ended.superseded_by_id) == ("superseded", target.pk)


def test_a_merge_into_something_that_changed_is_refused(reviewer: Client) -> None:
    target, source = factories.memory(active=True), factories.memory()
    form = {"version": 1, "into_version": 7}
    assert reviewer.post(f"/memories/{source.pk}/merge/{target.pk}/", form).status_code == 409
    assert source.fresh().status == "candidate"


def test_an_active_one_can_end_with_or_without_a_successor(reviewer: Client) -> None:
    one, other = factories.memory(active=True), factories.memory(active=True)
    reviewer.post(f"/memories/{one.pk}/supersede/", {"version": 1, "by": str(other.pk), "note": "newer"})
    assert one.fresh().superseded_by_id == other.pk
    reviewer.post(f"/memories/{other.pk}/supersede/", {"version": 1, "by": ""})
    assert (other.fresh().status, other.fresh().superseded_by_id) == ("superseded", None)

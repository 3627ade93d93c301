"""Two values of one slot: a table of pairs with their class, and what holds of every pair."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engineering.slots import numbers, quantity
from engineering.slots.compare import Result, Sort, compare, normal_form

SAME, REVIEW, SOFT, CONFLICT = Result.SAME, Result.REVIEW, Result.SOFT, Result.CONFLICT
QUANTITY, TEMPERATURE = Sort("quantity"), Sort("quantity", "[temperature]")

#: Every trap that a unit library falls into when it gets the raw text, and what engineers write besides.
PAIRS = [
    # units
    ("3 inch", "76.2 mm", SAME),
    ("480 g", "0.48 kg", SAME),
    ("96 kg", "96000 g", SAME),
    ("5 N·m", "5 J", SAME),
    ("1 kN/m²", "1 kPa", SAME),
    ("2.70 g/cm³", "2700 kg/m^3", SAME),
    ("8.6e-6 1/K", "8.6 × 10⁻⁶ 1/K", SAME),
    ("20 °C", "293.15 K", SAME),
    ("68 °F", "20 °C", SAME),
    ("40 %", "0.4", SAME),
    ("6 µm", "6 μm", SAME),
    ("6 um", "0.006 mm", SAME),
    ("1 kΩ", "1000 ohm", SAME),
    ("5 kg", "5 m", CONFLICT),
    ("5 W", "5 J", CONFLICT),
    ("60 min", "1 h", SAME),
    ("30 g_0", "294.19950 m/s²", SAME),
    ("30 g_0", "30 g", CONFLICT),
    # printed digits
    ("12.7 mm", "12.70 mm", SAME),
    ("12.7 mm", "12.74 mm", CONFLICT),
    ("25 mm", "0.98 in", SAME),
    ("10 mm", "10.4 mm", CONFLICT),
    ("1.0000000001 m", "1 m", SAME),
    ("5 kg", "6 kg", CONFLICT),
    # case and superscripts
    ("5 mW", "5 MW", CONFLICT),
    ("5 mm", "5 Mm", CONFLICT),
    ("5 mw", "5 mW", REVIEW),
    ("10² mm", "102 mm", CONFLICT),
    ("10² mm", "100 mm", SAME),
    ("10^3 m", "1 km", SAME),
    ("5 m²", "5 m", CONFLICT),
    ("5 m²", "5 m^2", SAME),
    # what looks like a unit
    ("1 sigma", "1", REVIEW),
    ("1 sigma", "5.670374e-8 W/m²/K⁴", CONFLICT),
    ("20 C", "20 °C", REVIEW),
    ("20 C", "25 C", CONFLICT),
    ("3 e", "3", REVIEW),
    ("1500 l/mm", "1500 1/mm", REVIEW),
    ("5 furlongs", "5 m", REVIEW),
    ("5 furlongs", "6 m", CONFLICT),
    ("8 nm RMS", "8 nm", REVIEW),
    # a missing unit
    ("5", "5 kg", REVIEW),
    ("5", "6 kg", CONFLICT),
    ("40 %", "40", REVIEW),
    # fractions and inches
    ('1/2"', "12.7 mm", SAME),
    ('1/2"', "0.5 in", SAME),
    ('1/2"', "0.5", REVIEW),
    ("½ in", "0.5 inch", SAME),
    ('1 1/2"', "38.1 mm", SAME),
    ("1½ inches", "38.1 mm", SAME),
    ("2 ft", "24 in", SAME),
    # separators
    ("1,5 mm", "1.5 mm", SAME),
    ("1,234.5 mm", "1234.5 mm", SAME),
    ("10 000 mm", "10 m", SAME),
    ("1,500 mm", "1500 mm", REVIEW),
    # tolerances
    ("10 ± 0.1 mm", "10.05 mm", SOFT),
    ("10 ± 0.1 mm", "10 mm", SOFT),
    ("10 ± 0.1 mm", "1.0 mm", CONFLICT),
    ("10 ± 0.1 mm", "10.2 ± 0.2 mm", SOFT),
    ("10 ± 0.1 mm", "10.5 ± 0.1 mm", CONFLICT),
    ("10 ± 0.1 mm", "10 mm +0.1/-0.1", SAME),
    ("10 mm ± 1 %", "10 ± 0.1 mm", SAME),
    ("10 +/- 0.1 mm", "1 ± 0.01 cm", SAME),
    ("10 mm +0.2/-0.1", "9.95 mm", SOFT),
    ("10 mm +0.2/-0.1", "9.8 mm", CONFLICT),
    ("20 ± 1 °C", "293.15 ± 1 K", SAME),
    # ranges
    ("5-10 mm", "0.5 to 1 cm", SAME),
    ("5..10 mm", "7 mm", SOFT),
    ("5 – 10 mm", "11 mm", CONFLICT),
    ("-10 °C to 30 °C", "between -10 and 30 °C", SAME),
    ("5-10 mm", "10-12 mm", SOFT),
    ("5-10 mm", "11-12 mm", CONFLICT),
    # bounds
    ("<= 5 W", "<= 6 W", SOFT),
    ("<= 5 W", "≤ 5 W", SAME),
    ("<= 5 W", "at most 5000 mW", SAME),
    ("<= 5 W", "5 W max", SAME),
    ("< 5 W", "<= 5 W", SOFT),
    ("<= 5 W", "5 W", SOFT),
    ("< 5 W", "5 W", CONFLICT),
    ("<= 5 W", "6 W", CONFLICT),
    (">= 10 W", "<= 8 W", CONFLICT),
    (">= 5 W", "<= 8 W", SOFT),
    (">= 10 W", "min. 10 W", SAME),
    (">= 10 W", "5 ± 1 W", CONFLICT),
    # no quantity at all
    ("TBD", "5 mm", REVIEW),
    ("TBD", "TBD", SAME),
    ("TBD", "lambda/20", REVIEW),
    ("f/3.3", "f/3.55", REVIEW),
    ("10 x 20 mm", "10 mm", REVIEW),
    ("~5 mm", "5 mm", REVIEW),
]


def test_the_table_is_large_enough() -> None:
    assert len({frozenset(pair[:2]) for pair in PAIRS}) == len(PAIRS) >= 60


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_pair(one: str, other: str, expected: Result) -> None:
    assert compare(one, other, QUANTITY).result is expected
    assert compare(other, one, QUANTITY).result is expected


def test_a_declared_temperature_makes_c_a_degree() -> None:
    assert compare("20 C", "293.15 K", TEMPERATURE).result is SAME
    assert compare("20 C", "68 F", TEMPERATURE).result is SAME


@pytest.mark.parametrize(
    "text",
    ["TBD", "lambda/20", "f/3.3", "8 nm RMS", "1 sigma", "20 C", "1,500 mm", "10 x 20 mm", "2026-03-01", "", "1e999 m"],
)
def test_what_stays_as_written(text: str) -> None:
    assert quantity.unparsed(text)


def test_a_quantity_of_another_dimension_counts_as_unparsed() -> None:
    assert not quantity.unparsed("5 kg", "[mass]")
    assert quantity.unparsed("5 m", "[mass]")
    assert not quantity.unparsed("167 W/m/K", "[power]/[length]/[temperature]")


def test_the_normal_form_is_what_is_compared() -> None:
    assert normal_form("480 g", QUANTITY) == normal_form("0.48 kg", QUANTITY)
    assert normal_form(" Ti-6Al-4V ", Sort("text", aliases={"ti-6al-4v": "titanium"})) == "titanium"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ti-6Al-4V", " ti-6al-4v ", SAME),
        ("SS304", "AISI 304", SAME),
        ("Zerodur", "ULE", CONFLICT),
        ("10²", "102", CONFLICT),
    ],
)
def test_texts(one: str, other: str, expected: Result) -> None:
    assert compare(one, other, Sort("text", aliases={"ss304": "aisi 304"})).result is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("It shall draw at most 50 W.", "It shall draw at most 60 W.", CONFLICT),
        ("It shall draw at most 50 W.", "It shall not draw more than 50 W.", REVIEW),
        ("It shall draw 50 W.", "It should draw 50 W.", CONFLICT),
        ("The lid shall be opened.", "The lid shall not be opened.", CONFLICT),
        ("HERON weighs at most 18 kg.", "HERON without its case weighs at most 18 kg.", REVIEW),
        ("It shall weigh 5 kg.", "It shall weigh 5000 g.", REVIEW),
        ("It shall weigh 5 kg.", "it shall  weigh 5 kg.", SAME),
    ],
)
def test_statements_of_one_requirement(one: str, other: str, expected: Result) -> None:
    assert compare(one, other, Sort("statement")).result is expected
    assert compare(other, one, Sort("statement")).result is expected


# Whatever people write

TEXTS = st.one_of(
    st.sampled_from([text for pair in PAIRS for text in pair[:2]]),
    st.text(alphabet="0123456789.,-+±<>=/ mkgWKC°%²½\"'xeto()", max_size=14),
    st.text(max_size=20),
)
SORTS = st.sampled_from([QUANTITY, TEMPERATURE, Sort("number"), Sort("text"), Sort("prose"), Sort("statement")])
NUMBERS = st.decimals(min_value="0.001", max_value="99999", places=3)
FORMS = st.sampled_from(["{} {u}", "{} ± 1.5 {u}", "<= {} {u}", "> {} {u}", "-{} to {} {u}"])
#: (unit, the same unit another way, how many of the second one of the first is)
UNITS = st.sampled_from(
    [("mm", "m", "0.001"), ("kg", "g", "1000"), ("W", "mW", "1000"), ("h", "s", "3600"), ("N", "kN", "0.001")]
)


@given(TEXTS, TEXTS, SORTS)
@example("5 kg", "5", QUANTITY)
def test_comparing_is_symmetric(one: str, other: str, sort: Sort) -> None:
    assert compare(one, other, sort).result is compare(other, one, sort).result


@given(TEXTS, SORTS)
def test_a_value_is_the_same_as_itself(text: str, sort: Sort) -> None:
    assert compare(text, text, sort).result is SAME


@given(NUMBERS, NUMBERS, FORMS, FORMS, UNITS)
def test_the_unit_does_not_change_the_class(
    one: object, other: object, form: str, second: str, unit: tuple[str, str, str]
) -> None:
    from decimal import Decimal

    def written(number: object, shape: str, *, converted: bool) -> str:
        factor = Decimal(unit[2]) if converted else Decimal(1)
        size = f"{Decimal(str(number)) * factor:f}"
        return shape.replace("1.5", f"{Decimal('1.5') * factor:f}").format(size, size, u=unit[converted])

    plain = compare(written(one, form, converted=False), written(other, second, converted=False), QUANTITY).result
    assert (
        compare(written(one, form, converted=True), written(other, second, converted=False), QUANTITY).result is plain
    )
    assert compare(written(one, form, converted=True), written(other, second, converted=True), QUANTITY).result is plain


def test_a_number_longer_than_any_is_none_and_stops_nothing() -> None:
    for text in ("9" * 400 + "/7", "9" * 400 + "½", "1" * 5_000):
        assert numbers.read(text) is None

"""Units: which words count as one, and how numbers are brought to base units.

Only names declared here reach the unit library, spelled out in full. It would take more on its own, and wrongly:
"sigma" is a constant there, "C" a coulomb, "l/mm" litres over millimetres. Case differs (mW is not MW).
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pint import UnitRegistry

_PREFIXED = {
    "m": "meter",
    "g": "gram",
    "s": "second",
    "A": "ampere",
    "K": "kelvin",
    "mol": "mole",
    "cd": "candela",
    "rad": "radian",
    "sr": "steradian",
    "Hz": "hertz",
    "N": "newton",
    "Pa": "pascal",
    "J": "joule",
    "W": "watt",
    "V": "volt",
    "Ω": "ohm",
    "S": "siemens",
    "Wb": "weber",
    "T": "tesla",
    "H": "henry",
    "lm": "lumen",
    "lx": "lux",
    "Bq": "becquerel",
    "Gy": "gray",
    "Sv": "sievert",
    "L": "liter",
    "bar": "bar",
    "eV": "electron_volt",
    "Wh": "watt_hour",
    "Ah": "ampere_hour",
    "VA": "volt_ampere",
    "arcsec": "arcsecond",
    "Torr": "torr",
}
_PREFIXES = {
    "f": "femto",
    "p": "pico",
    "n": "nano",
    "µ": "micro",
    "u": "micro",
    "m": "milli",
    "c": "centi",
    "d": "deci",
    "k": "kilo",
    "M": "mega",
    "G": "giga",
    "T": "tera",
}
_PLAIN = {
    "ohm": "ohm",
    "ohms": "ohm",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "l": "liter",
    "hPa": "hectopascal",
    "°": "degree",
    "deg": "degree",
    "arcmin": "arcminute",
    "rpm": "revolutions_per_minute",
    "in": "inch",
    '"': "inch",
    "″": "inch",
    "”": "inch",
    "ft": "foot",
    "'": "foot",
    "′": "foot",
    "’": "foot",
    "yd": "yard",
    "mi": "mile",
    "mil": "thou",
    "thou": "thou",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "lbf": "force_pound",
    "kgf": "force_kilogram",
    "psi": "psi",
    "ksi": "kip_per_square_inch",
    "atm": "atmosphere",
    "mmHg": "millimeter_Hg",
    "t": "metric_ton",
    "Å": "angstrom",
    "%": "percent",
    "ppm": "ppm",
    "px": "pixel",
    "gn": "standard_gravity",
    "hp": "horsepower",
    "cal": "calorie",
    "kcal": "kilocalorie",
    "BTU": "british_thermal_unit",
    "°C": "degree_Celsius",
    "degC": "degree_Celsius",
    "°F": "degree_Fahrenheit",
    "degF": "degree_Fahrenheit",
    "°K": "kelvin",
    "bit": "bit",
    "B": "byte",
    "kB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
}
#: Words that take a plural s and any prefix word, whatever the case of their first letter.
_WORDS = {
    **{word: word for word in ("meter", "gram", "second", "minute", "hour", "day", "week", "month", "year", "ampere")},
    **{word: word for word in ("kelvin", "mole", "candela", "radian", "newton", "pascal", "joule", "watt", "volt")},
    **{word: word for word in ("ohm", "farad", "tesla", "coulomb", "hertz", "liter", "bar", "inch", "foot", "yard")},
    **{word: word for word in ("mile", "pound", "ounce", "gallon", "degree", "percent", "pixel", "micron", "angstrom")},
    **{word: word for word in ("tonne", "torr", "atmosphere", "knot", "arcsecond", "arcminute", "byte", "thou")},
    "metre": "meter",
    "litre": "liter",
    "inches": "inch",
    "feet": "foot",
    "amp": "ampere",
    "celsius": "degree_Celsius",
    "fahrenheit": "degree_Fahrenheit",
    "electronvolt": "electron_volt",
}
_PREFIX_WORDS = tuple(_PREFIXES[letter] for letter in "fpnµmcdkMGT")
#: Letters of a temperature that elsewhere are a charge and a capacity: taken only where a temperature is expected.
_TEMPERATURE_ONLY = {"C": "degree_Celsius", "F": "degree_Fahrenheit"}
#: Written like a unit, meant as a count.
_NOT_UNITS = frozenset({"l/mm", "l/in"})
_OFFSET = frozenset({"degree_Celsius", "degree_Fahrenheit"})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SIGNS = {"·": "*", "⋅": "*", "×": "*"}
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_TOKEN = re.compile(r"\s*(?:(\*\*|\^)\s*\(?([+-]?\d{1,2})\)?|([·⋅×*/()])|(1(?=\s*/))|([^\s·⋅×*/()^\d+-]+))")


class Base(NamedTuple):
    """A number in base units: its size, and the dimension it has."""

    size: float
    dimension: str


@lru_cache(4_096)
def resolve(unit: str, dimension: str = "") -> str | None:
    """Return a unit as the unit library spells it, "" for none, None where it is not known.

    Args:
        unit: as written ("mW", "N·m", "kg/m³", "1/K", '"').
        dimension: what the property is ("[temperature]"), which alone makes C a temperature.
    """
    text = unicodedata.normalize("NFC", unit).replace("μ", "µ").replace("g_0", "gn").strip()
    if not text:
        return ""
    if text in _NOT_UNITS or len(text) > 60:
        return None
    raised = _RAISED.sub(lambda found: f"^{found[0].translate(_SUPERSCRIPTS)}", text)
    if raised in _TEMPERATURE_ONLY:
        return _TEMPERATURE_ONLY[raised] if dimension == "[temperature]" else None
    return _spelled(raised)


def _spelled(text: str) -> str | None:
    parts: list[str] = []
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.end() == place:
            return None
        _, power, sign, one, word = found.groups()
        name = _name(word) if word else None
        if word and name is None:
            return None
        if word and parts and parts[-1] not in "(*/":
            parts.append("*")
        parts.append(f"**{power}" if power else _SIGNS.get(sign, sign) or one or name or "")
        place = found.end()
    return " ".join(parts)


@lru_cache(4_096)
def _name(word: str) -> str | None:
    if word in _PLAIN:
        return _PLAIN[word]
    if word in _PREFIXED:
        return _PREFIXED[word]
    if word[:1] in _PREFIXES and word[1:] in _PREFIXED:
        return _PREFIXES[word[0]] + _PREFIXED[word[1:]]
    return _long_name(word[:1].lower() + word[1:])


def _long_name(word: str) -> str | None:
    for stem in (word, word.removesuffix("s")):
        if stem in _WORDS:
            return _WORDS[stem]
        for prefix in _PREFIX_WORDS:
            if stem.startswith(prefix) and stem.removeprefix(prefix) in _WORDS:
                return prefix + _WORDS[stem.removeprefix(prefix)]
    return None


@cache
def _registry() -> "UnitRegistry[Any]":
    """Return the unit library's registry, made when it is first needed (it takes a while)."""
    from pint import UnitRegistry

    return UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)


@lru_cache(4_096)
def _scale(spelled: str) -> tuple[float, float, str] | None:
    """Return (factor, offset, dimension) that bring a number of this unit to base units; None where that fails."""
    registry = _registry()
    try:
        zero = registry.Quantity(0.0, spelled).to_base_units() if spelled in _OFFSET else None
        one = registry.Quantity(1.0, spelled).to_base_units()
    except Exception:  # whatever a stranger's unit makes the library raise, it is a unit we cannot use
        return None
    offset = float(zero.magnitude) if zero is not None else 0.0
    powers = sorted(one.dimensionality.items())
    return float(one.magnitude) - offset, offset, " ".join(f"{name}**{power:g}" for name, power in powers)


def to_base(number: float, spelled: str) -> Base | None:
    """Return a number of a resolved unit in base units; None where the unit library cannot do it."""
    if not spelled:
        return Base(number, "")
    scale = _scale(spelled)
    if scale is None:
        return None
    factor, offset, dimension = scale
    return Base(number * factor + offset, dimension)


def step_in_base(step: float, spelled: str) -> float:
    """Return a difference of a resolved unit in base units (a kelvin for a degree Celsius)."""
    scale = _scale(spelled) if spelled else None
    return step * scale[0] if scale else step


@lru_cache(4_096)
def has_dimension(spelled: str, dimension: str) -> bool:
    """Tell whether a resolved unit has a dimension in the unit library's notation ("[mass]/[length]**3")."""
    scale = _scale(spelled) if spelled else None
    if scale is None:
        return False
    registry = _registry()
    one = registry.Quantity(1.0, "kelvin" if spelled in _OFFSET else spelled)
    return bool(one.check(dimension))

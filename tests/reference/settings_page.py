"""The page of the settings, from the registry that `manage.py settings` lists."""

from django.conf import settings

from tests.reference.markdown import code, page, table, words

ABOUT = """Every environment variable that AtoCore reads. `manage.py settings` shows the present values and where they
come from; what they are for is told in [operators](../operators.md#settings). A value that makes no sense, or an
`ATOCORE_` variable that is not here, stops every command with exit code 2."""
#: Defaults that depend on where AtoCore stands or on another setting.
DEPENDING = {
    "ATOCORE_DATA": "`data` in AtoCore's folder",
    "ATOCORE_SECRET_KEY": "generated",
    "ATOCORE_URL": "the first of `ATOCORE_ALLOWED_HOSTS`, by HTTPS; without any `http://127.0.0.1:8000`",
}


def listed() -> str:
    """Return the page. Raises ValueError for a setting whose default cannot be told from its present value."""
    rows = []
    for one in settings.ATOCORE_SETTINGS:
        if one.name not in DEPENDING and one.source != "default":
            raise ValueError(f"{one.name} comes from {one.source}: say in DEPENDING what it is by default")
        rows.append(
            (code(one.name), DEPENDING.get(one.name) or (code(one.value) if one.value else ""), words(one.meaning))
        )
    return page("Reference: settings", ABOUT, table(("variable", "default", "meaning"), rows))

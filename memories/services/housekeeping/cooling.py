"""The step that counts memories gone cold. They are listed for people (`?cold=true`) and never removed."""

from memories.models import Memory
from memories.queries import housekeeping as wanted
from memories.services.housekeeping.steps import Counts, Keeping, Step, steps


def count_cold(keeping: Keeping) -> Counts:
    """Count active memories that nobody used or touched for ATOCORE_COLD_DAYS."""
    return {"memories_cold": Memory.objects.filter(wanted.cold(keeping.at)).count()}


COLD = steps.register(Step("cold", "Gone cold", 60, count_cold))

"""A process of test_storm: decides every candidate, promoting or rejecting at random, in an order of its own.

Reads the ids as JSON from standard input; writes one answer a candidate as JSON to standard output.
"""

import json
import os
import random
import sys
from typing import Any

from tests.wire import Wire


def main() -> None:
    """Decide them all."""
    ids = json.load(sys.stdin)
    seed = int(os.environ["STORM_SEED"])
    chance = random.Random(seed)
    # Nearly one order: the processes meet at every candidate instead of spreading over them.
    order = sorted(ids, key=lambda record_id: (ids.index(record_id) // 5, chance.random()))
    with Wire(sys.argv[1], os.environ["STORM_TOKEN"]) as client:
        answers = [_decide(client, record_id, chance.choice(["promote", "reject"]), seed) for record_id in order]
    json.dump(answers, sys.stdout)


def _decide(client: Wire, record_id: str, verb: str, seed: int) -> dict[str, Any]:
    answer = client.post(f"/api/v1/memories/{record_id}/{verb}", {"version": 1})
    data = answer.json.get("data", {})
    return {
        "id": record_id,
        "verb": verb,
        "who": f"reviewer-{seed}",
        "status": answer.status,
        "by": data.get("by"),
        "did": data.get("did"),
    }


if __name__ == "__main__":
    main()

"""Weights of the fitted order of what was said in conversations, printed by `python -m tests.benchmarks.retrieval fit`.

Fitted on three conversations of our own (tests/benchmarks/retrieval/own), held against two others; docs/search.md has
what that brought. They stand in the order of memories.search.features.NAMES. Statements that stand in no conversation
keep the order by hand: on abstracts the fitted one was worse.
"""

from memories.search.features import NAMES

WITH_MEANING = (3.654, 3.833, 1.656, 0.444, -1.362, 6.339, 2.202, 7.894, -0.077, 0.835, 1.465, -0.318, -1.179)
WITHOUT = (3.923, 4.661, 1.759, 0.717, -1.339, 5.908, 0.000, 8.158, -0.079, 0.848, 1.344, -0.336, -1.108)

if not len(WITH_MEANING) == len(WITHOUT) == len(NAMES):
    raise AssertionError("the features changed: fit again")

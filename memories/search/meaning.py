"""Likeness in meaning: the semantic extra (requirements-semantic.txt), off unless ATOCORE_SEMANTIC says on.

Static word vectors (wordllama, weights in its package), pooled with smooth inverse frequency (Arora, Liang and Ma 2017:
a / (a + p), a = 0.001). A word's frequency p is taken from its rank in the vocabulary by Zipf's law, so that a text's
vector does not depend on what else is stored. Only the pool of a question is compared, so nothing is kept in the index.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

_SMOOTH = 1e-3
_CHARACTERS = 4_000


class _Model(NamedTuple):
    tokenizer: Any
    vectors: Any
    weights: Any


def installed() -> bool:
    """Tell whether the extra is there."""
    return find_spec("wordllama") is not None


def enabled() -> bool:
    """Tell whether meaning is compared."""
    return bool(settings.ATOCORE_SEMANTIC) and installed()


def likeness(question: str, texts: Sequence[str]) -> list[float]:
    """Return the cosine of each text's vector with the question's, 0 where below; [] where the extra is off."""
    if not enabled() or not texts:
        return []
    asked = _vector(question[:_CHARACTERS])
    return [max(0.0, float(asked @ _vector(text[:_CHARACTERS]))) for text in texts]


@cache
def _model() -> _Model:
    import numpy
    import wordllama

    # Its own folder as cache: that is where the package carries its tokenizer.
    loaded = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    ranks = numpy.arange(1, loaded.embedding.shape[0] + 1)
    frequency = 1 / (ranks * float(numpy.log(len(ranks))))
    return _Model(loaded.tokenizer, loaded.embedding, _SMOOTH / (_SMOOTH + frequency))


@lru_cache(maxsize=20_000)
def _vector(text: str) -> Any:
    import numpy

    model = _model()
    tokens = model.tokenizer.encode(text, add_special_tokens=False).ids
    pooled = (model.vectors[tokens] * model.weights[tokens][:, None]).sum(axis=0)
    length = float(numpy.linalg.norm(pooled))
    return pooled / length if length else pooled

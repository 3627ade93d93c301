"""How well the search finds what answers a question."""

"""Conflicts: found where the claims of one slot disagree, settled by a person.

`touched` hears every mutation and re-checks the slots it touches, `scan` checks everything, `settle` brings conflict
rows in line with what was found; `resolve` holds the verbs of people, `effects` what they would do. It flags and never
blocks: no write is refused for a conflict.
"""

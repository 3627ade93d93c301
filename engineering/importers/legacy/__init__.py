"""Databases of older AtoCore versions: read-only access, and the rules by which their rows are repaired or refused.

Pure: nothing here reads or writes the new database; names that are known there are handed in. docs/importing.md states
the rules in the words of this package.
"""

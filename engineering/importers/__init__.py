"""Readers of other tools' data, and the plans of what to write. Everything here is pure.

A reader turns files into typed records (records.py) and loses nothing: what it cannot read becomes a finding with its
place and its reason. Nothing in this package writes to the database; engineering.services.importing does.
"""

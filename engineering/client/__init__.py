"""The command `atocore`: a thin client for people and for hooks, which speaks REST to a server by address and token.

Needs the standard library alone, so that it starts at once and can be installed where nothing else of AtoCore is.
"""

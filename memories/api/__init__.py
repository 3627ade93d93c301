"""The REST door of the ground floor, and the toolkit that every REST resource is built with.

It authenticates, parses, calls one verb or one named read, and answers. It decides nothing and writes nothing.
"""

"""The sample project: an invented instrument, told as the people and programs of a small team would have left it.

The data stands in YAML and Markdown beside this file; `files` reads it, `timeline` puts it in order of time, `loader`
plays it through the ordinary verbs. Nothing here writes a row by itself or knows a rule of the lifecycle.
"""

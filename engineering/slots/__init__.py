"""Claims and slots: what rows claim about a subject, and whether two claims can both be true.

Pure: values and texts in, verdicts out. Nothing here knows a model, a database or a request.
"""

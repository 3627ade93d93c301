"""A whole installation as files, and back: what `export` writes, `import` reads into an empty database.

What is exported, imported and exported again is the same to the byte, on either database (docs/exchange.md).
"""

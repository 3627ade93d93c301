"""Drawings of the graph: where boxes and arrows stand. Pure geometry: it knows no model, no address and no colour.

A layout of its own, because a drawing has at most MOST_NODES nodes in a few columns; the layout libraries of the field
are made for more and bring a licence or a compiler with them.
"""

#: More nodes than this are no drawing any more; a page then says what is left out and offers the table.
MOST_NODES = 60

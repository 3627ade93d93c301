"""`make reference`: writes docs/reference/ from what the doors themselves say about their routes, tools and options."""

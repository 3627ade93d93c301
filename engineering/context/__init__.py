"""Context packs: a text for a model, made of what is true now, within a budget, every line with its reference."""

"""The resources of the ground floor, one module each."""

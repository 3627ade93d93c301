"""The query catalogue as pages: every question has one address, and its answer is a table with the rule in words."""

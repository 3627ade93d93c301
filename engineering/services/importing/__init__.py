"""The import verbs: what the readers found becomes records, in bulk, with one audit row a record.

`import_tree` takes a requirement tree, `import_database` an older AtoCore database. Both read everything first, write
in one transaction and answer with counts that balance: read = created + changed + unchanged + repaired + refused.
"""

from engineering.services.importing.databases import import_database
from engineering.services.importing.trees import import_tree
from memories.outcome import Outcome, Tally

__all__ = ["Outcome", "Tally", "import_database", "import_tree"]

"""`python -m engineering.client`: the command without an installation."""

import sys

from engineering.client.main import main

sys.exit(main())

"""The site: settings, addresses, the server front. It assembles the apps and decides nothing.

Importing this package puts the current SQLite in place. Every way in (manage.py, WSGI, ASGI, the tests) names a
module of this package before Django opens a database, so the swap stands in this one place.
"""

from atocore_site.sqlite import install

SQLITE = install()

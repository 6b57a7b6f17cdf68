# Every version that matters stands here, in .dev/requirements.txt (Python) and .dev/package.json
# (JavaScript), and exactly in .dev/lock, which ./dev lock writes from those.

# Odoo comes from Debian's archive, which keeps only the newest build of a series.
ODOO_SERIES=19.0
# The oldest and newest Python that the locks are tried with; the addon itself runs where Odoo does.
PYTHON_MIN=3.11
PYTHON_MAX=3.13
POSTGRESQL_MIN=13
# What the suite was last seen green with, by Debian release: see versions_around.
LAST_TESTED='
12 Odoo 19.0.0+dfsg-1
12 Python 3.11.7
12 PostgreSQL 15.18 (Debian 15.18-0+deb12u1)
12 Chromium 156.0.8078.108
12 wkhtmltopdf 0.12.6
'

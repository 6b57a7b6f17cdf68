# Every version that matters stands here and in .dev/requirements.txt (Python) and
# .dev/package.json (formatter of XML and JavaScript).

# Odoo comes from Debian's archive, which keeps only the newest build of a series.
ODOO_SERIES=19.0
ODOO_LAST_TESTED=19.0.0+dfsg-1
PYTHON_MIN=3.10
POSTGRESQL_MIN=13

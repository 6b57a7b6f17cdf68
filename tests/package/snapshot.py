"""What a database holds, read without Odoo: two snapshots are compared, before and after."""

import hashlib
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

#: Odoo's own housekeeping, which each of its processes may change.
VOLATILE_TABLES = {"bus_bus", "bus_presence", "ir_profile", "res_users_log", "mail_presence"}


class Snapshot:
    """Schema and rows of a database, bytes of its files.

    :param str database: its name
    :param pathlib.Path data: Odoo's data directory
    """

    def __init__(self, database, data):
        self._files = Path(data) / "filestore" / database
        with psycopg2.connect(dbname=database) as connection:
            with connection.cursor(cursor_factory=RealDictCursor) as cr:
                self.schema = self._read_schema(cr)
                tables = sorted({table for table, *_rest in self.schema_of("column")})
                self.rows = {
                    table: self._read_rows(cr, table)
                    for table in tables
                    if table not in VOLATILE_TABLES and not table.startswith("orm_signaling")
                }
        connection.close()

    @staticmethod
    def _read_schema(cr):
        """Tables, columns, constraints, indexes, sequences, triggers: a set of tuples."""
        queries = {
            "column": "SELECT table_name, column_name, data_type, is_nullable"
            " FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
            "view": "SELECT table_name FROM information_schema.views WHERE table_schema = 'public'",
            "constraint": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            "index": "SELECT tablename, indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = 'public'",
            "sequence": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
            "trigger": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal",
            "function": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        }
        found = set()
        for kind, query in queries.items():
            cr.execute(query)
            found |= {(kind, *row.values()) for row in cr.fetchall()}
        return found

    def schema_of(self, kind):
        """The things of one kind, each a tuple without the kind."""
        return [thing for found, *thing in self.schema if found == kind]

    def _read_rows(self, cr, table):
        """The rows of a table, each a dict; what a file of the filestore holds stands by it."""
        cr.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        rows = [dict(row) for row in cr.fetchall()]
        if table == "ir_attachment":
            for row in rows:
                if row["store_fname"]:
                    content = (self._files / row["store_fname"]).read_bytes()
                    row["bytes"] = hashlib.sha256(content).hexdigest()
        return rows

    def select(self, table, *, without=(), where=lambda row: True):
        """Rows of a table in a form that compares.

        :param without: columns to leave out
        :param where: keeps the rows for which it is true
        :return: values by column, by id (by the values themselves in a table without)
        :rtype: dict
        """
        rows = [
            {key: value for key, value in row.items() if key not in without}
            for row in self.rows[table]
            if where(row)
        ]
        return {row.get("id", repr(sorted(row.items()))): row for row in rows}


def difference(before, after):
    """What two selections of rows do not share, for the reader of a failed test.

    :return: what is gone, what is new, and what changed by row and column; {} for nothing
    :rtype: dict
    """
    changed = {
        key: {
            column: (value, after[key].get(column))
            for column, value in row.items()
            if value != after[key].get(column)
        }
        for key, row in before.items()
        if key in after and row != after[key]
    }
    found = {
        "gone": [before[key] for key in before if key not in after],
        "new": [after[key] for key in after if key not in before],
        "changed": changed,
    }
    return {kind: items for kind, items in found.items() if items}

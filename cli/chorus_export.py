"""The sub-command ``chorus_export`` of the Odoo program.

Odoo loads this file alone, before it reads its configuration, and hides import errors: it
holds the arguments and nothing else. Our own code is imported once the registry is loaded.
"""

import argparse
import datetime
import json
import logging
import os
import sys

from odoo.cli import Command

USAGE, FAILURE, HELD_BACK = 2, 1, 3
INTERRUPTED = 130  # as shells have it
#: A full disk refuses thousands of files: the first ones say why.
ERRORS_SHOWN = 20


class ChorusExport(Command):
    """Export customer invoices and credit notes to files for Chorus Pro."""

    name = "chorus_export"
    epilog = """\
exit status:
  0  every document went out, or would go out (--dry-run)
  1  failure: nothing was exported, or files could not be written (the next run writes them)
  2  wrong usage
  3  some documents were held back (see the anomalies)
"""

    def run(self, cmdargs):
        """Parse the arguments, export, print the report and leave.

        :param list[str] cmdargs: arguments after the sub-command's name
        """
        for stream in (sys.stdout, sys.stderr):
            # For any locale of the machine: a report that cannot be printed would be lost.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        options = self._parse(cmdargs)
        try:
            status = self._run(options)
        except KeyboardInterrupt:
            print(
                "chorus_export: interrupted: what was exported before stays so, see the exports",
                file=sys.stderr,
            )
            status = INTERRUPTED
        except Exception as error:  # one line, never a traceback
            message = " ".join(str(error).split()) or type(error).__name__
            print(f"chorus_export: {message}", file=sys.stderr)
            status = FAILURE
        sys.stdout.flush()
        sys.exit(status)

    def _parse(self, cmdargs):
        parser = self.parser
        parser.error = _usage_error
        parser.add_argument("-c", "--config", help="Odoo configuration file (or ODOO_RC)")
        parser.add_argument("-d", "--database", required=True, help="name of the database")
        parser.add_argument(
            "--folder", required=True, help="folder of the files, below the export root"
        )
        parser.add_argument(
            "--from",
            dest="date_from",
            type=_date,
            required=True,
            metavar="DATE",
            help="first invoice date, YYYY-MM-DD",
        )
        parser.add_argument(
            "--to",
            dest="date_to",
            type=_date,
            required=True,
            metavar="DATE",
            help="last invoice date, YYYY-MM-DD",
        )
        parser.add_argument(
            "--partner",
            action="append",
            default=[],
            metavar="ID_OR_REF",
            help="id or internal reference of a customer; repeat for several (default: all "
            "flagged ones)",
        )
        parser.add_argument(
            "--company", metavar="ID_OR_NAME", help="id or name (default: the only one)"
        )
        parser.add_argument("--again", action="store_true", help="documents already exported too")
        parser.add_argument("--syntax", help="syntax of the files (default: the company's)")
        parser.add_argument(
            "--lot",
            dest="lot_format",
            choices=["zip", "tar.gz", "none"],
            help="archive that holds the files, beside them (default: the company's)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check only: list anomalies, write nothing"
        )
        parser.add_argument(
            "--quiet", action="store_true", help="print no report: errors and exit status alone"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        options = parser.parse_args(cmdargs)
        if options.date_from > options.date_to:
            parser.error("the period ends before it begins: --from is after --to")
        return options

    def _run(self, options):
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        arguments = ["--no-http", "--log-level=warn"]
        if options.config:
            if not os.access(options.config, os.R_OK):
                raise ValueError(f"the configuration file {options.config} cannot be read")
            arguments += ["-c", options.config]
        config.parse_config(arguments, setup_logging=True)
        # It logs a greeting as it is loaded, and a quiet run prints nothing.
        logging.getLogger("pikepdf").setLevel(logging.WARNING)
        with Registry(options.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env = env(context={"lang": env.user.lang})
            if "l10n_fr.chorus.export" not in env:
                raise ValueError(
                    f"the module l10n_fr_chorus_export is not installed in {options.database}"
                )
            from odoo.addons.l10n_fr_chorus_export import command

            try:
                choices = command.find_choices(
                    env, options.company, options.partner, options.folder, options.syntax
                )
            except ValueError as error:
                self.parser.error(str(error))
            choices |= {
                "date_from": options.date_from,
                "date_to": options.date_to,
                "again": options.again,
            }
            if options.dry_run:
                report = command.check(env, **choices)
            else:
                report = command.export(env, lot_format=options.lot_format, **choices)
        errors = report.pop("errors")
        if options.json:
            print(json.dumps(report, ensure_ascii=False, indent=2))
        elif not options.quiet:
            _print_report(report, options.dry_run)
        _print_errors(errors)
        if errors:
            return FAILURE
        return HELD_BACK if report["anomalies"] else 0


def _print_report(report, is_dry_run):
    if is_dry_run:
        print(f"{report['ready']} documents can go out. Nothing was written.")
    elif not report["export"]:
        print("Nothing to export in this period.")
        return
    else:
        print(f"{report['export']}: {len(report['files'])} files in {report['folder']}")
        for file in report["files"]:
            total = f"{file['total']:>12} {file['currency']}"
            print(f"  {file['document']:<20} {total}  {file['path']}")
        for lot in report["lots"]:
            print(f"  {lot['documents']} documents in the lot {lot['path']}")
    if not report["anomalies"]:
        return
    held = dict.fromkeys(anomaly["document"] for anomaly in report["anomalies"])
    print(f"Held back: {len(held)} documents")
    for document in held:
        print(f"  {document}")
        for anomaly in report["anomalies"]:
            if anomaly["document"] == document:
                print(f"    - {anomaly['message']}")


def _print_errors(errors):
    for error in errors[:ERRORS_SHOWN]:
        print(f"chorus_export: {error}", file=sys.stderr)
    if (more := len(errors) - ERRORS_SHOWN) > 0:
        print(f"chorus_export: and {more} more like these", file=sys.stderr)


def _usage_error(message):
    print(f"chorus_export: error: {message} (see --help)", file=sys.stderr)
    sys.exit(USAGE)


def _date(value):
    try:
        return datetime.date.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value} is not a date like 2026-03-31") from error

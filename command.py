"""What the command line does (``cli/chorus_export.py``), once the registry is loaded."""

from .models.export.run import UNFINISHED


def find_choices(env, company, partners, folder, syntax):
    """The records that the arguments of the command line name.

    :param odoo.api.Environment env: of the command
    :param str company: id or name; None for the only company of the database
    :param list[str] partners: ids or internal references of customers
    :param str folder: relative to the export root
    :param str syntax: key of a syntax, None for the company's own
    :return: arguments of :func:`check` and :func:`export`
    :rtype: dict
    :raise ValueError: for an argument that stands for nothing, or for several records
    """
    formats = env["res.company"]._l10n_fr_chorus_get_formats()
    if syntax and syntax not in formats:
        raise ValueError(f"unknown syntax {syntax}: choose among {', '.join(formats)}")
    company_record = _find(env["res.company"], "name", company, "company")
    if not company:
        company_record = env["res.company"].search([], limit=10)
        if len(company_record) > 1:
            names = ", ".join(company_record.mapped("name"))
            raise ValueError(f"say which company with --company: {names}")
    customers = env["res.partner"]
    for reference in partners:
        customers |= _find(env["res.partner"], "ref", reference, "customer")
    if unflagged := customers.filtered(
        lambda partner: not partner.commercial_partner_id.l10n_fr_chorus_export
    ):
        names = ", ".join(unflagged.mapped("display_name"))
        raise ValueError(f"not flagged for export to Chorus Pro: {names}")
    return {
        "company": company_record,
        "partners": customers,
        "folder": folder,
        "syntax": syntax,
    }


def check(env, *, company, partners, folder, date_from, date_to, again, syntax):
    """Check the documents that :func:`export` would export, and write nothing.

    :return: ``{"ready", "folder", "anomalies", "remarks", "errors"}``
    :rtype: dict
    """
    env = _of(env, company)
    path = env["l10n_fr.chorus.channel.folder"]._check_target(folder, dry_run=True)
    moves = _find_moves(env, company, partners, date_from, date_to, again)
    Line = env["l10n_fr.chorus.export.line"]
    report = {"ready": 0, "folder": path, "anomalies": [], "remarks": [], "errors": []}
    env["ir.attachment"]._l10n_fr_chorus_be_patient()
    checked = env["l10n_fr.chorus.maker"]._check_documents(moves, syntax)
    for move, _document, anomalies in checked:
        line = Line.new(Line._prepare_checked_values(move, anomalies))
        for key, items in line._get_plain_report().items():
            report[key] += items
        report["ready"] += not line.is_blocked
    return report


def export(env, *, company, partners, folder, date_from, date_to, again, syntax, lot_format=None):
    """Export, commit, write the files, and return the result.

    :param odoo.api.Environment env: of the command
    :param company: the supplier
    :param partners: customers, none for all flagged ones
    :param str folder: relative to the export root
    :param datetime.date date_from: first invoice date
    :param datetime.date date_to: last invoice date
    :param bool again: documents already exported too
    :param str syntax: key of a syntax, None for the company's own
    :param str lot_format: "zip", "tar.gz" or "none", None for the company's own
    :return: see :func:`report_of`
    :rtype: dict
    """
    env = _of(env, company)
    errors = deliver(env, company)
    moves = _find_moves(env, company, partners, date_from, date_to, again)
    Export = env["l10n_fr.chorus.export"]
    if not moves:
        path = env["l10n_fr.chorus.channel.folder"]._check_target(folder)
        nothing = {"files": [], "lots": [], "anomalies": [], "remarks": []}
        return {"export": None, "folder": path, **nothing, "errors": errors}
    made = Export._export(
        moves,
        company=company,
        folder=folder,
        date_from=date_from,
        date_to=date_to,
        partners=partners,
        again=again,
        syntax=syntax,
        lot_format=lot_format,
    )
    # The files are written after the commit, by a cursor of their own.
    env.cr.commit()  # pylint: disable=invalid-commit
    env.invalidate_all()
    # A large one is kept by now: if we are killed, the scheduled action goes on with it.
    made.sudo()._run_here()
    report = report_of(made)
    if made.state in UNFINISHED:
        errors.append(
            env._(
                "%(export)s goes on in the background: someone is working on its documents.",
                export=made.name,
            )
        )
    report["errors"] = list(dict.fromkeys(errors + report["errors"]))
    return report


def deliver(env, company):
    """Write the files that earlier exports could not write.

    :param odoo.api.Environment env: of the command
    :param company: of the exports
    :return: faults of files that still cannot be written, in words
    :rtype: list[str]
    """
    found = env["l10n_fr.chorus.export"]._find_undelivered()
    pending = found.filtered(lambda export: export.company_id == company)
    pending._deliver()
    return [
        f"{file.export_id.name}: {file.delivery_error}" for file in pending._get_undelivered_files()
    ]


def report_of(export):
    """The result of an export, in plain values.

    :param export: the export
    :return: ``{"export", "folder", "files": [{"document", "file", "path", "sha256",
        "total", "currency"}], "lots": [{"file", "path", "sha256", "documents"}],
        "anomalies": [{"document", "code", "message"}], "remarks": [the same], "errors"}``;
        remarks are those of exported documents too; totals are strings with the
        currency's decimals, positive for credit notes too
    :rtype: dict
    """
    export.ensure_one()
    pending = export._get_undelivered_files()
    errors = [file.delivery_error for file in pending if file.delivery_error]
    if pending and not errors:
        errors = [export.env._("The files are not written: see the server's log.")]
    return {
        "export": export.name,
        "folder": export.path,
        "files": [
            {
                "document": line.name,
                "file": line.delivered_name or line.file_name,
                "path": line.path or None,
                "sha256": line.sha256,
                "total": f"{line.amount_total:.{line.currency_id.decimal_places}f}",
                "currency": line.currency_id.name,
            }
            for line in export.exported_line_ids
        ],
        "lots": [
            {
                "file": lot.delivered_name or lot.file_name,
                "path": lot.path or None,
                "sha256": lot.sha256,
                "documents": lot.document_count,
            }
            for lot in export.lot_ids
        ],
        **(export.held_line_ids | export.exported_line_ids)._get_plain_report(),
        "errors": list(dict.fromkeys(errors)),
    }


def _of(env, company):
    """The environment of one company's documents."""
    return (
        company.with_env(env)
        .with_company(company)
        .with_context(allowed_company_ids=company.ids)
        .env
    )


def _find(model, field, value, label):
    if not value:
        return model
    found = model.search([(field, "=", value)])
    if not found and value.isdecimal():
        found = model.browse(int(value)).exists()
    if len(found) != 1:
        raise ValueError(f"{len(found) or 'no'} {label} found for “{value}”")
    return found


def _find_moves(env, company, partners, date_from, date_to, again):
    Move = env["account.move"]
    domain = Move._l10n_fr_chorus_get_domain(company, date_from, date_to, partners, again)
    return Move.search(domain, order="invoice_date, name, id")

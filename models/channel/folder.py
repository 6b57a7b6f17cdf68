import os
import time

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import config

from ...chorus.deposit import folder as chorus_folder
from ...chorus.messages import ChorusError

#: Option of the Odoo configuration file: only the server's administrator sets it.
ROOT_OPTION = "l10n_fr_chorus_export_root"


class L10nFrChorusChannelFolder(models.AbstractModel):
    """Files are written in a folder of the server, from which a user deposits them on the portal.

    Writing may be repeated: the same bytes under the same name are found there, and other bytes get
    a numbered name. No file is ever *uncertain*.
    """

    _name = "l10n_fr.chorus.channel.folder"
    _description = "Folder of Files for Chorus Pro"
    _inherit = ["l10n_fr.chorus.channel"]

    @api.model
    def _get_root(self):
        """The folder that no export leaves.

        :return: absolute path: the option of the configuration file, else a folder of this database
            inside Odoo's data directory
        :rtype: str
        """
        if root := config.get(ROOT_OPTION):
            return os.path.abspath(os.path.expanduser(root))
        return os.path.join(config["data_dir"], "l10n_fr_chorus_export", self.env.cr.dbname)

    @api.model
    def _check_target(self, folder, dry_run=False):
        # EXTENDS the contract: a folder that leaves the root, or cannot be made or written
        try:
            check = chorus_folder.look if dry_run else chorus_folder.check
            return check(self._get_root(), folder)
        except ChorusError as error:
            render = self.env["l10n_fr.chorus.checked.mixin"]._render
            raise UserError(render(error.message)) from error

    @api.model
    def _send_files(self, export, files, until):
        # EXTENDS the contract: all of them in one folder, which is opened once
        left = files
        root = self._get_root()
        folder = os.path.join(root, *chorus_folder.components(export.folder))
        if export.path != folder:
            export.path = folder  # the server's export folder is another one since
        try:
            with chorus_folder.opened(root, export.folder, create=True) as descriptor:
                chorus_folder.sweep(descriptor)
                for done, file in enumerate(files, 1):
                    if not file.delivered_name:
                        self._send_file(file, descriptor, folder)
                    left = files[done:]
                    if time.monotonic() > until:
                        break
        except ChorusError as error:
            message = self.env["l10n_fr.chorus.checked.mixin"]._render(error.message)
            for file in files:
                # Written bytes may not be on the disk: the file is written again.
                file._mark_failed(message)
            return files.browse()
        return left

    @api.model
    def _send_file(self, file, descriptor, folder):
        """Write a file in an open folder.

        :param file: record of the delivered mixin
        :param int descriptor: of the folder
        :param str folder: its full path
        """
        try:
            with file._open() as content:
                name = chorus_folder.deliver(descriptor, file.file_name, content, file.sha256)
        except chorus_folder.OtherBytes:
            file._mark_failed(file._tell_lost())
        except OSError as error:
            file._mark_failed(
                self.env._(
                    "“%(name)s” could not be written: %(error)s.",
                    name=file.file_name,
                    error=error.strerror or str(error),
                )
            )
        else:
            file._mark_sent(name, folder)

    @api.model
    def _get_next_steps(self, export):
        # EXTENDS the contract: a person deposits the lots, or the files
        syntaxes = dict(export._fields["syntax"]._description_selection(self.env))
        values = {"syntax": syntaxes[export.syntax]}
        lots = export.lot_ids
        if lots:
            deposit = self.env._(
                "On Chorus Pro, open “Déposer un flux”, choose the syntax “%(syntax)s” and deposit "
                "%(files)s.",
                files=", ".join(lots.mapped("file_name")),
                **values,
            )
        elif export.exported_count == 1:
            deposit = self.env._(
                "On Chorus Pro, open “Déposer une facture”, choose the syntax “%(syntax)s” and "
                "deposit %(files)s.",
                files=export.exported_line_ids.file_name,
                **values,
            )
        else:
            deposit = self.env._(
                "On Chorus Pro, open “Déposer une facture”, choose the syntax “%(syntax)s” and "
                "deposit the %(count)s files, one after the other.",
                count=export.exported_count,
                **values,
            )
        return [
            deposit,
            self.env._(
                "“Imported correctly” only says that the file arrived. Look under “Suivi des flux” "
                "some minutes later, and the next day: a rejection shows there alone."
            ),
            self.env._(
                "A document that was not integrated does not exist on Chorus Pro: mend it and "
                "export it again, under the same number. Paste the portal's message on its row "
                "to have it explained."
            ),
        ]

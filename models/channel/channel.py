from odoo import api, models


class L10nFrChorusChannel(models.AbstractModel):
    """A way by which the files of exports are deposited. This is the contract of all of them.

    A channel is a model ``l10n_fr.chorus.channel.KEY`` that inherits this one, and a key of
    ``l10n_fr.chorus.export.channel``. To it, each file of an export, a document's or a lot, is in
    one of four states (see ``l10n_fr.chorus.delivered.mixin``), which the channel alone changes:

    * *to send*: it was not tried;
    * *sent*: it is there whole, and its reference finds it there again;
    * *failed*: it surely is not there, and its error says why;
    * *uncertain*: it may be there, and its error says where to look.

    The export calls its channel with its row locked and with files that are committed, and commits
    what the channel has written on them after each call; it may be killed at any point in between.

    May be repeated: :meth:`_check_target` and :meth:`_poll`, at any time; :meth:`_send_files` for
    files *to send* and *failed*, which the export does until they are sent. A channel whose sending
    is no harm to repeat, as a file written twice under one name, needs no more.

    Never repeated: the sending of a file that is *sent* or *uncertain*. A channel that a second
    arrival would harm marks the file *uncertain* and commits before the bytes leave, and marks it
    *sent* or *failed* once it knows; :meth:`_poll` finds out the rest, or a user does.

    Nothing is raised for one file, of which the mark says it: the others go on. What is raised all
    the same rolls back the call, and the export tries again later.
    """

    _name = "l10n_fr.chorus.channel"
    _description = "Way of Deposit for Chorus Pro"

    @api.model
    def _check_target(self, folder, dry_run=False):
        """Make sure that files can be sent there.

        :param str folder: as the user typed it, relative to the export root
        :param bool dry_run: whether nothing may be written, not even to try
        :return: the place in full, as the export keeps it
        :rtype: str
        :raise UserError: naming the place and the cure
        """
        raise NotImplementedError

    @api.model
    def _send_files(self, export, files, until):
        """Send some files of an export, and mark each.

        :param export: whose they are, locked
        :param files: records of the delivered mixin, all *to send* or *failed*
        :param float until: time of ``time.monotonic`` after which none is begun
        :return: those that wait for the next call
        """
        raise NotImplementedError

    @api.model
    def _poll(self, export, files):
        """Find out what became of files that are *uncertain*, and mark those of which it knows.

        :param export: whose they are, locked
        :param files: records of the delivered mixin
        """

    @api.model
    def _get_next_steps(self, export):
        """What a user does on the portal once the files of an export are made.

        :param export: with at least one file
        :return: sentences, in their order
        :rtype: list[str]
        """
        raise NotImplementedError

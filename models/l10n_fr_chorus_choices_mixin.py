from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command


class L10nFrChorusChoicesMixin(models.AbstractModel):
    """A user gives a window no record that he may not read, and no field that Odoo fills in.

    A many2one shows the name of any record, and what is computed from it may be shown too: a user
    who may not read it must not choose it, whether he creates, writes or only looks (onchange).
    What is read-only is filled in by our own code, as superuser.
    """

    _name = "l10n_fr.chorus.choices.mixin"
    _description = "Choices of a User"

    #: Read-only fields that code of ours fills in with the rights of the user.
    _own_choices = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_given(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_given(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self.check_access("read")
        self._check_relations(self, values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': the context of a call is the user's too
        values = super().default_get(fields_list)
        given = {
            name: value for name, value in values.items() if f"default_{name}" in self.env.context
        }
        self._check_given(given)
        return values

    @api.model
    def _check_given(self, vals):
        """Refuse values that no user may give.

        :param dict vals: of this model
        :raise AccessError: for a field that Odoo fills in, or a record that the user may not read
        """
        if self.env.su:
            return
        for name in vals:
            field = self._fields.get(name)
            if field and field.readonly and field.store and name not in self._own_choices:
                raise AccessError(
                    self.env._(
                        "“%(field)s” is filled in by Odoo: it cannot be set.",
                        field=field._description_string(self.env),
                    )
                )
        self._check_relations(self, vals)

    @api.model
    def _check_relations(self, records, vals, names=None):
        """Refuse records that the user may not read.

        :param records: which the values are for, of any model
        :param dict vals: values of fields, as ``create``, ``write`` and ``onchange`` have them
        :param names: of the fields that are checked, all by default
        :raise AccessError: naming the model of the record that he may not read
        """
        if self.env.su:
            return
        for name, value in vals.items():
            field = records._fields.get(name)
            if not value or not field or not field.relational or (names and name not in names):
                continue
            comodel = self.env[field.comodel_name]
            if field.type == "many2one":
                ids = {value} if isinstance(value, int) else set()
                if isinstance(value, dict):  # the web client's copy of the record
                    ids = {value.get("id")}
                elif isinstance(value, list | tuple):
                    ids = set(value[:1])
            else:
                ids = self._get_commanded_ids(value)
            ids = {id_ for id_ in ids if isinstance(id_, int) and id_}
            if len(records) == 1:
                ids -= set(
                    records[name]._origin.ids
                )  # records that are there already are shown, not chosen
            chosen = comodel.with_context(active_test=False).browse(ids)
            chosen.exists().check_access("read")
            if names is None:
                for id_, inner in self._get_inner(value):
                    self._check_relations(comodel.browse(id_), inner)

    @api.model
    def _get_inner(self, value):
        """The records at the other end of a value of a relational field.

        :param value: as ``create``, ``write`` and ``onchange`` have it
        :return: ids of a record, none for a new one, and its values
        :rtype: list[tuple]
        """
        if isinstance(value, dict):
            return [((), {name: item for name, item in value.items() if name != "id"})]
        if not isinstance(value, list | tuple):
            return []
        commands = [command for command in value if isinstance(command, list | tuple)]
        return [
            ([command[1]] if isinstance(command[1], int) and command[1] else (), command[2])
            for command in commands
            if len(command) == 3
            and command[0] in (Command.CREATE, Command.UPDATE)
            and isinstance(command[2], dict)
        ]

    @api.model
    def _get_commanded_ids(self, commands):
        """Ids of the records that commands of a field name."""
        if hasattr(commands, "ids"):
            return set(commands.ids)
        ids = set()
        for command in commands:
            if isinstance(command, int):
                ids.add(command)
            elif command[0] in (Command.UPDATE, Command.LINK, Command.DELETE, Command.UNLINK):
                ids.add(command[1])
            elif command[0] == Command.SET:
                ids.update(command[2])
        return ids

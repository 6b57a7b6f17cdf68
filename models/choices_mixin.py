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
                self._refuse(field)
        self._check_relations(self, vals)

    @api.model
    def _refuse(self, field):
        """Refuse to have a user say what Odoo fills in.

        :param field: the field
        :raise AccessError: naming it
        """
        raise AccessError(
            self.env._(
                "“%(field)s” is filled in by Odoo: it cannot be set.",
                field=field._description_string(self.env),
            )
        )

    @api.model
    def _check_relations(self, records, vals, names=None):
        """Refuse records that the user may not read.

        :param records: which the values are for, of any model
        :param dict vals: values of fields, as ``create``, ``write`` and ``onchange`` have them
        :param names: of the fields that are checked, in rows inside the values too; all by default
        :raise AccessError: naming the model of the record that he may not read
        """
        if self.env.su:
            return
        for name, value in vals.items():
            field = records._fields.get(name)
            if not value or not field or not field.relational:
                continue
            comodel = self.env[field.comodel_name]
            if names is None or name in names or comodel._name == records._name:
                ids = self._get_ids(field, value)
                if ids and (ids := ids - self._get_shown(records, name)):
                    chosen = comodel.with_context(active_test=False).browse(ids)
                    chosen.exists().check_access("read")
            # The rows of a field that is checked are ours: each of their fields is checked.
            is_ours = names is not None and name in names and field.type == "one2many"
            for id_, inner in self._get_inner(value):
                self._check_relations(comodel.browse(id_), inner, None if is_ours else names)

    @api.model
    def _get_shown(self, records, name):
        """Records that the user is shown already, and does not choose.

        :param records: see :meth:`_check_relations`
        :param str name: of a relational field
        :return: their ids
        :rtype: set[int]
        """
        return set(records[name]._origin.ids) if len(records) == 1 else set()

    @api.model
    def _get_ids(self, field, value):
        """Ids of the records that a value of a relational field names.

        :param field: the field
        :param value: as ``create``, ``write`` and ``onchange`` have it
        :rtype: set[int]
        """
        if field.type != "many2one":
            ids = self._get_commanded_ids(value)
        elif isinstance(value, dict):  # the web client's copy of the record
            ids = {value.get("id")}
        elif isinstance(value, list | tuple):
            ids = value[:1]
        else:
            ids = {value}
        return {id_ for id_ in ids if isinstance(id_, int) and id_}

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

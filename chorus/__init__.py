"""The plain-Python middle of the export: no Odoo in here.

The data goes one way: posted moves are read into a :class:`~.document.model.Document`, the
:mod:`~.rules` find its anomalies, a serialiser (:mod:`~.formats`) turns it into XML, the
:mod:`~.formats.schema` gives its verdict, the :mod:`~.deposit.folder` takes the file. Everything
here is tested without a database (``./dev plain``).
"""

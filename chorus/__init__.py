"""The plain-Python middle of the export: no Odoo in here.

The data goes one way: posted moves are read into a :class:`~.document.Document`, the
:mod:`~.rules` find its anomalies, a serialiser (:mod:`~.syntaxes`) turns it into XML, the
:mod:`~.xsd` gives its verdict, the :mod:`~.folder` takes the file. Everything here is tested
without a database (``./dev plain``).
"""

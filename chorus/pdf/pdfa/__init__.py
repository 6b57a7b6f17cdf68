"""The pages of an invoice, made such as a PDF/A-3 may have (ISO 19005-3, level B).

Removed, since no reader sees it: the source's metadata, embedded files, scripts and other actions,
hidden annotations, previews, hints for printing presses. Painted into its page: the look of every
annotation but links, so that forms need no program. Refused as a :class:`PdfFault`: any fault that
can only be mended by a change that people would see.

Clauses of the standard that are checked, by module:

* ``cleaning``: 6.1.2 version, 6.1.3 encryption, 6.1.7 external streams and filters, 6.2.5 graphics
  states, 6.2.8 pictures, 6.2.9 forms and PostScript, 6.2.10 blend modes
* ``catalogue``: 6.1.12 permissions, 6.3 annotations, 6.4 forms and signatures, 6.5 actions,
  6.6 metadata, 6.8 embedded files, 6.9 layers, 6.10 presentations, 6.11 requirements
* ``content``: 6.1.10 filters of inline images, 6.1.13 nesting of ``q`` and size of pages, 6.2.2
  operators and resources, 6.2.6 intents
* ``colours``: 6.2.3 and 6.2.4 colours and inks
* ``fonts``: 6.2.11 fonts are embedded when their text is seen; their widths are those of their
  program

Not checked: the glyphs of fonts one by one, and the inside of JPEG 2000 pictures and colour
profiles beyond their headers. A validator does that in the tests.
"""

from .cleaning import check_filters, clean, save
from .errors import PdfFault, faults

__all__ = ["PdfFault", "check_filters", "clean", "faults", "save"]

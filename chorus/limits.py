"""The limits of the portal and ours, each with its source.

DSE: AIFE, "Dossier de spécifications externes FE – Chorus Pro", v1.0. The limits of EDI flows are
higher than those of a deposit by hand, which are the ones below.
"""

from __future__ import annotations

# ------------------------------------------------------------------ the portal's: texts

NUMBER_LENGTH = 20  # BT-1, BT-25; the portal's own message says so
SERVICE_LENGTH = 100  # BT-10 (DSE)
REFERENCE_LENGTH = 50  # BT-12 market, BT-13 engagement or purchase order (DSE)
NAME_LENGTH = 99  # BT-27, BT-44, BT-70, BT-85 (DSE)
ADDRESS_LENGTH = 400  # a line of an address, a city (DSE)
IDENTIFIER_LENGTH = 18  # BT-30, BT-47: numbers other than a SIRET (DSE)
SITE_LENGTH = 20  # BT-71 (DSE)
TEXT_LENGTH = 1024  # BT-20, BT-22, BT-97, BT-104, BT-120, BT-153, BT-154 (DSE)
IBAN_LENGTH = 27  # BT-84 (DSE)
TRANSFER_TEXT_LENGTH = 140  # BT-83: text of a SEPA transfer

# ------------------------------------------------------------------ the portal's: numbers

PRICE_DECIMALS = 6  # BT-146, BT-148: the portal refuses more, it does not cut them (DSE)
QUANTITY_DECIMALS = 4  # BT-129 (DSE)
LINE_COUNT = 999_999  # BG-25: line numbers have six digits

# ------------------------------------------------------------------ the portal's: files

FILE_NAME_LENGTH = 50  # BT-125, extension included (DSE); no rule is known for deposits
#: No source says whether the portal's megabytes are of 1000 or of 1024 kilobytes: attachments are
#: measured in the smaller ones.
MEGABYTE = 1_000_000
ATTACHMENT_SIZE = 10 * MEGABYTE  # one attachment (API and guide of the portal)
#: All attachments: a file may have 100 MB, and bytes grow by a third when they are written in XML.
ATTACHMENTS_SIZE = 70 * MEGABYTE
MEBIBYTE = 1024 * 1024
FILE_SIZE = 100 * MEBIBYTE  # one invoice, unzipped (DSE, of EDI)
LOT_SIZE = 1000 * MEBIBYTE  # a flow, unzipped: 1 GB (DSE, of EDI)
LOT_DOCUMENTS = 500  # in one lot (help pages of several vendors)

# ------------------------------------------------------------------ ours

#: BT-22, all notes of a document: general terms of sale have a tenth; more is a slip of the hand.
NOTES_LENGTH = 200_000
DIGITS = 15  # before the decimal point: Odoo's own amounts have no more
ANSWER_LENGTH = 100_000  # characters read of a pasted answer: the portal's are far shorter
PATH_LENGTH = 1_000  # bytes of a folder as it is typed: systems take 4,096 with all that is above
TABLE_HEADER_ROWS = 20  # a title, or the date, may stand above the headers of a table
TABLE_ROWS = 1_048_576  # those of a sheet of Excel, empty ones included; a CSV has no more either
TABLE_COLUMNS = 256  # the directory has 21
TABLE_RECORD = 1_000_000  # characters of a row of a CSV, or of one text of a workbook
TABLE_ROW_BYTES = 4_000_000  # of a row of a workbook, with all that marks it up
TABLE_STRINGS = 2_000_000  # texts that a workbook shares, all in memory at once
TABLE_TEXTS = 64_000_000  # their characters together
TABLE_SHEETS = 100  # the directory has two
TABLE_PARTS = 1_000  # files that make a workbook
TABLE_ELEMENTS = 500_000  # names, links and the like, outside of rows: those of a workbook 15 s
TABLE_FORMATS = 5_000  # of numbers; Excel takes 250
TABLE_FORMAT_LENGTH = 255  # characters that Excel takes
TABLE_MARKUP = 64_000_000  # bytes outside of the rows that are no text; a workbook has few
STATE_FILE_SIZE = 50_000_000  # a file of states, as the portal gives it
STATE_FILE_UNZIPPED = 200_000_000
STATE_FILE_CELLS = 2_000_000  # all in memory at once; ten thousand documents have a tenth
STATE_FILE_TEXTS = 50_000_000  # characters of its cells, each time a shared text is named
DIRECTORY_UNZIPPED = 1_000_000_000  # the published one has 27 MB zipped
DIRECTORY_CELLS = 16_000_000  # the published one has about half, and is read row by row
DIRECTORY_TEXTS = 500_000_000
DIRECTORY_FAULTS = 1_000  # rows left out that are kept in words; the others are counted
# A PDF from outside, judged by a process of its own: one of a hundred pages takes a hundredth.
XLS_SIZE = 5_000_000  # bytes of a table of before .xlsx; read in the process that judges PDFs
XLS_TEXTS = 20_000_000  # bytes of its cells, as that process gives them
PDF_MEMORY = 1_000_000_000  # bytes of address space
PDF_SECONDS = 10  # of the processor
PDF_PATIENCE = 120  # of the clock: the machine may be busy
PDF_TRIES = 3  # of a PDF that the clock ends after PDF_SECONDS or more: then it is too heavy
PDF_REQUEST_SECONDS = 20  # of the clock, for all PDFs of a request or of a slice in the background
# Invoices that are printed, of which one takes 1.3 seconds of a core.
PRINT_PATIENCE = 30  # seconds of the clock for one run of the renderer: the machine may be busy
PRINT_PATIENCE_EACH = 2  # more for each invoice of the run
PRINT_REQUEST_SECONDS = 40  # after which a user's request begins no run
# Seconds after the last run may begin at which all have ended: one invoice has its whole patience.
PRINT_GRACE = 40
# Calls to the portal's API. Nobody publishes its quota: one call a second has been well received.
PORTAL_CALLS = 200  # of a run
PORTAL_PAGE = 100  # results asked for at once; the portal may give fewer
PORTAL_PAGES = 1_000
PORTAL_ANSWER = 40_000_000  # bytes of an answer: the longest has a PDF in it
PORTAL_WAITS = (2, 4, 8)  # seconds before the next try of a call that came too soon
PORTAL_LONGEST_WAIT = 30  # the same, when the portal says how long

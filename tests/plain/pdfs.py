"""Readable invoices for the tests, good and bad."""

from __future__ import annotations

import functools
import io
import re

import pikepdf
from PIL import Image, ImageCms
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FONT = "Vera"  # comes with reportlab


@functools.cache
def _font():
    rl_config.invariant = True  # the same page gives the same bytes
    pdfmetrics.registerFont(TTFont(FONT, "Vera.ttf"))


@functools.cache
def profile() -> bytes:
    """The sRGB profile that the product takes from Odoo."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def page(text="Facture FAC/2026/0001", font=FONT, picture="", count=1, uncompressed=True):
    """A PDF of a few pages.

    :param text: on each page
    :param font: "Helvetica" is not embedded
    :param picture: "RGB" or "CMYK" for a picture in these colours
    :param count: of pages
    """
    _font()
    result = io.BytesIO()
    drawn = canvas.Canvas(result, initialFontName=font, pageCompression=0 if uncompressed else 1)
    for rank in range(count):
        drawn.setFont(font, 12)
        drawn.drawString(72, 720, f"{text} {rank + 1}")
        if picture:
            image = Image.new(
                picture, (8, 8), 128 if picture == "L" else (10, 200, 90, 0)[: len(picture)]
            )
            drawn.drawImage(ImageReader(image), 72, 600, 60, 60)
        drawn.showPage()
    drawn.save()
    return result.getvalue()


def changed(content: bytes, change) -> bytes:
    """A PDF after a change with pikepdf.

    :param content: a PDF
    :param change: function of the open PDF
    """
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(result)
    return result.getvalue()


def put(item, values):
    """Set keys of a dictionary of a PDF; pikepdf's own ``update`` is younger than our minimum."""
    for key, value in values.items():
        item[key] = value


def protected(owner="owner", user="user") -> bytes:
    """A PDF with passwords."""
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(page())) as pdf:
        pdf.save(result, encryption=pikepdf.Encryption(owner=owner, user=user))
    return result.getvalue()


def saved(content: bytes, **options) -> bytes:
    """A PDF as pikepdf writes it.

    :param content: a PDF
    :param options: of :meth:`pikepdf.Pdf.save`
    """
    result = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(result, **options)
    return result.getvalue()


def revised(content: bytes, item="<< /Title (Lu et approuve) >>") -> bytes:
    """A PDF with another revision behind it, as programs that change or sign one leave it.

    :param content: a PDF with a table of objects in clear
    :param item: the object that is added
    """
    (number, root, place) = (
        re.findall(pattern, content)[-1].decode()
        for pattern in (rb"/Size (\d+)", rb"/Root (\d+ \d+ R)", rb"startxref\s+(\d+)")
    )
    added = f"{number} 0 obj\n{item}\nendobj\n"
    table = f"xref\n{number} 1\n{len(content):010} 00000 n \n"
    trailer = f"trailer\n<< /Size {int(number) + 1} /Root {root} /Prev {place} >>\n"
    end = f"startxref\n{len(content) + len(added)}\n%%EOF\n"
    return content + (added + table + trailer + end).encode()

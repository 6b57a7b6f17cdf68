"""Hostile, odd and damaged PDFs: a true PDF/A-3b that looks the same, or a fault that says why."""

from __future__ import annotations

import io
import itertools
import random
import re
import zlib

import oracles
import pdfs
import pikepdf
import pytest
from factory import make
from pikepdf import Array, Dictionary, Name, Stream, String

from chorus import formats
from chorus.formats import FORMATS
from chorus.formats.facturx import Pdf, PdfFault

DOCUMENT = make()


def box(*sides):
    return Array(sides or [0, 0, 10, 10])


def file_of(content):
    return formats.build(DOCUMENT, FORMATS["facturx"], Pdf(content, pdfs.profile()))


def source(change):
    return pdfs.changed(pdfs.page(), change)


def passes(change, same=True):
    """A source that is mended, or right as it is."""
    before = source(change)
    after = file_of(before)
    oracles.check_pdfa(after, pdfs.profile())
    if same:
        oracles.check_same_pages(before, after)
    return pikepdf.open(io.BytesIO(after))


def code_of(content):
    with pytest.raises(PdfFault) as caught:
        file_of(content)
    sentence = caught.value.source % {"document": "X", **caught.value.params}
    assert "X" in sentence and len(sentence) > 40
    return caught.value.code


def draw(pdf, content, **resources):
    """Add a drawing to the page, with the resources that it names."""
    page = pdf.pages[0]
    for kind, named in resources.items():
        for name, item in named.items():
            page.Resources[f"/{kind}"] = page.Resources.get(f"/{kind}", Dictionary())
            page.Resources[f"/{kind}"][f"/{name}"] = item
    page.contents_add(Stream(pdf, b"q " + content + b" Q"))


def form(pdf, content, **values):
    return pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=box(), **values)


def picture(pdf, space, size=1, **values):
    return pdf.make_stream(
        bytes(size),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=1,
        Height=1,
        BitsPerComponent=8,
        ColorSpace=space,
        **values,
    )


def tint(pdf, count=4):
    return pdf.make_stream(
        b"{" + b"dup " * (count - 1) + b"}",
        FunctionType=4,
        Domain=Array([0, 1]),
        Range=Array([0, 1] * count),
    )


def profile(pdf, name="sRGB", channels=3):
    content = pdfs.profile()
    if name != "sRGB":
        content = content[:16] + name.encode() + content[20:]
    return Array([Name.ICCBased, pdf.make_indirect(pdf.make_stream(content, N=channels))])


# ------------------------------------------------------------------ fonts


def helvetica(kind=Name.Type1, **values):
    return Dictionary(Type=Name.Font, Subtype=kind, BaseFont=Name.Helvetica, **values)


def _in_page(pdf):
    draw(pdf, b"BT /H 9 Tf (x) Tj ET", Font={"H": helvetica()})


def _in_form(pdf):
    inner = form(
        pdf,
        b"BT /H 9 Tf (x) Tj ET",
        Resources=Dictionary(Font=Dictionary(H=helvetica(Name.TrueType))),
    )
    draw(pdf, b"/X Do", XObject={"X": inner})


def _in_glyph(pdf):
    glyph = pdf.make_stream(b"9 0 d0 BT /H 9 Tf (x) Tj ET")
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=box(),
        FontMatrix=Array([1, 0, 0, 1, 0, 0]),
        CharProcs=Dictionary(a=glyph),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([97, Name.a])),
        FirstChar=97,
        LastChar=97,
        Widths=Array([9]),
        Resources=Dictionary(Font=Dictionary(H=helvetica())),
    )
    draw(pdf, b"BT /T 1 Tf (a) Tj ET", Font={"T": font})


def _in_pattern(pdf):
    tile = pdf.make_stream(
        b"BT /H 9 Tf (x) Tj ET",
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=box(),
        XStep=10,
        YStep=10,
        Resources=Dictionary(Font=Dictionary(H=helvetica())),
    )
    draw(pdf, b"/Pattern cs /P scn 0 0 9 9 re f", Pattern={"P": tile})


def _in_annotation(pdf):
    look = form(pdf, b"BT /H 9 Tf (x) Tj ET", Resources=Dictionary(Font=Dictionary(H=helvetica())))
    annotate(pdf, Name.Stamp, AP=Dictionary(N=look))


def _descendant(pdf):
    inner = helvetica(
        Name.CIDFontType2,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
    )
    font = helvetica(Name.Type0, Encoding=Name("/Identity-H"), DescendantFonts=Array([inner]))
    draw(pdf, b"BT /H 9 Tf <0001> Tj ET", Font={"H": font})


def _in_state(pdf):
    state = Dictionary(Font=Array([pdf.make_indirect(helvetica()), 9]))
    draw(pdf, b"/G gs BT (x) Tj ET", ExtGState={"G": state})


def _program_that_is_none(pdf):
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.H, FontFile=String("x"))
    font = helvetica(FontDescriptor=descriptor)
    draw(pdf, b"BT /H 9 Tf (x) Tj ET", Font={"H": font})


@pytest.mark.parametrize(
    "change",
    [
        _in_page,
        _in_form,
        _in_glyph,
        _in_pattern,
        _in_annotation,
        _descendant,
        _in_state,
        _program_that_is_none,
    ],
)
def test_a_font_that_is_not_embedded_is_seen_wherever_it_is(change):
    """Written inline, in what the page draws, or in what that draws."""
    assert code_of(source(change)) == "pdf_font"


SCANNED = b"3 Tr BT /H 9 Tf 20 20 Td (Facture) Tj ET"


def _scanned(content, **resources):
    """A page that was read by a machine: what it found lies there unseen."""
    return lambda pdf: draw(pdf, content, Font={"H": helvetica()}, **resources)


def _invisible_form(pdf, content=b"BT /H 9 Tf (x) Tj ET", before=b"3 Tr"):
    inner = form(pdf, content, Resources=Dictionary(Font=Dictionary(H=helvetica())))
    draw(pdf, before + b" /X Do", XObject={"X": inner})


def _invisible_descendant(pdf, mode=b"3 Tr"):
    inner = helvetica(
        Name.CIDFontType2,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=_font(pdf).FontDescriptor,
    )
    inner.FontDescriptor = Dictionary(
        {k: v for k, v in inner.FontDescriptor.items() if not k.startswith("/FontFile")}
    )
    font = helvetica(Name.Type0, Encoding=Name("/Identity-H"), DescendantFonts=Array([inner]))
    draw(pdf, mode + b" BT /H 9 Tf <0001> Tj ET", Font={"H": font})


@pytest.mark.parametrize(
    "change",
    [
        _scanned(SCANNED),
        _scanned(b"q 3 Tr Q q " + SCANNED + b" Q"),
        _scanned(b"BT 0 Tr /H 9 Tf 3 Tr [(x) 9 (y)] TJ (z) ' 1 1 (a) \" ET"),
        _scanned(b"3 Tr BT /H 9 Tf ET q 0 Tr Q BT (x) Tj ET"),
        _scanned(b"BT /H 9 Tf ET"),  # chosen, and no text shown
        _invisible_form,
        lambda pdf: _invisible_form(pdf, b"BT 3 Tr /H 9 Tf (x) Tj ET", b""),
        _invisible_descendant,
        lambda pdf: draw(
            pdf,
            b"3 Tr /G gs BT (x) Tj ET",
            ExtGState={"G": Dictionary(Font=Array([pdf.make_indirect(helvetica()), 9]))},
        ),
    ],
)
def test_text_that_is_not_seen_needs_no_font(change):
    """As scanners add it, to be found and copied (6.2.11.4.1): another reader shows none of it."""

    def changed(pdf):
        change(pdf)

    made = file_of(source(changed))
    # Unlike veraPDF's rules, the judge takes no such font whatever it is used for, and none that a
    # graphics state sets; it finds nothing else.
    said = r"6\.2\.11\.4\.1-1|CIDFontType2 has no /CIDToGIDMap|fonts set by graphics state"
    found = oracles.pdfa_violations(made)
    assert [item for item in found if not re.search(said, item)] == []
    oracles.check_same_pages(pdfs.page(), made)


def _form_seen_once(pdf):
    """Drawn twice, invisible the first time only: it takes the mode of where it is drawn."""
    _invisible_form(pdf, before=b"3 Tr /X Do 0 Tr")


def _type3_in_mode_3(pdf):
    """Glyphs that are drawings are painted in any mode."""
    _in_glyph(pdf)
    pdf.pages[0].contents_add(Stream(pdf, b"3 Tr BT /T 1 Tf (a) Tj ET"))


@pytest.mark.parametrize(
    "change",
    [
        _scanned(SCANNED + b" 0 Tr BT (x) Tj ET"),
        _scanned(b"q 3 Tr Q BT /H 9 Tf (x) Tj ET"),
        _scanned(b"q " + SCANNED + b" Q BT /H 9 Tf (x) Tj ET"),
        *(_scanned(b"BT %d Tr /H 9 Tf (x) Tj ET" % mode) for mode in (0, 1, 2, 4, 5, 6, 7)),
        _form_seen_once,
        _type3_in_mode_3,
        lambda pdf: _invisible_form(pdf, b"BT 0 Tr /H 9 Tf (x) Tj ET"),
        lambda pdf: _invisible_descendant(pdf, b"0 Tr"),
    ],
)
def test_text_that_is_seen_needs_its_font(change):
    def changed(pdf):
        change(pdf)

    assert code_of(source(changed)) == "pdf_font"


def test_a_font_that_nothing_uses_is_no_fault():
    def change(pdf):
        pdf.pages[0].Resources.Font.Unused = helvetica()

    passes(change)


def _font(pdf):
    ((_name, font),) = pdf.pages[0].Resources.Font.items()
    return font


def test_widths_of_glyphs_are_those_of_the_font():
    """wkhtmltopdf cuts them, as Odoo's own PDF/A mends too (6.2.11.5)."""

    def change(pdf):
        simple = _font(pdf)
        descriptor = simple.FontDescriptor
        inner = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=simple.BaseFont,
            CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
            FontDescriptor=descriptor,
            W=Array([0, Array([500, 310]), 2, Array([3]), 5, 6, 700]),
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=simple.BaseFont,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(inner)]),
        )
        draw(pdf, b"BT /W 9 Tf 9 9 Td <00010002> Tj ET", Font={"W": font})

    with passes(change, same=False) as pdf:
        (inner,) = pdf.pages[0].Resources.Font.W.DescendantFonts
        assert inner.CIDToGIDMap == Name.Identity
        assert [len(part) for part in inner.W if isinstance(part, Array)] == [2, 1]
        assert inner.W[3][0] > 100


# ------------------------------------------------------------------ colours

CMYK = Name.DeviceCMYK


def _colour(make_space, drawing=b"/C cs 0 0 9 9 re f"):
    return lambda pdf: draw(pdf, drawing, ColorSpace={"C": make_space(pdf)})


def _shading(pdf):
    function = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1)
    function.C0, function.C1 = Array([0] * 4), Array([1] * 4)
    return Dictionary(ShadingType=2, ColorSpace=CMYK, Coords=Array([0, 0, 9, 9]), Function=function)


def _spot(kind, name, alternate):
    return lambda pdf: Array([kind, name, alternate, tint(pdf, 3)])


def _page_group(pdf):
    pdf.pages[0].Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=CMYK)


def _soft_mask(pdf):
    group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=CMYK)
    mask = Dictionary(Type=Name.Mask, S=Name.Luminosity, G=form(pdf, b"", Group=group))
    draw(pdf, b"/G gs", ExtGState={"G": Dictionary(Type=Name.ExtGState, SMask=mask)})


def _glyph_in_cmyk(pdf):
    _in_glyph(pdf)
    glyph = pdf.pages[0].Resources.Font["/T"].CharProcs["/a"]
    glyph.write(b"9 0 d0 0 0 0 1 k 0 0 9 9 re f")


def _tile_in_cmyk(pdf):
    _in_pattern(pdf)
    pdf.pages[0].Resources.Pattern["/P"].write(b"0 0 0 1 k 0 0 9 9 re f")


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: draw(pdf, b"0 0 0 1 k 0 0 9 9 re f"),
        lambda pdf: draw(pdf, b"0 0 0 1 K 0 0 9 9 re S"),
        lambda pdf: draw(pdf, b"/DeviceCMYK cs 0 0 0 1 sc 0 0 9 9 re f"),
        lambda pdf: draw(pdf, b"/X Do", XObject={"X": form(pdf, b"0 0 0 1 k 0 0 9 9 re f")}),
        _colour(lambda pdf: CMYK),
        _colour(lambda pdf: Array([CMYK]), b"/C CS 0 0 9 9 re S"),
        _colour(lambda pdf: Array([Name.Indexed, CMYK, 0, String("0000")])),
        _colour(_spot(Name.Separation, Name.Black, CMYK)),
        _colour(_spot(Name.DeviceN, Array([Name.Cyan, Name.Black]), CMYK)),
        _colour(lambda pdf: Array([Name.Indexed, _spot(Name.Separation, Name.Gold, CMYK)(pdf), 0])),
        _colour(lambda pdf: Array([Name.Pattern, CMYK])),
        lambda pdf: draw(pdf, b"/S sh", Shading={"S": _shading(pdf)}),
        lambda pdf: draw(
            pdf,
            b"/Pattern cs /P scn 0 0 9 9 re f",
            Pattern={"P": Dictionary(PatternType=2, Shading=_shading(pdf))},
        ),
        lambda pdf: draw(pdf, b"/X Do", XObject={"X": picture(pdf, CMYK, 4)}),
        lambda pdf: draw(
            pdf,
            b"/X Do",
            XObject={"X": picture(pdf, Array([Name.Indexed, CMYK, 0, String("0000")]))},
        ),
        lambda pdf: draw(pdf, b"BI /W 1 /H 1 /BPC 8 /CS /CMYK ID 0000 EI"),
        lambda pdf: draw(
            pdf, b"BI /W 1 /H 1 /BPC 8 /CS /C ID 0000 EI", ColorSpace={"C": Array([CMYK])}
        ),
        _page_group,
        _soft_mask,
        _glyph_in_cmyk,
        _tile_in_cmyk,
    ],
)
def test_colours_for_a_press_are_seen_wherever_they_are(change):
    assert code_of(source(change)) == "pdf_colours"


@pytest.mark.parametrize(
    "change",
    [
        _colour(profile),
        _colour(lambda pdf: profile(pdf, "CMYK", 4), b"/C cs 0 0 0 1 sc 0 0 9 9 re f"),
        _colour(lambda pdf: Array([Name.Indexed, Name.DeviceRGB, 0, String("000")])),
        _colour(_spot(Name.Separation, Name.Gold, Name.DeviceRGB), b"/C cs 1 scn 0 0 9 9 re f"),
        lambda pdf: draw(pdf, b"BI /W 1 /H 1 /BPC 8 /CS /G ID 0 EI"),
        lambda pdf: draw(pdf, b"/X Do", XObject={"X": picture(pdf, Name.DeviceGray)}),
        # Declared, and not drawn with.
        lambda pdf: draw(pdf, b"0 g", ColorSpace={"C": CMYK}),
    ],
)
def test_other_colours_pass(change):
    passes(change)


def _ink(pdf, name="Gold", alternate=Name.DeviceRGB, values=b"dup dup", **options):
    function = pdf.make_stream(
        b"{" + values + b"}", FunctionType=4, Domain=Array([0, 1]), Range=Array([0, 1] * 3)
    )
    if options.get("compressed"):
        function.write(zlib.compress(b"{" + values + b"}"), filter=Name.FlateDecode)
    if not options.get("direct"):
        alternate = pdf.make_indirect(alternate) if isinstance(alternate, Array) else alternate
    return Array([Name.Separation, Name(f"/{name}"), alternate, function])


def _inks(*options):
    """Drawings with inks of these."""

    def change(pdf):
        for rank, values in enumerate(options):
            content = f"/C{rank} cs 1 scn 0 0 9 9 re f".encode()
            values = values(pdf) if callable(values) else values
            draw(pdf, content, ColorSpace={f"C{rank}": _ink(pdf, **values)})

    return change


def _lab(*white):
    return lambda pdf: {"alternate": Array([Name.Lab, Dictionary(WhitePoint=Array(white))])}


@pytest.mark.parametrize(
    "change",
    [
        _inks({}, {}),
        _inks({}, {"compressed": True}),
        _inks({}, {"name": "Silver", "values": b"dup 0"}),
        _inks(_lab(0.95, 1, 1.09), lambda pdf: {**_lab(0.95, 1, 1.09)(pdf), "direct": True}),
    ],
)
def test_an_ink_described_alike_passes(change):
    """Wherever its parts lie, and however they are compressed (6.2.4.4)."""
    passes(change)


def _colorant(pdf, **options):
    """Among those of which a space of several inks is made."""
    draw(
        pdf,
        b"/D cs 1 1 scn 0 0 9 9 re f",
        ColorSpace={
            "D": Array(
                [
                    Name.DeviceN,
                    Array([Name.Gold, Name.Cyan]),
                    Name.DeviceRGB,
                    pdf.make_stream(
                        b"{ dup }",
                        FunctionType=4,
                        Domain=Array([0, 1, 0, 1]),
                        Range=Array([0, 1] * 3),
                    ),
                    Dictionary(Colorants=Dictionary(Gold=_ink(pdf, **options))),
                ]
            )
        },
    )


def test_inks_of_several_are_described_alike():
    def change(pdf, **options):
        _inks({})(pdf)
        _colorant(pdf, **options)

    passes(change)
    assert code_of(source(lambda pdf: change(pdf, values=b"dup 0"))) == "pdf_forbidden"


@pytest.mark.parametrize(
    "change",
    [
        _inks({}, {"values": b"dup 0"}),
        _inks({}, {"alternate": Name.DeviceGray, "values": b""}),
        _inks(_lab(0.95, 1, 1.09), _lab(0.96, 1, 0.82)),
    ],
)
def test_an_ink_described_in_two_ways_is_a_fault(change):
    """The one rule here that the judge of the tests does not know (6.2.4.4)."""
    assert code_of(source(change)) == "pdf_forbidden"


# ------------------------------------------------------------------ annotations and forms


def annotate(pdf, subtype, **values):
    page = pdf.pages[0]
    values.setdefault("Rect", Array([10, 10, 40, 40]))
    annotation = Dictionary(Type=Name.Annot, Subtype=subtype, **values)
    page.Annots = Array([*page.get(Name.Annots, []), pdf.make_indirect(annotation)])
    if subtype == Name.Widget:
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[-1]]))
    return page.Annots[-1]


def look(pdf):
    return Dictionary(N=form(pdf, b"1 0 0 rg 0 0 10 10 re f"))


@pytest.mark.parametrize("flag", [2, 32])
def test_a_hidden_annotation_is_not_made_visible(flag):
    def change(pdf):
        annotate(pdf, Name.Stamp, F=flag | 4, AP=look(pdf))
        annotate(pdf, Name.Link, F=flag, A=Dictionary(S=Name.URI, URI=String("https://a.fr")))

    with passes(change) as pdf:
        assert Name.Annots not in pdf.pages[0]
        assert Name.XObject not in pdf.pages[0].Resources


@pytest.mark.parametrize(
    ("subtype", "flag"),
    [
        *itertools.product(["/Stamp", "/Widget", "/FreeText", "/FileAttachment"], [0, 4, 256]),
        ("/Stamp", 1),  # “invisible” is for annotations that nobody knows
    ],
)
def test_what_an_annotation_shows_becomes_part_of_its_page(subtype, flag):
    def change(pdf):
        annotate(pdf, Name(subtype), F=flag, FT=Name.Tx, T=String("t"), AP=look(pdf))

    with passes(change) as pdf:
        assert Name.Annots not in pdf.pages[0]


@pytest.mark.parametrize("subtype", ["/Popup", "/FileAttachment", "/Sound", "/Widget"])
def test_an_annotation_that_shows_nothing_goes(subtype):
    with passes(lambda pdf: annotate(pdf, Name(subtype)), same=False) as pdf:
        assert Name.Annots not in pdf.pages[0]


def _form(pdf, **values):
    widget = annotate(pdf, Name.Widget, FT=Name.Tx, T=String("total"), V=String("100"))
    pdfs.put(pdf.Root.AcroForm, {f"/{key}": value for key, value in values.items()})
    return widget


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: annotate(pdf, Name.FreeText, Contents=String("Payé")),
        lambda pdf: annotate(pdf, Name.Square),
        lambda pdf: annotate(pdf, Name.Text, Contents=String("Voir le devis")),
        _form,
        lambda pdf: pdfs.put(_form(pdf, NeedAppearances=True), {"/AP": look(pdf)}),
    ],
)
def test_what_each_program_draws_in_its_own_way_is_a_fault(change):
    def changed(pdf):
        if pdf_values := change(pdf):
            assert pdf_values

    assert code_of(source(changed)) == "pdf_form"


def test_a_form_that_is_filled_in_becomes_part_of_the_page():
    def change(pdf):
        _form(pdf, XFA=String("x"))["/AP"] = look(pdf)

    with passes(change) as pdf:
        assert Name.AcroForm not in pdf.Root


def test_a_signature_is_not_lost_unseen():
    def change(pdf):
        signature = Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1])
        )
        annotate(pdf, Name.Widget, FT=Name.Sig, T=String("s"), V=pdf.make_indirect(signature))

    assert code_of(source(change)) == "pdf_signed"


# ------------------------------------------------------------------ what a PDF does by itself

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
LINK = Dictionary(S=Name.URI, URI=String("https://example.com"), Next=SCRIPT)


def _outline(pdf, action):
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines, Count=1))
    item = pdf.make_indirect(Dictionary(Title=String("a"), Parent=pdf.Root.Outlines, A=action))
    pdf.Root.Outlines.First = pdf.Root.Outlines.Last = item


@pytest.mark.parametrize("action", [SCRIPT, LINK, String("x"), Array([]), 1])
def test_no_action_but_links(action):
    def change(pdf):
        pdf.Root.OpenAction = action
        pdf.Root.AA = Dictionary(WC=action)
        pdf.Root.Names = Dictionary(
            JavaScript=Dictionary(Names=Array([String("x"), SCRIPT])),
            AlternatePresentations=Dictionary(Names=Array([])),
            Dests=Dictionary(Names=Array([])),
        )
        pdf.Root.URI = Dictionary(Base=String("x"))
        pdf.pages[0].AA = Dictionary(O=action)
        annotate(pdf, Name.Link, A=action, AA=Dictionary(E=action), PA=action)
        _outline(pdf, action)

    content = file_of(source(change))
    oracles.check_pdfa(content, pdfs.profile())
    with pikepdf.open(io.BytesIO(content)) as pdf:
        unpacked = b"".join(item.unparse(resolved=True) for item in pdf.objects)
        assert b"JavaScript" not in unpacked and b"/Next" not in unpacked
        (link,) = pdf.pages[0].Annots
        assert (Name.A in link) == (action is LINK)


@pytest.mark.parametrize("kind", ["Launch", "SubmitForm", "GoToR", "Named", "Hide", "ImportData"])
def test_other_actions_go(kind):
    def change(pdf):
        annotate(pdf, Name.Link, A=Dictionary(S=Name(f"/{kind}"), N=Name.Print, F=String("x.exe")))

    with passes(change) as pdf:
        assert Name.A not in pdf.pages[0].Annots[0]


# ------------------------------------------------------------------ other things that PDF/A forbids


def _lzw(pdf):
    codes = [256, *b"0 0 9 9 re f", 257]  # of nine bits: no word of the dictionary is used
    packed = int(
        "".join(f"{code:09b}" for code in codes).ljust(-(-len(codes) * 9 // 8) * 8, "0"), 2
    )
    stream = pdf.make_stream(b"")
    stream.write(packed.to_bytes(-(-len(codes) * 9 // 8)), filter=Name.LZWDecode)
    pdf.pages[0].contents_add(stream)


def _picture(**values):
    def change(pdf):
        item = picture(pdf, Name.DeviceGray, **values)
        draw(pdf, b"9 0 0 9 0 0 cm /X Do", XObject={"X": item})

    return change


def _state(**values):
    return lambda pdf: draw(
        pdf, b"/G gs 0 0 9 9 re f", ExtGState={"G": Dictionary(Type=Name.ExtGState, **values)}
    )


def _layers(pdf):
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("a")))
    usage = Dictionary(Event=Name.Print, OCGs=Array([layer]), Category=Array([Name.Print]))
    layout = Dictionary(Order=Array([]), AS=Array([usage]))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=layout, Configs=Array([Dictionary(Name=String("b"))])
    )
    draw(pdf, b"/OC /L BDC 0 0 9 9 re f EMC", Properties={"L": layer})


def _borrowed(pdf):
    (name,) = pdf.pages[0].Resources.Font.keys()
    content = f"BT {name} 9 Tf 20 20 Td (A) Tj ET".encode()
    draw(pdf, b"/X Do", XObject={"X": form(pdf, content)})


def _presented(pdf):
    page = pdf.pages[0]
    page.PresSteps = Dictionary()
    page.Thumb = picture(pdf, CMYK, 4)
    page.PieceInfo = Dictionary(Odoo=Dictionary(Private=pdf.make_stream(b"x", F=String("y"))))
    page.Metadata = pdf.make_stream(b"<no xml", Type=Name.Metadata, Subtype=Name.XML)


@pytest.mark.parametrize(
    "change",
    [
        _lzw,
        _picture(Interpolate=True),
        _picture(OPI=Dictionary(), Alternates=Array([])),
        _state(TR=Name.Identity, TR2=Name.Identity, HTP=Array([0, 0])),
        _state(HT=Dictionary(Type=Name.Halftone, HalftoneType=6), OPM=1, op=True),
        _state(BM=Name.Multiply),
        _layers,
        _borrowed,
        _presented,
        lambda pdf: pdfs.put(
            pdf.Root, {"/Requirements": Array([Dictionary(S=Name.EnableJavaScripts)])}
        ),
        lambda pdf: pdfs.put(pdf.Root, {"/Version": Name("/2.0"), "/NeedsRendering": True}),
        lambda pdf: draw(
            pdf, b"/X Do", XObject={"X": form(pdf, b"", PS=pdf.make_stream(b""), Subtype2=Name.PS)}
        ),
        lambda pdf: draw(pdf, b"/X Do", XObject={"X": form(pdf, b"", Ref=Dictionary())}),
    ],
)
def test_invisible_parts_are_removed(change):
    def changed(pdf):
        change(pdf)

    passes(changed)


def test_the_version_is_one_that_pdfa_knows():
    before = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdfs.page())) as pdf:
        pdf.save(before, force_version="2.0")
    assert file_of(before.getvalue()).startswith(b"%PDF-1.7")


def _outside(pdf):
    stream = pdf.make_stream(b"", Subtype=Name.Image, F=String("elsewhere.bin"))
    draw(pdf, b"/X Do", XObject={"X": stream})


def _broken_lzw(pdf):
    stream = picture(pdf, Name.DeviceGray)
    stream.write(bytes(9), filter=Array([Name.LZWDecode, Name.DCTDecode]))
    draw(pdf, b"/X Do", XObject={"X": stream})


def _jpeg2000(pdf):
    stream = picture(pdf, Name.DeviceGray)
    del stream.ColorSpace
    stream.write(bytes(9), filter=Name.JPXDecode)
    draw(pdf, b"/X Do", XObject={"X": stream})


@pytest.mark.parametrize(
    "change",
    [
        _outside,
        _broken_lzw,
        _jpeg2000,
        _state(BM=Name.Sparkling),
        _state(RI=Name.Vivid),
        _colour(lambda pdf: profile(pdf, "CMYK", 3)),
        _colour(
            lambda pdf: Array([Name.DeviceN, Array([Name.Gold]), Name.DeviceRGB, tint(pdf, 3)])
        ),
        lambda pdf: draw(pdf, b"/X Do", XObject={"X": pdf.make_stream(b"", Subtype=Name.PS)}),
        lambda pdf: draw(pdf, b"/Vivid ri"),
        lambda pdf: draw(pdf, b"BX 1 2 magic EX"),
        lambda pdf: draw(pdf, b"q " * 28 + b"Q " * 28),
        lambda pdf: draw(pdf, b"BI /W 1 /H 1 /BPC 8 /CS /G /I true ID 0 EI"),
        lambda pdf: draw(pdf, b"BI /W 1 /H 1 /BPC 8 /CS /G /F /LZW ID 0 EI"),
        lambda pdf: pdfs.put(pdf.pages[0].obj, {"/MediaBox": Array([0, 0, 20000, 9])}),
    ],
)
def test_parts_that_cannot_be_removed_are_a_fault(change):
    def changed(pdf):
        change(pdf)

    assert code_of(source(changed)) == "pdf_forbidden"


# ------------------------------------------------------------------ damage


def _cut(pdf):
    draw(pdf, b"BT (never closed")


def _cycle(pdf):
    inner = form(pdf, b"/X Do", Resources=Dictionary(XObject=Dictionary()))
    inner.Resources.XObject.X = inner
    draw(pdf, b"/X Do", XObject={"X": inner})


def _deep(pdf):
    space = Name.DeviceGray
    for _level in range(200):
        space = pdf.make_indirect(Array([Name.Indexed, space, 0, String("0")]))
    draw(pdf, b"/C cs", ColorSpace={"C": space})


def _long_chain(pdf):
    """Bookmarks that readers go through one within the other."""
    _outline(pdf, LINK)
    for _rank in range(3000):
        item = Dictionary(Title=String("a"), Parent=pdf.Root.Outlines)
        item.Next = pdf.Root.Outlines.First
        pdf.Root.Outlines.First = pdf.make_indirect(item)


def _without_pages(pdf):
    del pdf.pages[0]


@pytest.mark.parametrize(
    "change",
    [
        _cut,
        _cycle,
        _deep,
        _long_chain,
        _without_pages,
        lambda pdf: pdfs.put(pdf.pages[0].obj, {"/Annots": Array([None])}),
        lambda pdf: pdfs.put(pdf.pages[0].obj, {"/Annots": Name.None_}),
        lambda pdf: pdfs.put(pdf.pages[0].obj, {"/Contents": 1}),
        lambda pdf: pdfs.put(pdf.pages[0].obj, {"/Resources": Array([])}),
        lambda pdf: pdfs.put(pdf.pages[0].obj, {"/MediaBox": String("x")}),
        lambda pdf: pdfs.put(pdf.Root, {"/Pages": Dictionary()}),
        lambda pdf: pdfs.put(pdf.Root, {"/Names": 1, "/Outlines": 2, "/OCProperties": 3}),
        lambda pdf: pdfs.put(pdf.Root, {"/AcroForm": Dictionary(Fields=1, NeedAppearances=True)}),
    ],
)
def test_damage_is_a_fault_or_is_mended(change):
    def changed(pdf):
        change(pdf)

    check_one(source(changed))


def check_one(content):
    """A fault of the source, or a file as good as any."""
    try:
        made = file_of(content)
    except PdfFault as fault:
        assert fault.source % {"document": "X", **fault.params}
        return False
    # The validator's own schemas are stricter than the standard on types that nobody reads.
    assert [item for item in oracles.pdfa_violations(made) if "ISO_19005" in item] == []
    assert oracles.embedded_names(made) == (["factur-x.xml"], ["factur-x.xml"])
    return True


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"%PDF-1.7", b"GIF89a", b"<html>", b"%PDF-1.7\n" + b"<<" * 5000]
)
def test_what_is_no_pdf_at_all(content):
    assert code_of(content) == ("pdf_broken" if content else "pdf_missing")


def _rich(pdf):
    """A bit of everything."""
    _state(BM=Name.Multiply, SMask=Name.None_)(pdf)
    _picture()(pdf)
    _layers(pdf)
    _outline(pdf, LINK)
    annotate(pdf, Name.Link, A=LINK)
    annotate(pdf, Name.Stamp, AP=look(pdf))
    draw(pdf, b"/C cs 1 scn", ColorSpace={"C": _spot(Name.Separation, Name.A, Name.DeviceRGB)(pdf)})


def _values(chance):
    return chance.choice(
        [None, True, -1, 2**31 - 1, 1.5, String("x"), Name.X, Array([]), Dictionary(), Array([1])]
    )


def _mutate(pdf, chance):
    """Give one value of one object another type."""
    items = [item for item in pdf.objects if isinstance(item, (Dictionary, Stream, Array))]
    item = chance.choice(items)
    if isinstance(item, Array):
        if len(item):
            item[chance.randrange(len(item))] = _values(chance)
        return
    # A set of texts, whose order would change from run to run.
    keys = sorted(key for key in item.keys() if key not in ("/Length", "/Filter"))
    if keys:
        key, value = chance.choice(keys), _values(chance)
        if value is None:
            del item[key]
        else:
            item[key] = value


def _mutated(content, seed):
    chance = random.Random(seed)

    def change(pdf):
        for _rank in range(1 + seed % 3):
            _mutate(pdf, chance)

    return pdfs.changed(content, change)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of what saves such files, in the tests
def test_a_source_with_types_swapped_is_a_fault_or_is_mended():
    """Whatever is wrong with a PDF is told of this PDF: the other documents go on."""
    good = source(_rich)
    assert check_one(good)
    assert 100 < sum(check_one(_mutated(good, seed)) for seed in range(300)) < 300


def test_a_source_with_bytes_changed_is_a_fault_or_is_mended():
    good, results = source(_rich), []
    for seed in range(100):
        chance, mutated = random.Random(seed), bytearray(good)
        for _rank in range(1 + seed % 20):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        results.append(check_one(bytes(mutated)))
    assert 20 < sum(results) < 100

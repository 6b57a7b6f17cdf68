"""The smallest PDF that is one, for what attaches a PDF and looks at nothing in it."""

from __future__ import annotations


def _make() -> bytes:
    content, places = b"%PDF-1.7\n", []
    for rank, item in enumerate(
        (
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
        ),
        start=1,
    ):
        places.append(len(content))
        content += f"{rank} 0 obj\n{item}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        content
        + (
            f"xref\n0 4\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
        ).encode()
    )


PDF = _make()

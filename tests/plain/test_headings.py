"""Lines below headings, as an invoice shows them."""

from types import SimpleNamespace

from chorus.document.headings import arrange


def item(name, kind="product", tax=1, **values):
    values = {"collapse_composition": False, "collapse_prices": False, **values}
    return SimpleNamespace(name=name, display_type=kind, tax_ids=(tax,), **values)


def section(name, **values):
    return item(name, "line_section", **values)


def subsection(name, **values):
    return item(name, "line_subsection", **values)


def shown(*items):
    """Each line: its heading's name or its own, those above, what it holds and shows of it."""
    entries, notes = arrange(items)
    return [
        (
            (entry.heading or entry.items[0]).name,
            [heading.name for heading in entry.sections],
            [x.name for x in entry.items] if entry.heading else [],
            [x.name for x in entry.parts],
        )
        for entry in entries
    ], [note.name for note in notes]


def test_a_line_stands_under_all_its_headings_and_no_other():
    lines, notes = shown(
        item("a"),
        section("S"),
        item("b"),
        subsection("s"),
        item("c"),
        item("note", "line_note"),
        section("T"),
        item("d"),
    )
    assert [(name, above) for name, above, _items, _parts in lines] == [
        ("a", []),
        ("b", ["S"]),
        ("c", ["S", "s"]),
        ("d", ["T"]),
    ]
    assert notes == ["note"]


def test_a_hidden_composition_is_one_line_for_each_set_of_taxes():
    lines, notes = shown(
        section("S", collapse_composition=True),
        item("a"),
        item("b", tax=2),
        item("c"),
        item("note", "line_note"),
        section("T"),
        item("d"),
    )
    assert lines == [
        ("S", [], ["a", "c"], []),
        ("S", [], ["b"], []),
        ("d", ["T"], [], []),
    ]
    assert notes == [], "what is hidden is not told"


def test_hidden_prices_show_what_they_are_of():
    lines, _notes = shown(section("S", collapse_prices=True), item("a"), item("b"))
    assert lines == [("S", [], ["a", "b"], ["a", "b"])]


def test_a_section_is_told_once_with_its_subsections():
    lines, _notes = shown(
        section("S", collapse_prices=True), item("a"), subsection("s"), item("b"), item("c")
    )
    assert lines == [("S", [], ["a", "b", "c"], ["a", "s", "b", "c"])]


def test_a_section_of_subsections_is_told_by_them():
    lines, _notes = shown(
        section("S", collapse_composition=True),
        subsection("s"),
        item("a"),
        subsection("t"),
        item("b"),
    )
    assert lines == [("s", ["S"], ["a"], []), ("t", ["S"], ["b"], [])]


def test_a_subsection_hides_by_itself():
    lines, _notes = shown(
        section("S"),
        item("a"),
        subsection("s", collapse_composition=True),
        item("b"),
        item("c"),
        subsection("t"),
        item("d"),
    )
    assert lines == [
        ("a", ["S"], [], []),
        ("s", ["S"], ["b", "c"], []),
        ("d", ["S", "t"], [], []),
    ]


def test_a_subsection_may_hide_more_than_its_section():
    lines, _notes = shown(
        section("S", collapse_prices=True),
        subsection("s", collapse_composition=True),
        item("a"),
        subsection("t"),
        item("b"),
    )
    assert lines == [("s", ["S"], ["a"], []), ("t", ["S"], ["b"], ["b"])]


def test_what_a_subsection_hides_is_no_part_of_its_section():
    lines, _notes = shown(
        section("S", collapse_prices=True),
        item("a"),
        subsection("s", collapse_composition=True),
        item("b"),
    )
    assert lines == [("S", [], ["a", "b"], ["a", "s"])]

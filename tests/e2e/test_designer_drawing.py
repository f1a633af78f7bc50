"""Drawing: by keyboard alone, with the pointer, and what the canvas makes of it."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.e2e.draft import Draft, placed, types, wires
from tests.e2e.visiting import box_of
from tests.support.documents import edge, graph, node

pytestmark = pytest.mark.browser

MOST_KEYS = 27
BRANCHES = [
    {"id": "yes", "label": "Large", "condition": "${ true }"},
    {"id": "no", "label": "Small", "condition": "${ false }"},
]


def straight_line():
    return placed(
        graph(
            [node("start", "start"), node("note1", "log", title="Write"), node("end", "end")],
            [edge("start", "note1"), edge("note1", "end")],
        )
    )


def test_three_wired_nodes_take_at_most_27_keys_and_no_mouse(page, ann):
    draft = Draft.open_new(page, ann)
    expect(page.get_by_role("button", name="Add a start node")).to_be_visible()

    strokes = [
        *("Tab", *"start", "Enter"),
        *("Tab", *"transform", "Enter"),
        *("Tab", *"end", "Enter"),
    ]
    draft.press(*strokes)

    expect(draft.nodes).to_have_count(3)
    document = draft.saved()
    assert len(strokes) <= MOST_KEYS
    assert types(document) == ["start", "transform", "end"]
    start, transform, end = (each["id"] for each in document["nodes"])
    assert wires(document) == {(start, "out", transform), (transform, "out", end)}


def test_palette_entry_is_dragged_to_where_the_node_shall_be(page, ann):
    draft = Draft.open_new(page, ann, placed(graph([node("start", "start")], [])))
    palette = page.get_by_role("complementary", name="Palette")
    canvas = box_of(draft.canvas)
    drop = {"x": canvas["x"] + canvas["width"] * 0.6, "y": canvas["y"] + canvas["height"] * 0.7}

    palette.get_by_role("button", name="HTTP request").hover()
    page.mouse.down()
    page.mouse.move(drop["x"], drop["y"], steps=6)
    page.mouse.up()

    expect(draft.nodes).to_have_count(2)
    box = box_of(draft.node("HTTP request").first)
    assert box["x"] < drop["x"] < box["x"] + box["width"]
    assert box["y"] <= drop["y"] < box["y"] + box["height"]
    document = draft.saved()
    assert types(document) == ["start", "http"]
    assert document["edges"] == []


def test_palette_is_searched_and_its_first_entry_added_by_enter(page, ann):
    draft = Draft.open_new(page, ann, placed(graph([node("start", "start")], [])))
    draft.canvas.focus()
    draft.press("/")
    search = page.get_by_role("searchbox", name="Search the palette")
    expect(search).to_be_focused()
    search.fill("nothing like this")
    expect(page.get_by_text("No node fits “nothing like this”.")).to_be_visible()

    search.fill("http")
    search.press("Enter")

    assert types(draft.saved()) == ["start", "http"]


def test_where_a_node_has_several_outputs_the_person_picks(page, ann):
    draft = Draft.open_new(
        page,
        ann,
        placed(graph([node("gate", "gate", {"mode": "first", "branches": BRANCHES})], [])),
    )
    draft.select("Gate")
    draft.press("Tab")
    outputs = page.get_by_role("radiogroup", name="From which output")
    expect(outputs.get_by_role("radio", name="Large")).to_be_checked()

    draft.press("ArrowRight", "ArrowRight", *"log", "Enter")

    expect(draft.nodes).to_have_count(2)
    assert wires(draft.saved()) == {("gate", "otherwise", "log")}


def test_new_nodes_land_on_their_ghost_and_never_on_each_other(page, ann):
    draft = Draft.open_new(page, ann, placed(graph([node("start", "start")], [])))
    for _ in range(4):
        draft.select("Start")
        draft.press("Tab")
        ghost = page.locator(".react-flow__node-ghost")
        expect(ghost).to_be_visible()
        draft.press(*"log", "Enter")
        expect(ghost).to_be_hidden()
    expect(draft.nodes).to_have_count(5)

    boxes = [box_of(each) for each in draft.nodes.all()]

    for one, other in itertools.combinations(boxes, 2):
        assert (
            one["x"] + one["width"] <= other["x"]
            or other["x"] + other["width"] <= one["x"]
            or one["y"] + one["height"] <= other["y"]
            or other["y"] + other["height"] <= one["y"]
        ), (one, other)


def test_line_drawn_back_becomes_a_loop_with_a_limit(page, ann):
    document = placed(
        graph(
            [
                node("start", "start"),
                node("work", "log", title="Work"),
                node("gate", "gate", {"mode": "first", "branches": BRANCHES}),
            ],
            [edge("start", "work"), edge("work", "gate")],
        )
    )
    draft = Draft.open_new(page, ann, document)

    draft.pull("gate", "no", draft.node("Work"))

    loop = next(each for each in draft.saved()["edges"] if each["loop"])
    assert (loop["source"], loop["source_port"], loop["target"]) == ("gate", "no", "work")
    assert loop["max_iterations"] == 25
    expect(page.get_by_label("Loop", exact=True)).to_be_visible()


def test_line_pulled_to_nowhere_asks_what_comes_next(page, ann):
    draft = Draft.open_new(page, ann, placed(graph([node("start", "start")], [])))

    draft.pull("start", "out", draft.node("Start"), below=150)
    expect(page.get_by_placeholder("What comes next?")).to_be_focused()
    draft.press(*"end", "Enter")

    assert wires(draft.saved()) == {("start", "out", "end")}


def test_several_nodes_are_selected_with_shift_and_deleted_with_their_lines(page, ann):
    draft = Draft.open_new(page, ann, straight_line())

    draft.select("Write", "End")
    draft.press("Delete")

    expect(draft.nodes).to_have_count(1)
    document = draft.saved()
    assert types(document) == ["start"]
    assert document["edges"] == []


def test_box_drawn_with_shift_selects_what_it_touches(page, ann):
    draft = Draft.open_new(page, ann, straight_line())
    first, last = (box_of(draft.node(title)) for title in ("Write", "End"))

    page.keyboard.down("Shift")
    page.mouse.move(first["x"] - 20, first["y"] - 40)
    page.mouse.down()
    page.mouse.move(last["x"] + 40, last["y"] + last["height"] + 20, steps=6)
    page.mouse.up()
    page.keyboard.up("Shift")
    draft.press("Delete")

    expect(draft.nodes).to_have_count(1)
    assert types(draft.saved()) == ["start"]


def test_everything_is_selected_moved_by_keys_and_walked_through(page, ann):
    document = straight_line()
    draft = Draft.open_new(page, ann, document)
    draft.canvas.focus()

    draft.press("Control+a", "Alt+ArrowDown")
    moved = draft.saved()["layout"]["nodes"]
    assert moved == {
        each: {"x": place["x"], "y": place["y"] + 20}
        for each, place in document["layout"]["nodes"].items()
    }

    draft.press("Escape", "ArrowRight")
    expect(draft.node("Start")).to_be_focused()
    draft.press("ArrowRight")
    expect(draft.node("Write")).to_be_focused()
    draft.press("ArrowRight", "Enter")
    expect(page.get_by_role("complementary", name="Settings of End")).to_be_visible()


def test_tidy_lays_the_graph_out_from_left_to_right(page, ann):
    document = straight_line()
    document["layout"]["nodes"] = {each: {"x": 0, "y": 0} for each in ("start", "note1", "end")}
    draft = Draft.open_new(page, ann, document)

    page.get_by_role("button", name="Tidy up").click()

    expect(page.get_by_role("button", name="Undo: ")).to_be_enabled()
    places = draft.saved()["layout"]["nodes"]
    columns = [places[each]["x"] for each in ("start", "note1", "end")]
    assert all(right - left >= 240 for left, right in itertools.pairwise(columns))


def test_minimap_shows_every_node_and_zoom_to_fit_brings_them_back(page, ann):
    document = straight_line()
    draft = Draft.open_new(page, ann, document)
    minimap = page.get_by_role("img", name="Overview")
    expect(minimap).to_be_visible()
    expect(page.locator(".react-flow__minimap-node")).to_have_count(3)
    canvas = box_of(draft.canvas)
    page.mouse.move(canvas["x"] + 500, canvas["y"] + 300)
    page.mouse.wheel(0, 3000)
    expect(draft.node("Write")).not_to_be_in_viewport()

    page.get_by_role("button", name="Zoom to fit").click()

    for title in ("Start", "Write", "End"):
        expect(draft.node(title)).to_be_in_viewport()

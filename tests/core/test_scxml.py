"""Machines from and to SCXML."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.catalog import CATALOG
from tests.core.charts import charts
from tests.core.machine_world import MachineWorld
from tests.core.machines import ORDER, act, compound, final, history, machine, on, parallel, state
from workflows_app.core.canonical import hash_document
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.problems import InvalidDocument
from workflows_app.core.scxml.read import read_scxml
from workflows_app.core.scxml.unsupported import ScxmlError
from workflows_app.core.scxml.write import write_scxml
from workflows_app.core.validate import validate_document

RICH = machine(
    parallel(
        "both",
        compound(
            "left",
            state(
                "l1",
                on("go.*", "l2", guard="${ data.n > 1 && 'r1' in states }", label="Go"),
                {"id": "late", "after": 1.5, "targets": ["l2"]},
                title="First",
                entry=[
                    act("mail", "task:any", to="${ input.mail }"),
                    act("ping", "send", event="ping", data={"a": "${ data.n }"}, delay_seconds=2.5),
                    act("now", "send", event="now", data="${ data.n }"),
                ],
                exit=[
                    act("count", "assign", data={"n": "${ data.n + 1 }"}),
                    act("stop", "cancel", send="ping"),
                ],
            ),
            final("l2", output={"n": "${ data.n }"}),
            history("memory", "l1", depth="deep"),
            title="Left",
            exit=[act("odd", "assign", data={"n": "${data.n}"})],
            out=[{"id": "odd_guard", "event": "odd", "guard": "${data.n > 1}"}],
        ),
        state("r1", on("x", actions=[act("hey", "raise", event="hey")])),
        out=[{"id": "done", "done": True, "targets": ["z"]}],
    ),
    final("z", output="${ data.n }"),
    data={"n": 0, "text": "a ${ input.x }", "from": "${ input.y }", "list": [1, {"a": None}]},
    vars={"limit": 3},
    description="Has everything",
    input_schema={"type": "object"},
    settings={"timeout_seconds": 60},
    layout={"nodes": {"l1": {"x": 1, "y": 2, "width": 100, "height": 50}}},
)


@pytest.mark.parametrize("chart", [ORDER, RICH])
def test_a_machine_is_written_and_read_back_without_loss(chart: dict[str, Any]):
    document = StateMachineDocument.model_validate(chart)
    read = read_scxml(write_scxml(document))
    assert read == document
    assert hash_document(read) == hash_document(document)


@settings(max_examples=50, deadline=None)
@given(chart=charts())
def test_random_machines_are_written_and_read_back_without_loss(chart: dict[str, Any]):
    document = StateMachineDocument.model_validate(chart)
    assert read_scxml(write_scxml(document)) == document


def test_what_scxml_has_words_for_is_written_in_its_words():
    text = write_scxml(StateMachineDocument.model_validate(RICH))
    for piece in (
        '<scxml xmlns="http://www.w3.org/2005/07/scxml"',
        '<transition fd:id="l1_t_go_any_l2" event="go.*"',
        "cond=\"data.n &gt; 1 &amp;&amp; 'r1' in states\"",
        '<history id="memory" type="deep">',
        '<send event="after.l1_late" id="after.l1_late" delay="1.5s" />',
        '<cancel sendid="after.l1_late" />',
        '<assign location="n" fd:id="count" expr="data.n + 1" />',
        '<raise event="hey" fd:id="hey" />',
        '<transition fd:id="both_done" event="done.state.both" target="z" />',
    ):
        assert piece in text, text


FOREIGN = """<?xml version="1.0"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript">
  <datamodel><data id="count" expr="0"/></datamodel>
  <state id="off">
    <transition event="turn.on toggle" cond="count === 0 &amp;&amp; !In('on')" target="on"/>
  </state>
  <state id="on">
    <onentry><assign location="count" expr="count + 1"/><log expr="_event.name"/></onentry>
    <transition event="toggle" target="end"/>
    <state id="warm"/>
  </state>
  <final id="end"><donedata><param name="count" expr="count"/></donedata></final>
</scxml>
"""


def test_a_file_of_somebody_else_becomes_a_machine_that_can_run():
    read = read_scxml(FOREIGN)
    assert [p for p in validate_document(read, CATALOG) if p.is_error] == []
    off, on_, end = read.states
    assert read.initial == "off"
    assert [t.event for t in off.transitions] == ["turn.on", "toggle"]
    assert off.transitions[0].guard == "${ data.count == 0 && !('on' in states) }"
    assert (on_.type, on_.initial) == ("compound", "warm")
    assert on_.entry[0].config == {"data": {"count": "${ data.count + 1 }"}}
    assert on_.entry[1].config == {"message": "${ event.name }"}
    assert end.output == {"count": "${ data.count }"}
    world = MachineWorld.of(read.model_dump(mode="json"), **{off.transitions[1].id: True})
    world.hear("toggle")
    assert world.states == ["on", "warm"]


@pytest.mark.parametrize(
    "body, message",
    [
        ("<state id='a'><invoke type='x'/></state>", "There is no <invoke> here."),
        ("<state id='a'><onentry><if cond='x'/></onentry></state>", "There is no <if> here."),
        ("<state id='a.b'/>", "The id “a.b” of a state is no name."),
        (
            "<state id='a'><onentry><send event='x' target='http://y'/></onentry></state>",
            "An event is sent to somebody else.",
        ),
        (
            "<state id='a'><onentry><send event='x' delay='soon'/></onentry></state>",
            "“soon” is no delay.",
        ),
        (
            "<state id='a'><transition event='x' cond='count'/></state>",
            "The condition “count” is no comparison.",
        ),
        (
            "<state id='a'><transition event='x' cond='_sessionid == 1'/></state>",
            "The expression “_sessionid == 1” uses “_sessionid”.",
        ),
        (
            "<state id='a'><transition event='x' cond='f(count) == 1'/></state>",
            "The expression “f(count) == 1” uses the function “f”.",
        ),
    ],
)
def test_what_machines_here_do_not_have_is_refused_by_name(body: str, message: str):
    text = (
        '<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="ecmascript">'
        f"<datamodel><data id='count'/></datamodel>{body}</scxml>"
    )
    with pytest.raises(ScxmlError) as raised:
        read_scxml(text)
    assert raised.value.problems[0].message == message
    assert raised.value.problems[0].hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<scxml/>",
        "<a><b></a>",
        '<!DOCTYPE a [<!ENTITY b "c">]><scxml xmlns="http://www.w3.org/2005/07/scxml">&b;</scxml>',
        '<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="lua"/>',
        '<scxml xmlns="http://www.w3.org/2005/07/scxml"><state id="a"><transition event="1"/>'
        "</state></scxml>",
    ],
)
def test_what_is_no_machine_is_refused(text: str):
    with pytest.raises(InvalidDocument) as raised:
        read_scxml(text)
    assert raised.value.problems[0].hint


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_and_never_more_than_that(data: st.DataObject):
    text = data.draw(st.sampled_from([FOREIGN, write_scxml(StateMachineDocument(**RICH))]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    damaged = text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    with contextlib.suppress(InvalidDocument):
        read_scxml(damaged)


def test_elements_that_lie_too_deep_are_refused():
    deep = "<state>" * 5_000 + "</state>" * 5_000
    with pytest.raises(ScxmlError) as raised:
        read_scxml(f'<scxml xmlns="http://www.w3.org/2005/07/scxml">{deep}</scxml>')
    assert "60 deep" in raised.value.problems[0].message

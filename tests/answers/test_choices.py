"""Is every open point of the paper told, in the panel and in the records?"""

import json

from qkwidgets.answers.choices import MODE_CHOICES, PANELS

OPEN_POINTS = ("projected", "biases", "gain", "coloured", "sign", "ranked", "mean cosine", "chance", "anisotropy", "odd-one-out")
OPEN_POINTS += ("same object", "singular values equal")


def test_every_open_point_is_settled_once():
    for point in OPEN_POINTS:
        assert sum(point in choice.question for choice in MODE_CHOICES) == 1, point
    assert len(MODE_CHOICES) == len(OPEN_POINTS)


def test_each_names_its_default_its_alternative_and_who_chose():
    for choice in MODE_CHOICES:
        assert choice.question.endswith("?")
        assert choice.choice
        assert choice.alternative
        assert choice.source in ("paper", "ours")
    json.dumps([choice._asdict() for choice in MODE_CHOICES])


def test_what_no_panel_shows_is_told_apart_from_what_a_view_shows():
    shown = [question for question, panels in PANELS.items() if panels]
    elsewhere = [question for question, panels in PANELS.items() if not panels]
    for point in ("anisotropy", "odd-one-out", "same object"):
        assert sum(point in question for question in elsewhere) == 1
    assert len(elsewhere) == 3
    assert len(shown) == 9
    names = ("grid", "spectrum", "overlay", "trend", "attention")
    assert {panel for panels in PANELS.values() for panel in panels} == set(names)
    by_point = {point: PANELS[question] for point in OPEN_POINTS for question in PANELS if point in question}
    assert by_point["coloured"] == by_point["sign"] == ("overlay",)
    assert by_point["ranked"] == ("attention",)
    assert "trend" in by_point["chance"]

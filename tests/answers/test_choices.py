"""Is every open point of the paper told, in the panel and in the records?"""

import json

from qkwidgets.answers.choices import MODE_CHOICES

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

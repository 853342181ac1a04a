"""Do two linked views move together, and only they, until they are let go?"""

import pytest

import qkwidgets
from qkwidgets.core.errors import InputError
from tests.answers.test_tables import alignment, modes
from tests.galleries import optimal
from tests.views import view


def stands(widget) -> tuple:
    return (*widget.selection, widget.image, widget.token, widget.sign)


def test_linked_views_share_layer_head_and_mode_both_ways(shown):
    a, b = shown(view(), layer=1, image=1), shown(view(), mode=3, sign="-")
    joined = qkwidgets.link(a, b)
    assert joined.names == ("layer", "head", "mode", "sign")
    assert str(b.selection) == "L1 H0 M0", "the second begins where the first stands"
    a.selection = "L0 H2 M4"
    assert str(b.selection) == "L0 H2 M4"
    b.selection = (1, 1, 1)
    assert str(a.selection) == "L1 H1 M1"
    b.sign = "-"
    assert (a.image, b.image, a.sign, b.sign) == (1, 0, "-", "-"), "nothing else is shared"


def test_what_is_named_is_shared_and_nothing_else(shown):
    a, b = shown(view()), shown(view())
    qkwidgets.link(a, b, "image", "token", "sign", "view")
    a.image, a.token, a.sign, a.view, a.layer = 1, 5, "+", {"palette": "orange-blue"}, 1
    assert stands(b) == (0, 0, 0, 1, 5, "+")
    assert b.view["palette"] == "orange-blue"


def test_a_link_ends_when_it_is_undone(shown):
    a, b = shown(view()), shown(view())
    joined = qkwidgets.link(a, b)
    assert repr(joined) == "Link(layer, head, mode, sign)"
    joined.unlink()
    joined.unlink()
    a.layer = 1
    assert (b.layer, repr(joined)) == (0, "Link(undone)")


def test_a_chain_of_links_moves_as_one(shown):
    views = [shown(view()) for _ in range(3)]
    for one, next_one in zip(views, views[1:] + views[:1], strict=True):
        qkwidgets.link(one, next_one)
    views[1].selection = "L1 H2 M3"
    assert {str(each.selection) for each in views} == {"L1 H2 M3"}


def test_views_of_weights_share_what_both_have(shown):
    spectra, trend = shown(modes()), shown(alignment())
    assert qkwidgets.link(spectra, trend).names == ("layer", "head")
    spectra.selection = "L1 H1 M3"
    assert (trend.layer, trend.head) == (1, 1)


def test_a_value_that_one_view_refuses_moves_neither(shown):
    a, b = shown(view()), shown(view())
    qkwidgets.link(a, b)
    with pytest.raises(InputError, match=r"^Layer 7 of"):
        a.layer = 7
    assert (a.layer, b.layer) == (0, 0)


def test_two_galleries_share_the_sign(shown):
    a, b = shown(optimal()), shown(optimal())
    qkwidgets.link(a, b)
    a.sign = "-"
    assert b.sign == "-"

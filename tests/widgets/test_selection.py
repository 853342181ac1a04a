"""Does every view keep a mode that exists, however it is chosen?"""

import pytest

from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.core.index import ModeIndex
from tests.galleries import optimal
from tests.views import view

VIEWS = {"explorer": view, "gallery": optimal}


@pytest.fixture(params=VIEWS)
def widget(request, shown):
    return shown(VIEWS[request.param]())


def test_a_selection_reads_back_however_it_was_written(widget):
    assert str(widget.selection) == "L0 H0 M0"
    for address in ("L1 H1 M3", (1, 1, 3), ModeIndex(1, 1, 3), "l1h1m3"):
        widget.selection = (0, 0, 0)
        widget.selection = address
        assert widget.selection == ModeIndex(1, 1, 3)
        assert (widget.layer, widget.head, widget.mode) == (1, 1, 3)


def test_a_selection_is_seen_as_one_change(widget):
    seen = []
    widget.observe(lambda _: seen.append(str(widget.selection)), ["layer", "head", "mode"])
    widget.selection = "L1 H1 M3"
    assert set(seen) == {"L1 H1 M3"}


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("by", [0, -1], ids=["beyond the last", "negative"])
def test_a_selection_that_is_not_there_leaves_the_old_one(widget, place, by):
    widget.selection = "L1 H1 M1"
    address = [0, 0, 0]
    address[place] = by or list(widget.counts.values())[place]
    with pytest.raises(OutOfRangeError, match="of 'test:model' does not exist"):
        widget.selection = tuple(address)
    assert str(widget.selection) == "L1 H1 M1"


def test_small_state_must_exist(widget):
    for trait, count in widget.counts.items():
        setattr(widget, trait, count - 1)
        for value in (count, -2):
            with pytest.raises(OutOfRangeError, match=f"^{trait.capitalize()} {value} of"):
                setattr(widget, trait, value)
            assert getattr(widget, trait) == count - 1


@pytest.mark.parametrize("keyword", ["layers", "Layer", "_esm", "comm", "keys", "meta"])
def test_an_unknown_keyword_is_refused(widget, keyword):
    with pytest.raises(InputError, match=f"^A keyword of {type(widget).__name__} is one of .*: got {keyword!r}"):
        (widget.source if hasattr(widget, "source") else widget.answer).widget(**{keyword: 1})


def test_a_view_says_where_it_stands(widget):
    assert set(widget.state) == set(widget.STATE) >= {"layer", "head", "mode", "sign", "view"}
    assert all(widget.has_trait(name) for name in widget.STATE)


@pytest.mark.parametrize(("name", "form"), [("x.pdf", "html"), ("x", "html")])
def test_a_page_of_another_ending_is_refused(widget, tmp_path, name, form):
    with pytest.raises(InputError, match=rf"ends in \.{form}: got '.*{name}'\. .* Name it 'x\.{form}'\.$"):
        widget.to_html(tmp_path / name)
    assert list(tmp_path.iterdir()) == []

"""Does the factor map keep a state that exists, answer every request, and hand over what the answer says?"""

import dataclasses
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import traitlets as t
from PIL import Image
from safetensors.numpy import load

import qkwidgets as qk
from qkwidgets.analyses.factor_maps import factor_maps
from qkwidgets.answers.quantise import restored, rounding_bound
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.core.index import ModeIndex
from qkwidgets.widgets.factors import CELLS, DEFAULT_VIEW, FactorMap
from qkwidgets.widgets.factors_wire import FactorParts, head_numbers
from tests import factors as few
from tests.factor_answers import HEADS, IMAGES, LAYERS, LAYOUT, MODES, Images, factors
from tests.figures.test_colours import SIGHT, distance, rgb

JS = Path(__file__).parents[2] / "js" / "src" / "factors"
APART = 30.0
"""Labels are told apart by colour alone about as well as query and key are; they have letters and shapes, too."""


@pytest.fixture(scope="module")
def answer():
    return factors()


@pytest.fixture
def widget(answer):
    made = FactorMap(answer, Images(answer))
    yield made
    made.close()


@pytest.fixture
def sent(widget, monkeypatch):
    """What the widget sends, in order."""
    messages = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: messages.append((content, buffers)))
    return messages


def ask(widget, content) -> None:
    """A message from the page."""
    widget._handle_custom_msg(content, [])


def test_it_starts_at_the_first_mode_over_all_images(widget):
    assert str(widget.selection) == "L0 H0 M0"
    assert (widget.image, widget.view, widget.live) == (0, DEFAULT_VIEW, True)
    assert widget.counts == {"layer": LAYERS, "head": HEADS, "mode": MODES, "image": IMAGES}


def test_a_selection_reads_back_however_it_was_written(widget):
    for address in ("L2 H1 M5", (2, 1, 5), ModeIndex(2, 1, 5)):
        widget.selection = (0, 0, 0)
        widget.selection = address
        assert widget.selection == ModeIndex(2, 1, 5)


@pytest.mark.parametrize("address", ["L3 H0 M0", "L0 H2 M0", "L0 H0 M6", (0, -1, 0)])
def test_a_selection_that_is_not_there_leaves_the_old_one(widget, address):
    widget.selection = "L1 H1 M1"
    with pytest.raises(OutOfRangeError, match="of 'test:model' does not exist"):
        widget.selection = address
    assert str(widget.selection) == "L1 H1 M1"


@pytest.mark.parametrize("trait", ["layer", "head", "mode", "image"])
def test_small_state_must_exist(widget, trait):
    with pytest.raises(OutOfRangeError):
        setattr(widget, trait, widget.counts[trait])


@pytest.mark.parametrize("setting", [{"variant": "half"}, {"number": "cell:XX"}, {"maps": "both"}, {"zoom": 1}])
def test_a_setting_that_does_not_exist_leaves_the_old_view(widget, setting):
    with pytest.raises(InputError, match=r"^The settings of a factor map's view are variant, number, maps"):
        widget.view = setting
    assert widget.view == DEFAULT_VIEW


def test_every_number_of_the_grid_can_be_chosen(widget, answer):
    for number in ("label", *(f"cell:{cell}" for cell in CELLS), *(key for key, *_ in head_numbers(answer))):
        widget.view = {"number": number}
        assert widget.view["number"] == number


def test_maps_on_one_image_need_an_image(answer):
    with pytest.raises(InputError, match="this one has none"):
        FactorMap(answer, view={"maps": "image"})
    assert FactorMap(answer).counts["image"] == 0


def test_images_of_any_kind_are_shown_through_the_model_of_the_answer(tmp_path):
    made, images = few.factors(spread=True), few.noise(3)
    for number, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    for given in (images, str(tmp_path)):
        view = made.widget(model=few.model(), images=given, view={"maps": "image"}, image=2)
        assert view.counts["image"] == 3
        query, key = factor_maps(few.model(), made, images).content(1, 2)
        tile = load(FactorParts.whole(made, view.images).head(1, 2, exact=True))
        np.testing.assert_array_equal(tile["query_content"], query)
        np.testing.assert_array_equal(tile["key_content"], key)
    assert [record["name"] for record in view.meta["images"]] == ["0.png", "1.png", "2.png"]
    view.to_html(tmp_path / "page.html")
    assert sent_images(tmp_path / "page.html") == 3


def test_a_model_alone_shows_samples_and_a_built_in_one_is_loaded_by_itself(builtin_model):
    made = qk.factors(builtin_model, qk.odd_one_out(4), draws=0, workers=0, progress=False)
    assert made.widget(model=builtin_model).counts["image"] == 8
    assert made.widget(images=qk.odd_one_out(2)).counts["image"] == 2
    assert made.widget().counts["image"] == 0


def test_maps_that_come_made_are_not_made_with_a_model_again(answer, builtin_model):
    with pytest.raises(
        InputError, match=r"^Maps on images come made, as FactorImages, or are made with a model: got both, the model 'b"
    ):
        FactorMap(answer, Images(answer), builtin_model)


def sent_images(path) -> int:
    """How many images the page of a factor map has."""
    return len(set(re.findall(r'"name":\s*"(\d+\.png)"', path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("trait", ["meta", "energies", "spectra", "pictures", "maps"])
def test_data_are_not_set_from_outside(widget, trait):
    with pytest.raises(t.TraitError):
        setattr(widget, trait, getattr(widget, trait))


def test_an_unknown_keyword_is_refused(answer):
    with pytest.raises(InputError, match=r"^A keyword of FactorMap is one of .*: got 'token'"):
        FactorMap(answer, token=3)


def test_the_browser_knows_the_same_traits_and_cells(widget):
    source = (JS / "index.ts").read_text(encoding="utf-8")
    names = set(re.findall(r"^  (\w+):", source.split("export type State = {")[1].split("\n};")[0], re.M))
    assert names == {*FactorMap.STATE, "meta", "energies", "spectra", "pictures", "maps", "live"}
    cells = (JS / "cells.ts").read_text(encoding="utf-8")
    assert {"either", "unseen"} <= set(CELLS)
    assert all(f'"cell:{cell}"' in cells for cell in ("either", "unseen"))
    assert sorted(cell for cell in CELLS if cell.isupper()) == sorted(
        "".join(pair) for pair in itertools.product("MPC", repeat=2)
    )
    assert set(widget.view) == set(
        re.findall(r"(\w+): ", re.search(r"DEFAULT_VIEW[^=]*= {([^}]*)}", (JS / "view.ts").read_text())[1])
    )


def test_energies_and_shares_travel_as_the_answer_has_them(widget, answer):
    energies, spectra = load(widget.energies), load(widget.spectra)
    for name, array in (("energy", answer.energy), ("within", answer.within), ("within_visible", answer.within_visible)):
        np.testing.assert_array_equal(energies[name], array.astype(np.float32))
    assert energies["within_dropped"].shape == (LAYERS, HEADS, 3, 3)
    cells = answer.cells[..., 1:, 1:]  # the products of this answer are those of its cells
    np.testing.assert_allclose(energies["within_dropped"], cells / cells.sum((-2, -1), keepdims=True), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(energies["label"], answer.head_label)
    np.testing.assert_array_equal(energies["specialisation"][..., 0], answer.specialisation.astype(np.float32))
    np.testing.assert_array_equal(spectra["alpha"], answer.query_share.astype(np.float32))
    np.testing.assert_array_equal(spectra["beta"], answer.key_share.astype(np.float32))
    np.testing.assert_array_equal(spectra["null"], answer.null.view(np.uint8))
    assert energies["numbers"].shape == (len(widget.meta["head_numbers"]), LAYERS, HEADS)


def test_a_pass_that_was_not_asked_for_does_not_travel():
    bare = factors(within=False, spread=False)
    widget = FactorMap(bare)
    assert not {name for name in load(widget.energies) if name.startswith("within")}
    assert not {name for name in load(widget.maps["L0H0"]) if "spread" in name}
    assert np.isnan(load(widget.spectra)["cosine"]).all()
    assert not np.isnan(load(FactorMap(factors(svd="weight")).spectra)["cosine"]).any()


def test_embedded_maps_are_rounded_and_the_kernel_sends_exact_ones_with_images(widget, answer, sent):
    embedded = load(widget.maps["L2H1"])
    assert not {name for name in embedded if "content" in name}
    for side in ("query", "key"):
        for part in ("position", "spread"):
            exact = getattr(answer, f"{side}_{part}")[2, 1]
            off = np.abs(restored(embedded, f"{side}_{part}") - exact)
            assert (off <= rounding_bound(embedded, f"{side}_{part}")[:, None]).all()
    ask(widget, {"kind": "need", "id": 7, "layer": 2, "head": 1})
    assert sent[0] == ({"kind": "ack", "id": 7}, None)
    content, [buffer] = sent[1]
    assert content == {"kind": "tile", "id": 7, "layer": 2, "head": 1}
    tile = load(buffer)
    np.testing.assert_array_equal(tile["key_position"], answer.key_position[2, 1])
    np.testing.assert_array_equal(tile["key_content"], widget.images.content(2, 1)[1])
    assert tile["query_content"].shape == (IMAGES, MODES, LAYOUT.n_patches)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"kind": "need", "layer": 3, "head": 0}, "Layer 3 of 'test:model' does not exist"),
        ({"kind": "need"}, "KeyError: 'layer'"),
        ({"kind": "want"}, "FactorMap answers no request of kind 'want'"),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_in_words(widget, sent, request_, words):
    ask(widget, {"id": 1, **request_})
    assert sent[0] == ({"kind": "ack", "id": 1}, None)
    assert (sent[1][0]["kind"], sent[1][0]["id"]) == ("error", 1)
    assert words in sent[1][0]["message"]


def test_a_large_model_carries_maps_of_its_strongest_modes_alone(answer, monkeypatch):
    monkeypatch.setattr("qkwidgets.widgets.factors.LIVE_BYTES", 4 * LAYERS * HEADS * LAYOUT.n_patches * 2)
    widget = FactorMap(answer)
    assert load(widget.maps["L0H0"])["query_position"].shape == (2, LAYOUT.n_patches)
    assert widget.meta["factors"]["mapped_modes"] == MODES


def test_meta_is_json_and_says_what_the_numbers_are(widget, answer):
    assert json.loads(json.dumps(widget.meta, allow_nan=False)) == widget.meta
    assert widget.meta["factors"]["n_images"] == answer.n_images
    assert [image["name"] for image in widget.meta["images"]] == ["scene 0", "scene 1"]
    assert all({"question", "choice", "alternative", "source"} <= set(row) for row in widget.meta["about"])
    assert FactorMap(factors(bias="Few.")).meta["factors"]["bias"] == "Few."


def test_meta_names_heads_that_are_no_more_specialised_than_random_read_outs():
    answer = factors()
    null = answer.specialisation_null.copy()
    null[0, 1, 1], null[2, 0, 1] = 1.1, np.nan
    meta = FactorMap(dataclasses.replace(answer, specialisation_null=null)).meta
    here = {f"L{layer}H{head}" for layer, head in np.argwhere(answer.specialisation <= 0.6)} - {"L2H0"} | {"L0H1"}
    assert set(meta["factors"]["unspecialised"]) == here
    assert meta["notes"] == [
        f"{len(here)} of 5 heads are no more specialised than random read-outs: their labels may be the sizes of their factors."
    ]
    untested = dataclasses.replace(answer, specialisation_null=np.full_like(null, np.nan))
    assert FactorMap(untested).meta["notes"][0].startswith("Heads were not held against random read-outs")


def test_meta_tells_the_choices_that_were_made():
    made = dataclasses.replace(factors(svd="weight"), correction="moments", threshold=0.75)
    about = {row["question"]: row["choice"] for row in FactorMap(made).meta["about"]}
    assert about["Which matrix do modes decompose?"].startswith("the weights with biases")
    assert about["What is done about few images?"].startswith("second moments are made unbiased")
    assert "75 %" in about["When does a head or a mode have a label?"]


def test_it_moves_with_the_explorer_by_layer_and_head(widget):
    other = FactorMap(factors(model="test:other"))
    together = qk.link(widget, other)
    assert together.names == ("layer", "head", "mode")
    widget.selection = "L2 H1 M3"
    assert other.selection == widget.selection
    together.unlink()


def test_an_answer_has_this_widget_and_saves_from_it(answer, tmp_path):
    widget = answer.widget(layer=1)
    assert isinstance(widget, FactorMap)
    widget.save(tmp_path / "factors.qk")
    again = qk.open(tmp_path / "factors.qk").widget(layer=1)
    assert (again.energies, again.spectra, again.maps) == (widget.energies, widget.spectra, widget.maps)


def test_a_factor_map_of_a_saved_answer_needs_no_torch(answer, tmp_path):
    answer.save(tmp_path / "factors.qk")
    code = (
        "import sys; sys.modules['torch'] = None\n"
        f"import qkwidgets as qk; view = qk.open({str(tmp_path / 'factors.qk')!r}).widget(); view.to_html({str(tmp_path / 'p.html')!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
    assert (tmp_path / "p.html").stat().st_size > 50_000


def test_parts_are_cut_to_modes_and_images(answer):
    few = load(FactorParts(answer, Images(answer), 2, 1).head(0, 0))
    assert few["query_content"].shape == (1, 2, LAYOUT.n_patches)
    assert few["key_position"].shape == (2, LAYOUT.n_patches)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_labels_are_told_apart_by_every_kind_of_sight(theme, sight):
    style = (JS / "factors.css").read_text(encoding="utf-8")
    light, dark = style.split('[data-qk-theme="dark"]', 1)
    found = {name: colour for text in ((light,) if theme == "light" else (light, dark)) for name, colour in _colours(text)}
    labels = [found[name] for name in ("cc", "cp", "pp", "mixed")]
    assert min(distance(a, b, sight) for a, b in itertools.combinations(labels, 2)) > APART
    assert all(distance(found["mean"], found[name], sight) > APART for name in ("cc", "cp", "pp"))


def _colours(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, rgb(colour)) for name, colour in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text)]

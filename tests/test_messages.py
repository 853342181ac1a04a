"""Every sentence that a user can meet below the models, word for word; and none is forgotten."""

import ast
import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

import qkwidgets as qk
from qkwidgets.analyses.factor_maps import factor_maps
from qkwidgets.analyses.preference_conditions import preference_by_condition
from qkwidgets.analyses.scene_attention import scene_attention
from qkwidgets.answers import file, registry
from qkwidgets.answers.preference_conditions import PreferenceByCondition
from qkwidgets.answers.ranking import image_number
from qkwidgets.answers.sweep import Sweep
from qkwidgets.core.alignment import spectrum_weights
from qkwidgets.core.errors import InputError, check_keywords, check_range
from qkwidgets.core.factors.data_modes import root as second_moment_root
from qkwidgets.core.factors.split import balanced
from qkwidgets.core.heads import over_heads
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.scores import absorbed_bias
from qkwidgets.data.labelled import labelled_set
from qkwidgets.figures.attention_cut import cut_figure
from qkwidgets.sweeps.context_sums import ContextSums
from qkwidgets.sweeps.semantic import Relations
from qkwidgets.sweeps.special_moments import SpecialMoments
from qkwidgets.widgets.base import QKWidget
from qkwidgets.widgets.cosine_trend import CosineTrend
from qkwidgets.widgets.explorer import Explorer
from qkwidgets.widgets.factors import FactorMap
from qkwidgets.widgets.gallery import Gallery
from qkwidgets.widgets.preference import preference_view
from tests import depths, factors
from tests.analyses.test_semantic_map import Damaged
from tests.answers.test_anisotropy import alignment as some_alignment
from tests.answers.test_anisotropy import baseline
from tests.answers.test_same_object import answer as some_same_object
from tests.answers.test_tables import modes as some_modes
from tests.answers.test_tables import ranking as some_ranking
from tests.factor_answers import Images as FewImages
from tests.factor_answers import factors as some_factors
from tests.figures.test_objects import semantic_map
from tests.galleries import optimal
from tests.models.families import CASES, randomised, read, vit
from tests.preferences import preference as some_preference
from tests.trainings import training
from tests.views import view

PACKAGE = Path(__file__).parents[1] / "qkwidgets"
LAYERS = ("core", "answers", "analyses", "widgets", "export")


def model():
    return read(randomised(vit()), "small")


def noise(n=1):
    return [np.zeros((64, 64, 3), np.uint8)] * n


def opened(data: bytes):
    Path("x.qk").write_bytes(data)
    return qk.open("x.qk")


def nothing():
    """Modes of a head whose first mode has no strength."""
    modes = some_modes()
    return dataclasses.replace(modes, null=np.ones_like(modes.null))


def incomplete():
    """A file with a record that names a kind, and nothing of that kind inside."""
    return opened(file.to_bytes({"tiles/x": np.zeros(1)}, {"kind": "Exploration", "meta": {}}))


def unlike():
    """A view of the first layer alone: it has no number in common with that of `some_modes`."""
    whole = view()
    return dataclasses.replace(whole, meta={**whole.meta, "n_layers": 1}, tiles={})


def written(record: dict) -> bytes:
    return file.to_bytes({"x": np.zeros(1)}, record)


def newer() -> bytes:
    data = written({"kind": "Alignment"})
    length = int.from_bytes(data[:8], "little")
    head = data[8 : 8 + length].replace(rb"\"format\": 1", rb"\"format\": 2")
    return data[:8] + head + data[8 + length :]


def request(content: dict):
    """What the widget says to a request that it cannot answer."""
    widget = Explorer(view())
    said = []
    widget.send = lambda message, buffers=None: said.append(message)
    widget._handle_custom_msg({"id": 1, **content}, [])
    raise InputError(said[-1]["message"])


class Bare(QKWidget):
    """A widget that shows neither layers nor heads."""

    _esm = "export default {}"


KEYWORDS = "head, image, layer, live, mode, panels, sign, token, view"
GALLERY_SETTINGS = "The settings of a gallery's view are palette, scale, layout, sample"
SETTINGS = "The settings of a view are palette, scale, layout, threshold, number, rank"


def whole_picture():
    """A picture that is one object."""
    return labelled_set((np.zeros((64, 64, 3), np.uint8), np.ones((64, 64), int))).labelled(0)


def scenes_view():
    """Four generated scenes before the built-in model."""
    return preference_view(vary={"feature": ["colour", "size"], "seed": [0, 1]})


SENTENCES = [
    (
        lambda: Sweep({"one": 1, "two": 2}, 0, (), True, {}).widget(),
        "A sweep of one reducer has a widget of its own: this one has 'one', 'two'. Ask one of its answers: sweep['one'].widget().",
    ),
    (
        lambda: Sweep({"one": 1, "two": 2}, 0, (), True, {})["three"],
        "The answers of a sweep are named by its reducers: this one has 'one', 'two', and not 'three'. It is probably misspelt, or of another "
        "sweep. Use one of these.",
    ),
    (lambda: Sweep({}, 0, (), True, {}).answer, "'Sweep' object has no attribute 'answer'"),
    (
        lambda: some_ranking().selection,
        "A selection is held by a widget: 'ModeRanking' is an answer without a selection of its own. It was probably opened from a file, and is "
        "not shown yet. Make view = answer.widget(), and ask view.selection.",
    ),
    (
        lambda: check_keywords("sweep", ["batchsize"], ["workers", "batch_size"]),
        "A keyword of sweep is one of workers, batch_size: got 'batchsize'. It is probably misspelt. Nearest: 'batch_size'.",
    ),
    (
        lambda: check_range("layer", 12, 12, "'deit'"),
        "Layer 12 of 'deit' does not exist: it has layers 0 to 11. Layers count from zero here.",
    ),
    (
        lambda: check_range("layer", "first", 12, "'deit'"),
        "Layers of 'deit' are told by whole number: got one of type str. It is probably a name, a fraction, or several at once. Give one number.",
    ),
    (
        lambda: check_range("layer", 1.5, 12, "'deit'"),
        "Layers of 'deit' are told by whole number: got one of type float. It is probably a name, a fraction, or several at once. Give one number.",
    ),
    (
        lambda: check_range("snapshot", training().step, 12, "'builtin:o3'"),
        "Snapshots of 'builtin:o3' are told by whole number: got one of type ndarray. It is probably a name, a fraction, or several at "
        "once. Give one number.",
    ),
    (
        lambda: check_range("image", 1, 1, "this view"),
        "Image 1 of this view does not exist: it has image 0 only. Images count from zero here.",
    ),
    (
        lambda: check_range("image", 0, 0, "this view"),
        "Image 0 of this view does not exist: it has no images. Images count from zero here.",
    ),
    (
        lambda: over_heads(
            print, torch.ones(12, 8, 4), torch.ones(3, 8, 4)
        ),  # `singular_modes` asks it; here its shapes are checked before
        "Both factors must hold the same heads with the same widths: got [12, 8, 4] and [3, 8, 4]. If key heads are shared between query "
        "heads (grouped-query attention), repeat the key's heads first.",
    ),
    (
        lambda: TokenLayout().to_grid(np.zeros(63)),
        "The last axis must hold 65 tokens or 64 patches: got 63. The values probably belong to another model or image size. Use the "
        "layout of the model they came from.",
    ),
    (
        lambda: qk.ModeIndex.parse("L4 H2"),
        "A mode is named by its layer, head and mode, such as \"L8 H7 M2\" or ModeIndex(8, 7, 2): got 'L4 H2'. All three count from zero. "
        "Write all three, in this order.",
    ),
    (
        lambda: absorbed_bias(torch.ones(1, 2), torch.ones(1, 4, 2), torch.ones(1, 4, 2)),
        'bias="absorb" needs weights of full rank (condition up to 1e+06): head 0 has inf. It probably hardly uses some of its d_head '
        'dimensions. Use bias="separate".',
    ),
    (
        lambda: spectrum_weights(torch.ones(2), "sigma"),
        'weights must be "singular values" or "equal": got \'sigma\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: opened(b"PK"),
        "A saved answer is a complete safetensors file: 'x.qk' cannot be read (…). It was probably cut short, or is no qkwidgets file. "
        "Save it again from the model, or fetch it again.",
    ),
    (
        lambda: opened(save({"x": np.zeros(1)})),
        "A saved answer carries a qkwidgets record: 'x.qk' is a safetensors file without one. It probably holds a model's weights: load "
        "those with load_model(..., checkpoint=...).",
    ),
    (
        lambda: opened(newer()),
        "This version of qkwidgets reads files up to format 1: 'x.qk' has format 2. It was saved by a newer version. Update qkwidgets.",
    ),
    (
        lambda: opened(written({"kind": "Alignment"})[:-1] + b"x"),
        "The content of a saved answer matches its checksum: that of 'x.qk' does not. The file was changed or damaged after it was "
        "written. Save it again from the model, or fetch it again.",
    ),
    (
        lambda: qk.open("none.qk"),
        "A saved answer must exist: there is no file 'none.qk'. The name is probably misspelt, or relative to another folder. Check it.",
    ),
    (
        lambda: some_modes().save("modes.qk") or qk.open("mode.qk"),
        "A saved answer must exist: there is no file 'mode.qk'. The name is probably misspelt, or relative to another folder. Nearest: 'modes.qk'.",
    ),
    (
        lambda: qk.open(["one.qk", "two.qk"]),
        "A saved answer is opened by its path, a text or a Path: got one of type list. Several files, or an answer itself, were probably handed "
        "over. Open one path at a time: qkwidgets.open('answer.qk').",
    ),
    (
        lambda: qk.open("."),
        "A folder that can be opened is that of a sweep with at least one whole shard: '.' holds no 'state.qk'. The sweep has probably just "
        "begun, or it is another folder. Let it run on, or check the path.",
    ),
    (
        lambda: opened(written({})),
        "A saved answer says of which kind it is: 'x.qk' does not. It is probably an entry of the cache, which only qkwidgets itself "
        "reads. Save the answer with its .save().",
    ),
    (
        lambda: opened(written({"kind": "Ablation"})),
        "A saved answer is one of Alignment, …: 'x.qk' holds 'Ablation'. It was probably saved by a newer version. Update qkwidgets.",
    ),
    (
        lambda: registry.presenter(registry.PAGES, "page", some_ranking()),
        "ModeRanking has no page; pages exist for …. Use its table: to_pandas().",
    ),
    (
        lambda: view().rank("cow"),
        "An image of this view is named by its number or its name: got 'cow'. It is probably misspelt, or not among them. Give 0 to 1, or "
        "one of 'scene 0', 'scene 1'.",
    ),
    (
        lambda: image_number("cat", ["cat", "dog", "cat"]),
        "An image of this view is named by its number or its name: got 'cat', the name of images 0, 2. They probably come from several "
        "folders. Give the number.",
    ),
    (
        lambda: image_number("cat", []),
        "An image of this view is named by its number or its name: got 'cat'. This view has no images. Make one with explore(model, images).",
    ),
    (
        lambda: some_ranking().to_csv("table.xlsx"),
        "The file of a table ends in .csv: got 'table.xlsx'. No other form is written here. Name it 'table.csv'. For other forms use "
        "to_pandas().",
    ),
    (
        lambda: some_ranking().save("x.foo"),
        "The file of a saved answer ends in .qk: got 'x.foo'. No other form is written here. Name it 'x.qk'.",
    ),
    (
        lambda: Explorer(view()).save("x.foo"),
        "The file of a saved view ends in .qk: got 'x.foo'. No other form is written here. Name it 'x.qk'.",
    ),
    (
        lambda: some_ranking().to_csv("nowhere/table.csv"),
        "An answer is saved where files may be written: 'nowhere/table.csv' could not be (No such file or directory). The folder is "
        "probably missing or full. Make it, make room, or name another file.",
    ),
    (
        lambda: setattr(Explorer(view()), "layre", 3),
        "What is set on Explorer must exist: there is no 'layre'. It is probably misspelt. Nearest: 'layer'.",
    ),
    (
        lambda: qk.link(view(), Explorer(view())),
        "A link joins widgets of qkwidgets: got one of type Exploration. It is probably an answer, or a figure. Make a widget of an "
        "answer with its .widget().",
    ),
    (
        lambda: qk.link([Explorer(view()), Explorer(view())]),
        "A link joins two views: got one. They were probably handed over in a list, or the second was forgotten. Name both, and then what they "
        'share: qk.link(a, b, "layer").',
    ),
    (
        lambda: qk.link(Explorer(view()), "layer"),
        "A link joins two views: got 'layer' in the place of the second. They were probably handed over in a list, or the second was forgotten. "
        'Name both, and then what they share: qk.link(a, b, "layer").',
    ),
    (
        lambda: qk.link(Explorer(view()), Explorer(view()), ["layer", "head"]),
        "What two views share is named, each by a text of its own: got one of type list. It is probably a list of names, or a third view, which "
        'needs a link of its own. Write qk.link(a, b, "layer", "head").',
    ),
    (
        lambda: qk.link(*[Explorer(view())] * 2),
        "A link joins two views: got one view twice. Two outputs of one view move together anyway. Make a second view.",
    ),
    (
        lambda: qk.link(Explorer(view()), Explorer(view()), "layer", "layers"),
        "A name of what views share is one of layer, head, mode, image, token, sign, view: got 'layers'. It is probably misspelt. Nearest: "
        "'layer'.",
    ),
    (
        lambda: qk.link(Explorer(view()), some_modes().widget(), "layer", "mode"),
        "Views that share the mode have equally many modes: got 5 and 4. They probably show different models or images. Name what both "
        "have.",
    ),
    (
        lambda: qk.link(Explorer(view()), qk.examples("deit-tiny").widget(), "view"),
        "Views that share 'view' have the same choices for it: Explorer and Explorer differ here. One is probably of another kind, or of "
        "weights alone. Name what both have.",
    ),
    (
        lambda: qk.link(Explorer(view()), Bare(), "layer"),
        "Views that share 'layer' both have it: Bare has not. It shows other things. Name what both have.",
    ),
    (
        lambda: qk.link(Explorer(unlike()), some_modes().widget()),
        "Views that are linked have equally many layers, heads or modes: got 1 x 3 x 5 and 2 x 2 x 4. They probably show different "
        'models. Name something else that they share, such as "sign".',
    ),
    (
        lambda: qk.ModeIndex.parse(("L4", 2, 1)),
        "A mode is named by its layer, head and mode, such as \"L8 H7 M2\" or ModeIndex(8, 7, 2): got ('L4', 2, 1). All three count from "
        "zero. Write all three, in this order.",
    ),
    (
        lambda: view().rank(0, "size"),
        "Modes are ranked by 'share', 'peak', 'energy': got 'size'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: some_modes().unique("L1 H0 M1"),
        "A claim about a single mode needs one that is unique: L1 H0 M1 of 'test:model' is defined only together with L1 H0 M2. Their "
        "singular values are equal within 0.001 of each, so any rotation among them is as good. Choose another mode, or speak of the block.",
    ),
    (
        lambda: nothing().unique("L0 H0 M0"),
        "A claim about a single mode needs one that is unique: L0 H0 M0 of 'test:model' has no strength. Its two directions are whatever "
        "was left over. Choose another mode.",
    ),
    (
        lambda: some_modes().save("nowhere/x.qk"),
        "An answer is saved where files may be written: 'nowhere/x.qk' could not be (No such file or directory). The folder is probably "
        "missing or full. Make it, make room, or name another file.",
    ),
    (
        lambda: qk.examples("gpt"),
        "An example is one of deit-tiny, training-o3, training-o3-mim, training-o3-mim-ft: got 'gpt'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: view(n_modes=2).tile(0, 0).scores(0),
        "Scores need all 5 modes of the head: only 2 are here. The view was thinned when it was saved. Take the scores from the model, or "
        "save all modes.",
    ),
    (
        lambda: qk.modes(model(), bias="none"),
        "bias is one of 'separate', 'absorb', 'drop': got 'none'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: qk.modes(model(), offset=(0, 1)),
        "offset must be None for 'small': got (0, 1). Its scores do not turn with position, so one interaction holds for all pairs of "
        "patches. Leave offset out.",
    ),
    (
        lambda: qk.modes(model(), dtype="float16"),
        'Vectors are "float32" or "float64": got dtype=\'float16\'. It is probably a type instead of its name, or too short. Use one of these.',
    ),
    (
        lambda: qk.modes(model(), circuit="kq"),
        'A circuit is "qk" (query-key) or "ov" (value-output): got \'kq\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: qk.modes(read(randomised(CASES["norm before W_O"].build()), "gated"), circuit="ov"),
        "A value-output circuit needs heads that simply add up: in 'gated' something acts between the heads and the output projection. Use "
        'circuit="qk".',
    ),
    (
        lambda: qk.rank_modes(model(), noise(), by="size"),
        "Modes are ranked by 'share', 'peak', 'energy': got 'size'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: qk.modes(model(), circuit="ov", bias="absorb"),
        'Biases are absorbed into scores, and the value-output circuit makes none: got circuit="ov" with bias="absorb". One of the two is '
        "probably left over from another call. Leave bias out.",
    ),
    (
        lambda: incomplete(),
        "A saved answer holds every part of its kind: 'x.qk' is no complete Exploration. It was probably written by another "
        "version or another program. Save it again from the model.",
    ),
    (
        lambda: qk.rank_modes(model(), noise(), tokens="CLS"),
        'tokens is "patches" or "all": got \'CLS\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: qk.rank_modes(model(), noise(2)),
        "Modes are ranked for one image: got 2. It is probably a folder or a list. Call rank_modes once for each.",
    ),
    (
        lambda: qk.alignment(model(), weights="sigma"),
        'weights is "singular values" or "equal": got \'sigma\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: qk.alignment(model(), null="none"),
        'null is "isotropic" or "subspace": got \'none\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: Explorer(view(), layers=1),
        f"A keyword of Explorer is one of {KEYWORDS}: got 'layers'. It is probably misspelt. Nearest: 'layer'.",
    ),
    (
        lambda: request({"kind": "want"}),
        "Explorer answers no request of kind 'want'. The page is probably of another version. Run its cell again.",
    ),
    (lambda: qk.explore(view()), "explore takes a model: got a saved view. It has its images already. Call its .widget()."),
    (lambda: Explorer(view(), view={"zoom": 2}), f"{SETTINGS}: got zoom=2. It is probably misspelt. Use one of these."),
    (
        lambda: Explorer(view(), view={"scale": "log"}),
        f"{SETTINGS}, and scale is one of signed, percentile: got scale='log'. It probably belongs to another setting. Use such a value.",
    ),
    (
        lambda: Explorer(view(), view={"threshold": 2}),
        f"{SETTINGS}, and threshold is a number from 0 to 1: got threshold=2. It probably belongs to another setting. Use such a value.",
    ),
    (
        lambda: Explorer(view()).to_html("x.html", max_mb=-3),
        "The largest size of a page is a number of megabytes above 0: got -3. Its sign or its unit is probably wrong. Give a number such "
        "as 15, or leave it out.",
    ),
    (
        lambda: Explorer(view()).to_html("x.htm"),
        "The file of a page ends in .html: got 'x.htm'. No other form is written here. Name it 'x.html'.",
    ),
    (
        lambda: Explorer(view()).to_html("x.html", max_mb=1e-6),
        "A page holds at least one image with 4 modes of every head: that takes 0.01 MB here, and the limit leaves 0.00 MB. Raise max_mb.",
    ),
    (
        lambda: Gallery(optimal(), view={"zoom": 2}),
        f"{GALLERY_SETTINGS}: got zoom=2. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: Gallery(optimal(), view={"layout": "below"}),
        f"{GALLERY_SETTINGS}, and layout is one of overlay, side, plain: got layout='below'. It probably belongs to another setting. Use such "
        "a value.",
    ),
    (
        lambda: Gallery(optimal(deciles=False), view={"sample": "deciles"}),
        "A gallery shows deciles of an answer that has them: this one has none. It was made with sample=0. Make it again with "
        "sample=200, or show the top images.",
    ),
    (
        lambda: Gallery(optimal()).to_html("x.html", max_mb=0.01),
        "A page holds at least one image for each sign of 4 modes of every head: that takes … MB here, and the limit is 0.01 MB. "
        "Raise max_mb.",
    ),
    (
        lambda: Explorer(view()).to_html("none/x.html"),
        "A page is written into a folder that exists: there is no 'none'. Make it first.",
    ),
    (
        lambda: (Path("folder.html").mkdir(), Explorer(view()).to_html("folder.html")),
        "A page is written where files may be written: 'folder.html' could not be (Is a directory). Nothing was left there. Make room, or name "
        "another file.",
    ),
    (
        lambda: optimal(deciles=False).ordinary("L0 H0 M0"),
        "Deciles need a sample of all images: none was drawn in this sweep. It was made with sample=0. Make it again with sample=200.",
    ),
    (
        lambda: optimal().top("L0 H0 M0", "plus"),
        'A sign is "+", "-", or "auto" for the one with the larger score: got \'plus\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: some_preference().widget(qk.load_model()),
        "Means are drawn behind scenes of the model that they are of: 'builtin:o3' has other weights than the model of the answer, 'a model'. "
        "They were probably exchanged. Pass the model that the answer was made with.",
    ),
    (
        lambda: some_preference().enriched("self"),
        'Two patches ask ("plain"), ask and do not count themselves ("nonself"), or all item patches ask ("items"): got \'self\'. It is '
        "probably misspelt. Use one of these.",
    ),
    (
        lambda: qk.attention_preference(
            model(), (np.zeros((64, 64, 3), np.uint8), np.eye(64, dtype=int)), workers=0, progress=False
        ),
        "Attention preference needs images with a target and distractors: none of 1 has both on the patch grid. Their objects probably have "
        "no odd one among them, or are tiny. Pass scenes of odd_one_out, or a folder with masks of targets and distractors.",
    ),
    (
        lambda: dataclasses.replace(optimal(), halves=None).suggestions(),
        "Classes are suggested from the best images of each half of a set: this sweep kept none. It was made with classes=0. Make it "
        "again with classes=20.",
    ),
    (
        lambda: dataclasses.replace(optimal(), halves=optimal().halves._replace(words=[])).suggestions(),
        "Classes are suggested for images with labels: those of this sweep have none. A data set of (image, label) pairs gives them, "
        "and so do tar shards with .cls files. Sweep one of these.",
    ),
    (
        lambda: balanced([torch.zeros(4, 2)]),
        "Position and content are told apart by comparing images: got 1. One image alone has no content of its own. Pass at least two; a "
        "thousand are advised.",
    ),
    (
        lambda: balanced([torch.zeros(4, 2), torch.zeros(9, 2)]),
        "Every image must have the same patches, since a place is compared across images: got 4 and 9 patches. The images were probably not "
        "resized to one size. Resize them, or split each size by itself.",
    ),
    (
        lambda: balanced(torch.zeros(2, 4, 2), torch.ones(4, dtype=torch.bool)),
        "Every image must have a value at every place: some patches are masked or no number. Without them the parts are no longer orthogonal, "
        "and no share would add up. Leave whole images out instead.",
    ),
    (
        lambda: second_moment_root(-torch.eye(2).double()),
        "A second moment is positive: got one with an eigenvalue of 0.5 of its trace. Its sums were probably damaged, or corrected too far. "
        "Use more images.",
    ),
    (
        lambda: qk.position_probe(factors.model(), noise(3), draws=-1),
        "draws is a whole number of 0 or more: got -1. Its place or its unit is probably wrong. Give one, or leave it out.",
    ),
    (
        lambda: qk.position_probe(factors.model(), noise(3), ridge=-1),
        "ridge is a number of 0 or more: got -1. Its place or its unit is probably wrong. Give one, or leave it out.",
    ),
    (
        lambda: qk.position_probe(factors.model(), noise(3), **factors.QUIET),
        "Each quarter of the images must have 2 or more: means of places, fit, ridge and trial have …, …, …, …. There are probably too few. Pass "
        "some hundreds.",
    ),
    (
        lambda: factors.factors().shares("seen"),
        "Energies are those of 'all', 'drop_mean', 'visible' cells: got 'seen'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: factors.factors().shares(by="layer", aggregate="sum"),
        'Heads count by their "energy", or one "head" as much as another: got \'sum\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: factors.factors().rows("modes"),
        "A row is one head or layer or mode or special: got by='modes'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(3), correction="few"),
        "correction is one of 'none', 'moments', 'crossfit': got 'few'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(3), threshold=50),
        "threshold is a share from 0 to 1: got 50. Its place or its unit is probably wrong. Give one, or leave it out.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(3), draws=-1),
        "draws is a whole number of 0 or more: got -1. Its place or its unit is probably wrong. Give one, or leave it out.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(3), mask=np.ones((4, 4))),
        "Every image must have a value at every place, so mask is None: got one of type ndarray. Without some patches the parts are no longer "
        "orthogonal, and no share would add up. Leave whole images out instead.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(1), **factors.QUIET),
        "Position and content are told apart by comparing images: got one. It has no content of its own. Pass at least two; a thousand are "
        "advised.",
    ),
    (
        lambda: qk.factors(factors.model(), factors.totals(2), correction="crossfit"),
        'correction="crossfit" needs two images in either half of the set: got … in one. There are probably too few. Use correction="moments", '
        "or more images.",
    ),
    (
        lambda: qk.factors(factors.model(), factors.totals(2), within=True),
        "Pairs inside images and spreads need the images once more: got the totals of a sweep. They hold no image. Pass the images, or leave "
        "within and spread out.",
    ),
    (
        lambda: qk.factors(qk.load_model(), factors.totals(2)),
        "Totals belong to the model that they were made with: 'builtin:o3' has other weights than the one of these, 'small'. They were probably "
        "exchanged. Use this model's, or pass images.",
    ),
    (
        lambda: qk.factors(factors.model(), factors.Vanishing(4), within=True, **factors.QUIET),
        "Both passes must see the same images: the first saw 4, the second 3. Files probably came or went in between. Run it again.",
    ),
    (
        lambda: cut_figure(),
        "A figure of cuts needs at least one answer: got none. A list was probably empty. Call attention_cut(model, images) and hand on what it "
        "returns.",
    ),
    (
        lambda: depths.profile().contextual,
        "Whether a step is contextual is tested where it is asked for: it was not here. The profile was probably made without the option. Call "
        "depth_profile(model, images, context=True).",
    ),
    (
        lambda: qk.depth_profile(depths.model(), depths.totals(2), context=True),
        "Whether a step is contextual takes the images once more: got the totals of a sweep. They hold no image. Pass the images, or leave context "
        "out.",
    ),
    (
        lambda: qk.depth_profile(depths.model(), noise(2), context=True, **depths.QUIET),
        "A step is tested on images that it was not fitted to, so every quarter of them must hold some: got 2 images. They are too few, or their "
        "indices fell together. Pass forty or more, or leave context out.",
    ),
    (
        lambda: ContextSums(depths.totals(2)).prepare(qk.load_model()),
        "A second pass belongs to the model of the first: 'builtin:o3' has other weights than the totals of 'small'. They were probably exchanged. "
        "Use the totals of this model.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(2), special="group"),
        "special is one of 'none', 'groups': got 'group'. It is probably misspelt. Use one of these.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(2), rope="factor"),
        'rope="factor" splits queries and keys before they are turned by their places: no model that turns them is read yet. The option was '
        "probably taken from the design. Leave rope out.",
    ),
    (
        lambda: qk.factors(factors.model(), factors.totals(2), special="groups"),
        "Groups of special tokens need the images: got the totals of a sweep over patches. They hold no other token. Pass the images, or leave "
        "special out.",
    ),
    (
        lambda: qk.factors(factors.model(), noise(8), special="groups", correction="crossfit"),
        'Groups of special tokens are not divided into halves: got correction="crossfit". It was probably meant for patches alone. Use '
        'correction="moments", or leave special out.',
    ),
    (
        lambda: SpecialMoments().prepare(read(randomised(CASES["no prefix"].build()), "pooled")),
        "Groups of special tokens need tokens that are no patches: 'pooled' has none. It probably pools its patches. Leave special out.",
    ),
    (
        lambda: factors.factors().rows("special"),
        "Rows of special tokens are made where they are asked for: these factors are of patches alone. The option was probably left out. Call "
        'factors(model, dataset, special="groups").',
    ),
    (
        lambda: factor_maps(qk.load_model(), factors.factors(), noise(2)),
        "Maps belong to the model of the factors: 'builtin:o3' has other weights than the model of these factors, 'small'. They were probably "
        "exchanged. Use the factors of this model.",
    ),
    (
        lambda: FactorMap(some_factors(), FewImages(some_factors()), qk.load_model()),
        "Maps on images come made, as FactorImages, or are made with a model: got both, the model 'builtin:o3'. The model would be asked for "
        "nothing. Leave model out, or pass the images themselves.",
    ),
    (
        lambda: FactorMap(some_factors(), view={"maps": "image"}),
        "A factor map shows maps on one image where it has images: this one has none. It was made of an answer alone. Give it model and "
        "images: .widget(model=model, images=images).",
    ),
    (
        lambda: some_factors().widget(images=noise(2)),
        "Maps on single images need the model of the answer, 'test:model': it is not at hand. An answer holds numbers and no weights. Pass it, "
        "too: .widget(model=model, images=images).",
    ),
    (
        lambda: factors.factors().widget(model=qk.load_model(), images=noise(2)),
        "Maps belong to the model of the factors: 'builtin:o3' has other weights than the model of these factors, 'small'. They were probably "
        "exchanged. Use the factors of this model.",
    ),
    (
        lambda: factors.factors().widget(model=factors.model(), images=noise(65)),
        "Maps are shown on single images, at most 64: got 65. The whole set that the factors are of was probably passed. Pass a few: images[:8].",
    ),
    (
        lambda: factors.factors().widget(model="small", images=noise(2)),
        "A model that load_model has given is needed: got the name 'small'. Names are read by load_model and explore alone. Load it first: "
        "qk.load_model('small').",
    ),
    (
        lambda: factors.factors().widget(model=factors.model(), images=[]),
        "At least one image is needed: got an empty list. A pattern of file names probably matched nothing. Pass image files, a folder, arrays, or "
        "qkwidgets.sample_images().",
    ),
    (
        lambda: FactorMap(some_factors()).to_html("x.html", max_mb=0.01),
        "A page holds at least the maps of 4 modes of every head: that takes … MB here, and the limit is 0.01 MB. Raise max_mb.",
    ),
    (
        lambda: semantic_map().image(3),
        "A saved map holds the tables of a few images: got image 3, and it holds 4. The others were left with the model. Ask for one of these, "
        "or call semantic_map(model, images) again.",
    ),
    (
        lambda: semantic_map().top(kind="blob"),
        "A type is one of 'same_part', 'parts', 'objects', 'figure_reads_ground', 'ground_reads_figure', 'ground': got 'blob'. It is probably "
        "misspelt. Use one of these.",
    ),
    (
        lambda: semantic_map().top("part"),
        "n is the number of modes, 0 or more: got 'part'. A type was probably meant. Write top(10, kind=…), with one of 'same_part', 'parts', "
        "'objects', 'figure_reads_ground', 'ground_reads_figure', 'ground'.",
    ),
    (
        lambda: semantic_map(images=()).table("L0 H0 M0", "scene 0"),
        "An image is told by its number in the set, or by its name if one of those kept has it: got 'scene 0'. It is probably misspelt, not "
        "kept, or the name of several. Give a number; kept are none.",
    ),
    (
        lambda: qk.semantic_map(model(), noise(), segments="boxes"),
        'Segments come from "masks" or "superpixels": got \'boxes\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: qk.semantic_map(model(), [(noise()[0], np.ones((64, 64), int))], null="shuffled"),
        'null is "other images" or "shifts": got \'shuffled\'. It is probably misspelt. Use one of these.',
    ),
    (
        lambda: qk.semantic_map(model(), [(noise()[0], np.ones((64, 64), int))], null="other images"),
        'null="other images" borrows segments from other images: there is only one. A single picture was probably meant to be shown. Use '
        'null="shifts".',
    ),
    (
        lambda: qk.anisotropy_baseline(model(), noise(), workers=0, progress=False),
        "Different images are compared: got 1. A single picture was probably passed instead of a set. Pass at least two; the paper took "
        "ImageNet's.",
    ),
    (
        lambda: baseline().relative(baseline().relative(some_alignment())),
        "A baseline is taken off once: got an alignment that is relative to one already. An answer of relative() was probably handed on. Hand on "
        "alignment(model) itself.",
    ),
    (
        lambda: baseline().relative("x"),
        "A baseline is taken off an alignment: got str. A model or its name was probably handed on. Hand on alignment(model).",
    ),
    (
        lambda: baseline().relative(some_alignment(model="b", fingerprint="1")),
        "A baseline and an alignment must be of one model: the baseline is of 'a model', the alignment of 'b'. Two variables were probably mixed "
        "up. Hand on alignment(model) of the model that the baseline was made with.",
    ),
    (
        lambda: qk.attention_cut(depths.model(), depths.noise(1), draws=0),
        "Effects on the class token are compared with those of random cuts: got 1 class tokens and draws=0. The model is probably another "
        "one. Use a model with a class token, and at least one draw.",
    ),
    (
        lambda: qk.depth_profile(depths.model(), depths.noise(2), shuffle=-1, **depths.QUIET),
        "shuffle is a seed, a whole number of 0 or more, or None for no shuffle: got -1. A yes or no was probably meant. Use shuffle=0.",
    ),
    (
        lambda: qk.depth_profile(depths.model(), depths.totals(2), shuffle=0),
        "Patches are exchanged before the model sees them: got the totals of a sweep. They hold no image. Pass the images, or leave shuffle out.",
    ),
    (
        lambda: qk.depth_profile(qk.load_model(), depths.totals(2)),
        "Totals belong to the model that they were made with: 'builtin:o3' has other weights than the one of these, 'small'. They were probably "
        "exchanged. Use this model's, or pass images.",
    ),
    (
        lambda: qk.depth_profile(depths.model(), depths.noise(1), **depths.QUIET),
        "Position and content are told apart by comparing images: got 1. One image alone has no content of its own. Pass at least two; a "
        "thousand are advised.",
    ),
    (
        lambda: qk.depth_profile(depths.model(), factors.Vanishing(3), **depths.QUIET),
        "Both passes must see the same images: the first saw 3, the second 2. Files probably came or went in between. Run it again.",
    ),
    (
        lambda: depths.profile().similarity("cka"),
        "Layers are compared by 'content_cosine', 'activation_cosine', 'content_cka', 'activation_cka', 'position_cka': got 'cka'. It is "
        "probably misspelt. Use one of these.",
    ),
    (
        lambda: depths.profile(cosines=False).enrichment(),
        "content_cosine takes a second pass over the images: it was not made here. The profile was probably made with cosines=False, or of "
        "totals. Pass the images, or use linear CKA.",
    ),
    (
        lambda: scene_attention(qk.load_model(), whole_picture()),
        "A scene has a target and distractors on the patch grid: 'image 0' has not both. An item is probably smaller than a pixel, or not "
        "marked as the odd one. Take larger or fewer items.",
    ),
    (
        lambda: preference_view(vary={"seed": []}),
        "vary= lists the values that each option can take: got seed=[]. A single value is nothing to turn. Pass it by itself, beside vary=.",
    ),
    (
        lambda: preference_view(scenes=qk.odd_one_out(2), same={"n_items": 6}),
        "What is turned are options of generated scenes: got n_items beside pictures of one's own. These are stepped through as they are. Leave the "
        "options out, or the pictures.",
    ),
    (
        lambda: preference_by_condition(model(), qk.odd_one_out(2)),
        "Conditions are those of a grid: got one of type Scenes. Scenes alone do not say which condition they belong to. Make them with "
        "odd_one_out_grid, or call attention_preference.",
    ),
    (
        lambda: PreferenceByCondition.joined([], []),
        "Each condition has an answer of its own: got 0 answers for 0 conditions. One was probably left out. Hand on as many.",
    ),
    (
        lambda: scenes_view().save("a.qk"),
        "A view is saved as the answer behind it: this PreferenceView has none. It was made of a model and single scenes. Make it of an answer, or "
        "keep what it shows with to_html.",
    ),
    (
        lambda: some_preference().figure(layers=["index"]),
        "layers of Preference.figure is a text: got ['index']. Another option was probably meant, or one value instead of several. "
        "help(qkwidgets.figures.preference.preference_figure) lists what it takes.",
    ),
    (
        lambda: some_ranking().figure(layer="last"),
        "layer of ModeRanking.figure is a whole number or None: got 'last'. Another option was probably meant, or one value instead of several. "
        "help(qkwidgets.figures.ranking.ranking_figure) lists what it takes.",
    ),
    (
        lambda: some_preference().figure("curves", "plain"),
        "What Preference.figure is told without a name is what: got 'plain' as well. It is probably an option, which has a name. Name it, such as "
        "theme='dark'; help(qkwidgets.figures.preference.preference_figure) lists them.",
    ),
    (
        lambda: some_same_object().figure("dark"),
        "SameObject.figure draws further answers beside its own: got 'dark', which is not a SameObject. It is probably an option, which has a name, "
        "or another kind of answer. help(qkwidgets.figures.same_object.same_object_figure) lists what it takes.",
    ),
    (
        lambda: some_same_object().figure(some_modes()),
        "SameObject.figure draws further answers beside its own: got a SingularModes (test:model), which is not a SameObject. It is probably an "
        "option, which has a name, or another kind of answer. help(qkwidgets.figures.same_object.same_object_figure) lists what it takes.",
    ),
    (
        lambda: some_modes().figure(theme=model()),
        "theme of SingularModes.figure is a text: got an AttentionModel (small). Another option was probably meant, or one value instead of "
        "several. help(qkwidgets.figures.spectrum.spectrum_figure) lists what it takes.",
    ),
    (
        lambda: some_ranking().figure(layer=list(range(1000))),
        "layer of ModeRanking.figure is a whole number or None: got [0, 1, 2, 3, 4, 5, ...]. Another option was probably meant, or one value "
        "instead of several. help(qkwidgets.figures.ranking.ranking_figure) lists what it takes.",
    ),
    (
        lambda: some_preference().figure("curves", np.zeros(1000)),
        "What Preference.figure is told without a name is what: got one of type ndarray as well. It is probably an option, which has a name. "
        "Name it, such as theme='dark'; help(qkwidgets.figures.preference.preference_figure) lists them.",
    ),
    (
        lambda: qk.position_probe(model(), noise(), widht=32),
        "A keyword of position_probe is one of width, draws, ridge, batch_size, workers, device, dtype, compile, resume, client, on_error, "
        "shard_images, thumbnails, progress: got 'widht'. It is probably misspelt. Nearest: 'width'.",
    ),
    (
        lambda: qk.attention_preference(model(), noise(), items="yes"),
        "items is True or False: got 'yes'. Any text would count as true. Write items=True or items=False.",
    ),
    (
        lambda: qk.factors(model(), noise(), within="yes"),
        "within is True or False: got 'yes'. Any text would count as true. Write within=True or within=False.",
    ),
    (
        lambda: qk.alignment(model(), circuit="ov"),
        "An alignment is that of queries and keys, circuit=\"qk\": got circuit='ov'. What a value-output circuit reads and writes lie before and "
        'after a norm. Leave circuit out, or take the cosines of modes(model, circuit="ov").',
    ),
    (
        lambda: Relations(donors=((3, torch.zeros(2, 4), 1),)),
        "Foreign segments are those of two images or more: got donors of image 3 alone. Itself it would borrow from nobody. Give more, or none, so "
        "that each image's own are moved.",
    ),
    (
        lambda: labelled_set(qk.odd_one_out(2), images="photographs"),
        "images= is the folder of the photographs of a COCO or labelme file: got images='photographs' beside one of type Scenes. It would not be "
        "looked at. Leave it out.",
    ),
    (
        lambda: preference_by_condition(
            qk.load_model(), qk.odd_one_out_grid(2, vary={"feature": ["size"]}), draws=-1, workers=0, progress=False
        ),
        "In condition 0, {'feature': 'size'}: …",
    ),
    (
        lambda: labelled_set(qk.odd_one_out(2), images=["a.jpg"]),
        "images= is the folder of the photographs of a COCO or labelme file: got images=one of type list beside one of type Scenes. It would not be "
        "looked at. Leave it out.",
    ),
    (
        lambda: scenes_view().turn(sed=2),
        "What is turned is one of feature, seed: got 'sed'. It is the same in all scenes here, or misspelt. Pass it in vary=.",
    ),
    (
        lambda: scenes_view().turn(seed=9),
        "seed is one of 0, 1: got 9. It was probably not listed when the view was made. List it in vary=.",
    ),
    (
        lambda: setattr(scenes_view(), "scene", {"seed": 0.5}),
        "The place of seed is a whole number, 0 to 1: got 0.5. A value was probably given in place of its number. Use turn(seed=...).",
    ),
    (
        lambda: dataclasses.replace(some_preference(), provenance={"model": "a model"}).widget(),
        "Scenes are shown before the model of the answer, 'a model': it is not at hand. An answer holds numbers and no weights. Pass it: "
        ".widget(model=model).",
    ),
    (
        lambda: scenes_view().to_html("a.html", max_mb=0.01),
        "A page holds at least one scene: that takes … MB here, and the limit is 0.01 MB. Raise max_mb.",
    ),
    (
        lambda: scenes_view().to_html("a.html", vary={"sed": [1]}),
        "vary= names parameters of the view, feature, seed: got 'sed'. It is the same in all its scenes, or misspelt. Use one of these.",
    ),
    (
        lambda: scenes_view().to_html("a.html", vary={"seed": [9]}),
        "A page has values that its view has: got seed=9. It was probably not listed when the view was made. Make the view with it, in vary=.",
    ),
    (
        lambda: CosineTrend(training()).to_html("a.html", max_mb=0.01),
        "A page holds all snapshots: that takes … MB here, and the limit is 0.01 MB. Raise max_mb.",
    ),
    (
        lambda: CosineTrend(qk.examples("deit-tiny")),
        "A cosine trend steps through trainings: got Exploration. It is probably a list that was meant as *others, or an answer about one model as "
        "it is. Take qkwidgets.examples, or what tools/train_builtin.py wrote; the trend of one model is alignment(model).widget().",
    ),
    (
        lambda: CosineTrend(training(), training()).save("x.qk"),
        "A file holds one training: this view shows 2. One of them would be kept, and the others lost. Save each, such as "
        "view.trainings[1].save(path), or all in a page, with to_html.",
    ),
    (
        lambda: CosineTrend(),
        "A cosine trend compares trainings of one architecture: got none. A list was probably empty, or a model is of another size. Give one "
        "training or several of equal shape.",
    ),
    (
        lambda: semantic_map().widget().to_html("a.html", max_mb=0.01),
        "A page holds at least one image with the tables of all modes: that takes … MB here, and the limit is 0.01 MB. Raise max_mb.",
    ),
    (
        lambda: semantic_map(images=()).widget(),
        "A semantic map is shown on images: this one keeps none. It was probably made with tables=0. Make it again with tables=8.",
    ),
    (
        lambda: qk.semantic_map(model(), [(noise()[0], np.ones((64, 64), int))], tables=0.5),
        "tables is how many images keep theirs, 0 or more, or which: got 0.5. A name or a share was probably passed. Give a number, or a list of "
        "places in the set.",
    ),
    (
        lambda: qk.semantic_map(qk.load_model(), Damaged(qk.odd_one_out(2)), null="other images", workers=0, progress=False),
        'null="other images" borrows segments from other images: only 1 of 2 can be read. The other files are probably damaged. Mend them, or '
        'use null="shifts".',
    ),
]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("cause", "sentence"), SENTENCES, ids=[f"{n} {sentence[:30]}" for n, (_, sentence) in enumerate(SENTENCES)]
)
def test_the_sentence_is(cause, sentence):
    with pytest.raises(ValueError, match="^" + re.escape(sentence).replace("…", ".+") + "$"):
        cause()


def raised(path: Path) -> list[str]:
    """The longest fixed piece of every message that a file raises."""
    pieces = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            texts = [
                piece.value
                for piece in ast.walk(node.exc.args[0])
                if isinstance(piece, ast.Constant) and isinstance(piece.value, str)
            ]
            pieces.append(max(texts, key=len))
    return pieces


FILES = sorted(path for layer in LAYERS for path in (PACKAGE / layer).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_sentence_is_forgotten(path):
    assert [piece for piece in raised(path) if not any(piece in sentence for _, sentence in SENTENCES)] == []


def test_the_sentences_are_found():
    assert "It was probably cut short" in "".join(raised(PACKAGE / "answers" / "file.py"))
    assert len(raised(PACKAGE / "answers" / "file.py")) == 9

"""The door to models: names, files of weights, devices, and what is said of those that cannot be used. Sentences as text."""

import os
import pickle
import re
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file
from torch import nn

import qkwidgets
from qkwidgets.core.errors import InputError, UnreachableError, UnsupportedModelError
from qkwidgets.models import timm_names
from qkwidgets.models.builtin_vit import BuiltinViT
from tests.models.families import randomised, vit

NAME = "timm:deit_tiny_patch16_224"
ARCHITECTURE = "deit_tiny_patch16_224"


def refused(name=None, error=InputError, **options) -> str:
    with pytest.raises(error) as refusal:
        qkwidgets.load_model(name, **options)
    return str(refusal.value)


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    """A state dict of DeiT-Ti with random weights."""
    return randomised(timm.create_model(ARCHITECTURE)).state_dict()


@pytest.fixture
def file(weights, tmp_path) -> Path:
    save_file(weights, tmp_path / "deit.safetensors")
    return tmp_path / "deit.safetensors"


def test_the_built_in_model_needs_neither_timm_nor_a_network():
    code = (
        "import sys; sys.modules['timm'] = None; sys.modules['huggingface_hub'] = None; sys.modules['torchvision'] = None\n"
        "import qkwidgets; print(qkwidgets.load_model())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "builtin:o3: 6 layers x 4 heads, d_model 128, d_head 32, tokens CLS 8x8\n"


def test_the_built_in_model_has_its_card_and_versions(builtin_model):
    assert builtin_model.name == "builtin:o3"
    assert builtin_model.provenance["licence"] == "MIT"
    assert builtin_model.provenance["card"]["held_out"]["scenes"] == 2000
    assert builtin_model.provenance["checkpoint"] == "o3.safetensors"
    assert builtin_model.provenance["versions"].keys() >= {"qkwidgets", "torch"}


def test_the_built_in_model_takes_the_file_of_another_training(tmp_path):
    torch.manual_seed(5)
    other = BuiltinViT()
    save_file({name: tensor.half() for name, tensor in other.state_dict().items()}, tmp_path / "mine.safetensors")
    model = qkwidgets.load_model("builtin:o3", checkpoint=tmp_path / "mine.safetensors")
    assert model.layers[0].W_Q.dtype == torch.float32
    torch.testing.assert_close(model.layers[0].W_Q[0], other.blocks[0].attn.qkv.weight[:32].T, atol=1e-3, rtol=1e-3)
    assert model.provenance["source"] == "local file"


def test_a_safetensors_file_and_a_state_dict_give_the_same_model(file, weights, tmp_path):
    torch.save({"model": weights, "epoch": 3, "args": Namespace(lr=0.1)}, tmp_path / "wrapped.pth")
    torch.save({"state_dict": {f"module.{name}": tensor for name, tensor in weights.items()}}, tmp_path / "parallel.pth")
    torch.save(weights, tmp_path / "plain.pth", _use_new_zipfile_serialization=False)
    model = qkwidgets.load_model(NAME, checkpoint=file)
    for other in ("wrapped.pth", "parallel.pth", "plain.pth"):
        assert qkwidgets.load_model(NAME, checkpoint=tmp_path / other).fingerprint == model.fingerprint
    assert torch.equal(model.layers[3].W_K[1], weights["blocks.3.attn.qkv.weight"][192 + 64 : 192 + 128].T)
    assert model.provenance["checkpoint"] == "deit.safetensors"
    assert model.provenance["licence"] is None
    assert str(tmp_path) not in str(model.provenance)


def test_the_fingerprint_follows_every_value_and_not_the_path(file, weights, tmp_path):
    before = qkwidgets.load_model(NAME, checkpoint=file).fingerprint
    save_file(weights, tmp_path / "copy.safetensors")
    assert qkwidgets.load_model(NAME, checkpoint=tmp_path / "copy.safetensors").fingerprint == before
    changed = {name: tensor.clone() for name, tensor in weights.items()}
    changed["blocks.11.attn.qkv.bias"][5] += 1e-6
    save_file(changed, tmp_path / "copy.safetensors")
    assert qkwidgets.load_model(NAME, checkpoint=tmp_path / "copy.safetensors").fingerprint != before


def test_a_classifier_of_other_classes_or_none_is_no_hindrance(weights, tmp_path):
    fine_tuned = {name: tensor[:10].clone() if name.startswith("head.") else tensor for name, tensor in weights.items()}
    save_file(fine_tuned, tmp_path / "ten.safetensors")
    save_file({name: tensor for name, tensor in weights.items() if not name.startswith("head.")}, tmp_path / "none.safetensors")
    for name in ("ten", "none"):
        assert qkwidgets.load_model(NAME, checkpoint=tmp_path / f"{name}.safetensors").notes == ()


def test_missing_weights_that_scores_do_not_need_are_warned_of(weights, tmp_path):
    save_file({name: tensor for name, tensor in weights.items() if not name.startswith("norm.")}, tmp_path / "some.safetensors")
    note = (
        "'some.safetensors' lacks 2 weights that stay random (norm.weight, norm.bias); query and key weights are not among them."
    )
    with pytest.warns(UserWarning, match=rf"^{re.escape(note)}$"):
        model = qkwidgets.load_model(NAME, checkpoint=tmp_path / "some.safetensors")
    assert model.notes == (note,)


@pytest.mark.parametrize(
    "missing", ["blocks.5.attn.qkv.weight", "blocks.0.norm1.bias", "cls_token", "pos_embed", "patch_embed.proj.bias"]
)
def test_missing_weights_that_scores_need_are_never_random(weights, tmp_path, missing):
    save_file({name: tensor for name, tensor in weights.items() if name != missing}, tmp_path / "some.safetensors")
    assert refused(NAME, checkpoint=tmp_path / "some.safetensors") == (
        f"A checkpoint must hold the weights of '{NAME}': 'some.safetensors' does not: 1 weights are missing, such as '{missing}'. It "
        "probably belongs to another architecture. Name that one, or pass another file."
    )


def test_a_position_table_of_another_size_is_resampled_with_a_note(weights, tmp_path):
    larger = dict(weights)
    larger["pos_embed"] = torch.randn(1, 1 + 24 * 24, 192)
    save_file(larger, tmp_path / "384.safetensors")
    model = qkwidgets.load_model(NAME, checkpoint=tmp_path / "384.safetensors")
    assert model.notes == ("The position table was resampled from 577 to 197 tokens, as timm does.",)


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        (
            "deit_small_patch16_224",
            "its width is 192, the model's 384 ('blocks.0.attn.proj.weight' is [192, 192], not [384, 384])",
        ),
        ("vit_tiny_patch16_224.augreg_in21k", None),
        ("deit_tiny_distilled_patch16_224", "a shape differs ('pos_embed' is [1, 197, 192], not [1, 198, 192])"),
        ("resnet18", "none of its 152 names is one of the model's ('blocks.0.attn.proj.bias' is not; 'bn1.bias' is missing)"),
    ],
)
def test_the_file_of_another_architecture_is_refused_with_the_difference_that_matters(file, name, difference):
    if difference is None:  # the same architecture by another name
        assert qkwidgets.load_model(f"timm:{name}", checkpoint=file).n_layers == 12
        return
    assert refused(f"timm:{name}", checkpoint=file) == (
        f"A checkpoint must hold the weights of 'timm:{name}': 'deit.safetensors' does not: {difference}. It probably belongs to "
        "another architecture. Name that one, or pass another file."
    )


def test_the_file_of_another_architecture_is_refused_by_the_built_in_model(file):
    assert refused("builtin:o3", checkpoint=file) == (
        "A checkpoint must hold the weights of 'builtin:o3' as safetensors: 'deit.safetensors' does not: it has 12 layers, the model "
        "6. It probably belongs to another architecture. Name that one, or pass another file."
    )


class Payload:
    """Runs a command when it is unpickled by a loader that lets it."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".bin"])
@pytest.mark.parametrize("new_format", [True, False], ids=["zip", "legacy"])
def test_a_pickle_that_would_run_code_is_refused_and_does_not_run(tmp_path, suffix, new_format):
    proof, path = tmp_path / "it-ran", tmp_path / f"weights{suffix}"
    torch.save({"blocks.0": Payload(f"touch {proof}")}, path, _use_new_zipfile_serialization=new_format)
    assert refused(NAME, checkpoint=path) == (
        f"A checkpoint must hold numbers alone: '{path}' would run code when opened ({os.system.__module__}.system), and was not opened. "
        "It probably holds a whole model or an optimiser, or it is not to be trusted. Save `model.state_dict()`, best as safetensors."
    )
    assert not proof.exists()


def test_a_pickle_named_safetensors_does_not_run_either(tmp_path):
    proof, path = tmp_path / "it-ran", tmp_path / "weights.safetensors"
    path.write_bytes(pickle.dumps(Payload(f"touch {proof}")))
    assert refused(NAME, checkpoint=path).startswith(
        f"A checkpoint must be a whole file of weights: '{path}' is not readable as safetensors ("
    )
    assert not proof.exists()


def test_a_truncated_safetensors_file_is_refused(file):
    file.write_bytes(file.read_bytes()[:100_000])
    assert refused(NAME, checkpoint=file) == (
        f"A checkpoint must be a whole file of weights: '{file}' is not readable as safetensors (Error while deserializing header: "
        "incomplete metadata, file not fully covered). It is probably truncated, or of another kind than its suffix says. Copy or "
        "download it again."
    )


@pytest.mark.parametrize("content", [b"", b"hello, this is text", b"PK\x03\x04 half of an archive"], ids=["empty", "text", "zip"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "notes.pth").write_bytes(content)
    said = refused(NAME, checkpoint=tmp_path / "notes.pth")
    assert said.startswith(
        f"A checkpoint must be a whole file of weights: '{tmp_path}/notes.pth' is no checkpoint that torch reads"
    )
    assert said.endswith("It is probably truncated, or of another kind than its suffix says. Copy or download it again.")


def test_a_truncated_state_dict_is_refused(weights, tmp_path):
    torch.save(weights, tmp_path / "weights.pth")
    (tmp_path / "weights.pth").write_bytes((tmp_path / "weights.pth").read_bytes()[:1_000_000])
    assert "is no checkpoint that torch reads" in refused(NAME, checkpoint=tmp_path / "weights.pth")


def test_a_file_without_a_state_dict_is_refused(tmp_path):
    torch.save({"epoch": 3, "loss": 0.1}, tmp_path / "log.pth")
    assert refused(NAME, checkpoint=tmp_path / "log.pth") == (
        f"A checkpoint must hold a state dict, tensors by name: '{tmp_path}/log.pth' holds a dict of 'epoch', 'loss'. It is "
        "probably a log, or the state of an "
        "optimiser. Save "
        "`model.state_dict()`, best as safetensors."
    )


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert refused(NAME, checkpoint=tmp_path / "no.safetensors") == (
        f"A checkpoint must be a file that exists: there is no '{tmp_path}/no.safetensors'. The path is probably misspelt, or relative "
        "to another folder. Pass a .safetensors file, or a .pth with a state dict."
    )
    assert f"'{tmp_path}' is a folder" in refused(NAME, checkpoint=tmp_path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_named(weights, tmp_path, value):
    broken = {name: tensor.clone() for name, tensor in weights.items()}
    broken["blocks.7.attn.qkv.weight"][11, 3] = value
    save_file(broken, tmp_path / "broken.safetensors")
    assert refused(NAME, checkpoint=tmp_path / "broken.safetensors") == (
        f"Weights of '{NAME}' must be finite: layer 7, 'blocks.7.attn.qkv.weight' [576, 192] holds 1 value that is NaN or infinite, the "
        "first at [11, 3]. The training probably diverged, or the file is damaged. Use an earlier checkpoint."
    )


def test_an_unknown_name_is_answered_with_the_nearest():
    assert refused("timm:deit_tny_patch16_224") == (
        f"'timm:deit_tny_patch16_224' must name a model of timm {timm.__version__}: there is none. It is probably "
        "misspelt or cut short. Nearest: timm:deit_tiny_patch16_224, timm:deit_base_patch16_224, timm:deit_small_patch16_224."
    )
    assert "`timm.list_models()` lists them" in refused("timm:zzzzzzzzzzzzzzzzzzz")


def test_an_unknown_tag_is_answered_with_the_tags():
    assert refused("timm:vit_small_patch16_224.foo") == (
        "'timm:vit_small_patch16_224.foo' must name a published set of weights after the dot: 'vit_small_patch16_224' has no tag 'foo'. "
        "It is probably misspelt. "
        "Its tags: augreg_in1k, augreg_in21k, augreg_in21k_ft_in1k, dino."
    )


def test_a_folder_in_the_place_of_a_model_is_told(tmp_path):
    assert refused(str(tmp_path)).endswith(
        "It is a folder here, so the model and the images have probably changed places. Name the model first."
    )


def test_names_without_a_source_or_of_a_later_version_are_refused(file):
    assert refused("deit_tiny_patch16_224") == (
        'A model\'s name must begin with its source ("builtin:o3", "timm:NAME"): got \'deit_tiny_patch16_224\'. If it is a name of timm, '
        'write "timm:deit_tiny_patch16_224".'
    )
    assert refused("builtn:o3").endswith("got 'builtn:o3'. It is probably misspelt. Write \"builtin:o3\".")
    assert refused("hf:google/vit-base-patch16-224") == (
        'A model\'s name must begin with its source ("builtin:o3", "timm:NAME", or an nn.Module): \'hf:google/vit-base-patch16-224\' asks '
        "for the Hugging Face hub, which this version does not read. Load it yourself and pass the nn.Module, or take the same model from "
        "timm."
    )
    assert "asks for torchvision" in refused("torchvision:vit_b_16")
    for options in ({}, {"checkpoint": file}):
        assert refused("builtin:o4", **options) == (
            "A built-in model must be one of builtin:o3, builtin:o3-mim, builtin:o3-mim-ft: got 'builtin:o4'. It is probably misspelt. Use one "
            "of these."
        )
    assert refused("answer.qk").endswith(
        "got 'answer.qk'. It is a saved answer, not the model itself. Open it with qkwidgets.open(\"answer.qk\"), or `qkwidgets explore "
        "answer.qk` in a shell."
    )
    assert refused("training-o3").endswith(
        'It is a saved answer that comes with the package. Open it with qkwidgets.examples("training-o3").'
    )
    assert refused("https://example.org/model.safetensor").endswith(
        "It is an address, and nothing is fetched from one here. Download the file, and name that."
    )
    assert refused("o3-mim").endswith("got 'o3-mim'. It is a built-in model. Write \"builtin:o3-mim\".")
    assert refused(17) == 'A model must be "builtin:o3", "timm:NAME", or an nn.Module: got one of type int. Pass one of these.'
    assert refused(vit(), checkpoint=file).startswith("checkpoint= must come with a name: got a module (VisionTransformer)")


def test_a_file_of_weights_alone_needs_a_name_unless_it_names_its_architecture(file, weights):
    assert refused(str(file)) == (
        "A file of weights must be loaded along with the name of its model: 'deit.safetensors' does not say which architecture it is for. "
        'Write load_model("timm:NAME", checkpoint="deit.safetensors"), or `timm:NAME --checkpoint deit.safetensors` in a shell.'
    )
    save_file(weights, file, metadata={"architecture": NAME})
    assert qkwidgets.load_model(str(file)).name == NAME


def test_preprocessing_of_an_unnamed_tag_is_told(tmp_path):
    save_file(randomised(timm.create_model("vit_small_patch16_224")).state_dict(), tmp_path / "small.safetensors")
    model = qkwidgets.load_model("timm:vit_small_patch16_224", checkpoint=tmp_path / "small.safetensors")
    assert model.notes == (
        "Images are normalised as for the tag 'augreg_in21k_ft_in1k'; if the weights are those of another, name it: "
        "timm:vit_small_patch16_224.TAG.",
    )
    named = qkwidgets.load_model("timm:vit_small_patch16_224.dino", checkpoint=tmp_path / "small.safetensors")
    assert named.notes == ()
    assert named._preprocess.mean == (0.485, 0.456, 0.406)


def test_a_module_in_hand_keeps_its_weights_device_and_precision():
    module = randomised(vit())
    model = qkwidgets.load_model(module)
    assert model.layers[0].W_Q.data_ptr() == module.blocks[0].attn.qkv.weight.data_ptr()
    assert model.provenance["source"] == "nn.Module in hand"
    assert model.notes == ("The model states no normalisation: images are normalised with mean 0.5 and standard deviation 0.5.",)
    double = qkwidgets.load_model(module, dtype=torch.float64)
    assert double.layers[0].W_Q.dtype == torch.float64
    assert module.blocks[0].attn.qkv.weight.dtype == torch.float32
    assert qkwidgets.load_model(module.double()).layers[0].W_Q.dtype == torch.float64


def test_a_timm_module_in_hand_brings_its_preprocessing():
    model = qkwidgets.load_model(timm.create_model(ARCHITECTURE, img_size=96, depth=1))
    assert model.name == "deit_tiny_patch16_224.fb_in1k"
    assert model.preprocessing.size == (96, 96)
    assert model.preprocessing.mean == (0.485, 0.456, 0.406)


def test_a_built_in_module_in_hand_has_the_built_in_preprocessing():
    assert qkwidgets.load_model(BuiltinViT()).preprocessing.std == (0.25, 0.25, 0.25)


def test_a_device_or_precision_that_cannot_be_had_is_refused():
    assert refused(device="gpu").startswith("The device must be one that torch can use here: 'gpu' is not (")
    assert refused(device="gpu").endswith('It is probably misspelt, or this torch is built without it. Use device="cpu".')
    if not torch.cuda.is_available():
        assert "'cuda' is not (" in refused(device="cuda")
    assert refused(dtype=torch.int32) == (
        "dtype must be of floating point, such as torch.float32: got torch.int32. It is probably the type of stored weights. "
        "Leave it out for float32."
    )


def unreachable(name: str, cache: Path) -> tuple[str, float]:
    """What a fresh process says of a hub at a closed port, and how long it took after its imports."""
    code = (
        "import time, timm, huggingface_hub, qkwidgets\nfrom qkwidgets.core.errors import UnreachableError\nstart = time.time()\n"
        f"try: qkwidgets.load_model('{name}')\nexcept UnreachableError as error: print(error, time.time() - start, sep='|')"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"HF_HOME": str(cache), "HF_ENDPOINT": "http://127.0.0.1:9"},
    )
    sentence, seconds = told.stdout.split("|")
    return sentence, float(seconds)


def test_a_hub_out_of_reach_is_told_within_ten_seconds_with_what_is_cached(tmp_path):
    held = tmp_path / "hub" / "models--timm--vit_tiny_patch16_224.augreg_in21k" / "snapshots" / "abc"
    held.mkdir(parents=True)
    (held / "model.safetensors").touch()
    sentence, seconds = unreachable(NAME, tmp_path)
    assert sentence == (
        f"'{NAME}' is not cached on this machine and the model hub cannot be reached (ConnectError). Pass "
        '`checkpoint="file.safetensors"`, try `load_model()` (built in, no download), or run once with a network; cached here: '
        "timm:vit_tiny_patch16_224.augreg_in21k."
    )
    assert seconds < 10


def test_working_offline_is_told_without_asking(tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", None)
    sentence = refused(NAME, error=UnreachableError)
    assert sentence.startswith(f"'{NAME}' is not cached on this machine and HF_HUB_OFFLINE is set. Pass")
    assert sentence.endswith("cached here: none.")


def test_a_hub_that_never_answers_is_not_waited_for(tmp_path, monkeypatch):
    import huggingface_hub

    from qkwidgets.models import hub

    monkeypatch.setattr(hub, "PATIENCE_S", 0.2)
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda *_, **__: time.sleep(5))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        UnreachableError, match=r"^'timm:x' is not cached on this machine and the model hub did not answer within 0\.2 s\."
    ):
        hub.hub_file("timm/x", "timm:x")


def test_cached_weights_are_loaded_without_asking_the_hub(file, tmp_path, monkeypatch):
    import huggingface_hub

    snapshot = tmp_path / "models--timm--deit_tiny_patch16_224.fb_in1k" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to(file)
    monkeypatch.setattr("qkwidgets.models.hub._cached", lambda repository, name: snapshot / name)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", None)
    model = qkwidgets.load_model(NAME)
    assert model.provenance["source"] == "timm/deit_tiny_patch16_224.fb_in1k"
    assert model.provenance["licence"] == "apache-2.0"
    assert model.provenance["checkpoint"] == "model.safetensors"
    assert set(load_file(file)) == set(model._runner.module.state_dict())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "swin_tiny_patch4_window7_224",
            "attends inside 7 x 7 windows: layer 0 sees 49 tokens at a time, not the 3136 of the image",
        ),
        ("maxvit_nano_rw_256", "must hand its attention one row a token, [image, token, d_model]"),
        ("vit_base_patch16_xp_224", "normalises its queries and keys (query-key norm)"),  # it has no weights on the hub either
    ],
)
def test_an_architecture_that_is_not_read_is_refused_before_the_hub_is_asked(name, words, monkeypatch):
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert refused(f"timm:{name}", error=UnsupportedModelError).startswith(f"'timm:{name}' {words}")


def test_a_name_without_published_weights_asks_for_a_file():
    assert refused("timm:vit_small_patch16_36x1_224") == (
        "'timm:vit_small_patch16_36x1_224' must have weights on the model hub to be loaded by name: they are not there. Pass them as "
        "`checkpoint=`."
    )


def test_a_torchvision_of_another_build_is_explained(monkeypatch):
    timm_names.import_timm.cache_clear()

    class Broken:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "timm":
                raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.delitem(sys.modules, "timm")
    monkeypatch.setattr(sys, "meta_path", [Broken, *sys.meta_path])
    assert refused("timm:anything") == (
        "torch and torchvision must be of the same build: importing timm failed (operator torchvision::nms does not exist). One of them "
        "is probably the CPU build and the other is not. Install both from the same index."
    )
    timm_names.import_timm.cache_clear()


def test_a_download_is_announced(tmp_path, monkeypatch, capsys):
    import huggingface_hub

    from qkwidgets.models import hub

    monkeypatch.setattr(hub, "_cached", lambda *_: None)
    monkeypatch.setattr(hub, "_offered", lambda *_: ("model.safetensors", 22_883_464))
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda repository, file: tmp_path / file)
    assert hub.hub_file("timm/x", "timm:x") == tmp_path / "model.safetensors"
    assert (
        capsys.readouterr().err == f"Downloading timm/x/model.safetensors (23 MB) to {huggingface_hub.constants.HF_HUB_CACHE}\n"
    )


def test_modules_without_attention_parameters_are_refused():
    assert "found none" in refused(nn.Sequential())

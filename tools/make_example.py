"""Make the shipped example: a trained DeiT-Ti/16 on four freely licensed photographs, maps and numbers only.

    python tools/make_example.py deit_tiny_patch16_224.safetensors

writes `qkwidgets/examples/deit-tiny.qk`. Needs scikit-image, from whose wheel the photographs come.
"""

import argparse
import dataclasses
import hashlib
from pathlib import Path

import qkwidgets as qk
from qkwidgets.analyses.exploration import LiveSource

CHECKPOINT_SHA256 = "9ffef324f60a0c53b9442fd92c095243bf2c3bfaeca6a1f875443ea3eca23693"

NOTES = (
    "DeiT-Ti/16, trained with supervision on ImageNet-1k without a distillation token (Touvron et al. 2021, arXiv 2012.12877). "
    "Weights: Apache-2.0; they are not part of this file.",
    "The weights come from the repository wvfunc/matlab-bit_true-deit_tiny-fix on GitHub (commit 80f2a914, Apache-2.0), whose authors "
    "rounded the parameters of all 25 LayerNorms to a fixed-point grid (steps of 2^-5 to 2^-7); everything else is full float32. So they "
    "are not bit for bit the published checkpoint, and they were not compared with it.",
    "Accuracy on 1000 ImageNet photographs, one a class: top-1 79.6 %, top-5 94.6 %.",
)


def main() -> None:
    """Read the checkpoint, look at the photographs, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(__file__).parents[1] / "qkwidgets" / "examples" / "deit-tiny.qk"
    )
    arguments = parser.parse_args()
    digest = hashlib.sha256(arguments.checkpoint.read_bytes()).hexdigest()
    if digest != CHECKPOINT_SHA256:
        parser.error(f"the notes of the example are about the checkpoint {CHECKPOINT_SHA256[:12]}…: got {digest[:12]}…")
    model = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=arguments.checkpoint)
    source = LiveSource(model, qk.sample_images(model, n=4))
    frozen = source.frozen()
    provenance = {
        **frozen.provenance,
        "licence": "Apache-2.0 (weights); photographs: see each image",
        "checkpoint_sha256": digest,
    }
    meta = {**frozen.meta, "notes": [*NOTES, *frozen.meta["notes"]], "provenance": provenance}
    dataclasses.replace(frozen, meta=meta).save(arguments.output)
    print(f"{arguments.output}: {arguments.output.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

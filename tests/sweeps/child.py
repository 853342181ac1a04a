"""A child process that sweeps slowly into a folder, to be killed, and the images that it and its parent sweep."""

import sys
import time

import numpy as np
from torch.utils.data import Dataset

from qkwidgets.sweeps import TopImages
from tests.sweeps.sums import Sums, contents

NUMBER, BATCH, SHARD = 60, 4, 8
OPTIONS = {"batch_size": BATCH, "shard_images": SHARD, "progress": False}
REDUCERS = [Sums(power=3), TopImages(k=3, sample=11, classes=4)]
"""What is swept: sums, whose order would show, and all parts of the lists that the gallery is made of."""


class Scenes(Dataset):
    """Noise with labels, of which two cannot be read; `pause_s` is how long each takes."""

    def __init__(self, pause_s: float = 0.0):
        self.pause_s = pause_s

    def __repr__(self):
        return "Scenes()"  # the pause is no part of what it is

    def __len__(self):
        return NUMBER

    def __getitem__(self, index):
        time.sleep(self.pause_s)
        if index in (13, 50):
            raise OSError("bad sector")
        return np.random.default_rng(index).integers(0, 256, (70, 64, 3), dtype=np.uint8), index % 3


class Unread(Scenes):
    """The same, for whoever must not read them."""

    def __getitem__(self, index):
        raise AssertionError(f"image {index} was read")


def main(folder: str, pause_s: str, workers: str) -> None:
    import qkwidgets as qk
    from qkwidgets.sweeps import sweep

    model = qk.load_model()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    found = sweep(model, Scenes(float(pause_s)), REDUCERS, resume=folder, workers=int(workers), **OPTIONS)
    sys.stdout.write(f"{len(contents(found))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

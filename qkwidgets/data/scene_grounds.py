"""What do the items of a scene lie on? Plane waves, a flat colour, or a piece of a photograph.

A photograph keeps its own texture and hues but not its full range of lightness: it is dimmed, or made hazy, so that items of
middle lightness stand out. Which of the two, and all about the waves, stands in the plan of the scene.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32
from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.oklab import oklab
from qkwidgets.data.scene_plan import ScenePlan

Canvas = Float32[np.ndarray, "3 side side"]

DIM, HAZY = (0.05, 0.40), (0.76, 0.98)  # lightness of black and of white in a dimmed and in a hazy photograph
BRIGHT = 0.5  # lightness of the plan's ground above which a photograph is hazy
SMALLEST_CROP = 0.5  # of the short side of a photograph


def waves(plan: ScenePlan, size: int, contrast: float = 1) -> Canvas:
    """The flat colour and the waves of a plan, as an OKLab picture; waves are separable, so their sum is one matrix product.

    Examples
    --------
    >>> from qkwidgets.data.scene_plan import scene_plan
    >>> plan = scene_plan(np.random.default_rng(0), None, (4, 9))
    >>> waves(plan, 64).shape, bool(np.allclose(waves(plan, 64, contrast=0), flat(plan, 64)))
    ((3, 64, 64), True)
    """
    x_waves, y_waves, phase, amplitude = plan.wave
    at = (np.arange(size) + 0.5) * (2 * np.pi / size)
    across, down = np.outer(at, x_waves), np.outer(at, y_waves) + phase
    rows = np.concatenate([np.cos(down), -np.sin(down)], 1)
    columns = np.concatenate([np.cos(across), np.sin(across)], 1) * np.tile(contrast * amplitude, 2)
    # Row by row: of one large product the library would make threads, which wait for each other longer than it takes.
    texture = (rows[:, None] @ columns.T)[:, 0].astype(np.float32)
    return plan.ground_tint.astype(np.float32)[:, None, None] * texture + plan.ground.astype(np.float32)[:, None, None]


def flat(plan: ScenePlan, size: int) -> Canvas:
    """The flat colour of a plan, as an OKLab picture.

    Examples
    --------
    >>> from qkwidgets.data.scene_plan import scene_plan
    >>> flat(scene_plan(np.random.default_rng(0), None, (4, 9)), 64).shape
    (3, 64, 64)
    """
    return np.broadcast_to(plan.ground.astype(np.float32)[:, None, None], (3, size, size)).copy()


@dataclass(frozen=True)
class Photographs:
    """Pictures of which pieces are cut out for grounds."""

    pictures: tuple[Picture, ...]

    def __post_init__(self) -> None:
        small = [picture.name for picture in self.pictures if min(picture.array.shape[:2]) < 32]
        if small:
            raise InputError(
                f"A photograph for grounds must be at least 32 pixels high and wide: {', '.join(map(repr, small[:8]))} is smaller. It was "
                "probably meant as a texture. Enlarge it, or leave it out."
            )

    @cached_property
    def _images(self) -> list[Image.Image]:
        return [Image.fromarray(picture.array) for picture in self.pictures]

    def piece(self, rng: np.random.Generator, plan: ScenePlan, size: int, contrast: float = 1) -> Canvas:
        """A square piece of one of the pictures, dimmed or hazy, as an OKLab picture."""
        image = self._images[rng.integers(len(self._images))]
        side = rng.uniform(SMALLEST_CROP, 1) * min(image.size)
        left, top = rng.uniform(0, 1, 2) * (np.array(image.size) - side)
        box = (left, top, left + side, top + side)
        piece = image.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=2.0)
        lab = oklab(np.asarray(piece))
        black, white = HAZY if plan.ground[0] > BRIGHT else DIM
        lab[0] = black + (white - black) * lab[0]
        mean = lab.mean((1, 2), keepdims=True)
        return mean + np.float32(contrast) * (lab - mean)

    def mark(self) -> str:
        """A SHA-256 over the pictures."""
        digest = hashlib.sha256()
        for picture in self.pictures:
            digest.update(f"{picture.array.shape}".encode())
            digest.update(np.ascontiguousarray(picture.array))
        return digest.hexdigest()

"""Images on which the maps of single modes are shown, split by factor: what a factor map asks of them."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Float32

Content = Float32[np.ndarray, "image mode patch"]


class FactorImages(ABC):
    """Some images as a model sees them, and what their content adds to each mode's maps.

    Mean and position part of a map are the same on all images and belong to `Factors`; a map is the sum of the three.

    Attributes
    ----------
    records
        Of each image: name, source, licence, MIME type of the picture, width, height.
    pictures
        Encoded, as the model sees them.
    """

    records: tuple[dict[str, Any], ...]
    pictures: tuple[bytes, ...]

    @abstractmethod
    def content(self, layer: int, head: int) -> tuple[Content, Content]:
        """What content adds to the query maps and to the key maps of a head's modes, on every image."""

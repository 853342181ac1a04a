"""The images as the model sees them, encoded for a page."""

import io

import numpy as np
from jaxtyping import UInt8
from PIL import Image

LOSSLESS_PIXELS = 128 * 128
"""Pictures up to this size are PNG, larger ones JPEG: a page shows them under maps, where 15 kB each are enough."""


def encoded(picture: UInt8[np.ndarray, "height width 3"]) -> tuple[bytes, str]:
    """The picture as PNG or JPEG, and its MIME type.

    Examples
    --------
    >>> import numpy as np
    >>> encoded(np.zeros((64, 64, 3), np.uint8))[1]
    'image/png'
    """
    stream = io.BytesIO()
    if picture.shape[0] * picture.shape[1] <= LOSSLESS_PIXELS:
        Image.fromarray(picture).save(stream, "PNG", optimize=True)
        return stream.getvalue(), "image/png"
    Image.fromarray(picture).save(stream, "JPEG", quality=88, optimize=True)
    return stream.getvalue(), "image/jpeg"

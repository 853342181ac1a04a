"""How far apart do two colours look? OKLab pictures from display values and back; lightness and hue are axes of their own.

References
----------
Ottosson, B. "A perceptual color space for image processing". 2020. https://bottosson.github.io/posts/oklab/
(the two matrices).
"""

import numpy as np
from jaxtyping import Float32, UInt8

LAB_TO_CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]], np.float32
)
CONES_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    np.float32,
)
_RGB_TO_CONES = np.linalg.inv(CONES_TO_RGB.astype(float)).astype(np.float32)
_CONES_TO_LAB = np.linalg.inv(LAB_TO_CONES.astype(float)).astype(np.float32)
_LINEAR = np.linspace(0, 1, 4096)
# Linear light in 4096 steps to display values: a table is ten times faster than the power.
GAMMA = np.round(255 * np.where(_LINEAR <= 0.0031308, 12.92 * _LINEAR, 1.055 * _LINEAR ** (1 / 2.4) - 0.055)).astype(np.uint8)
_SHOWN = np.arange(256) / 255
_LIGHT = np.where(_SHOWN <= 0.04045, _SHOWN / 12.92, ((_SHOWN + 0.055) / 1.055) ** 2.4).astype(np.float32)


def display(lab: Float32[np.ndarray, "3 height width"]) -> UInt8[np.ndarray, "height width 3"]:
    """Display values (sRGB) of an OKLab picture; what no display can show is clipped.

    Examples
    --------
    >>> display(np.array([1, 0, 0], np.float32).reshape(3, 1, 1))
    array([[[255, 255, 255]]], dtype=uint8)
    """
    cones = (LAB_TO_CONES @ lab.swapaxes(0, 1)) ** 3
    step = np.clip(CONES_TO_RGB @ cones * 4095 + 0.5, 0, 4095).astype(np.int16)
    return GAMMA[step].swapaxes(1, 2)


def oklab(image: UInt8[np.ndarray, "height width 3"]) -> Float32[np.ndarray, "3 height width"]:
    """The OKLab picture of display values.

    Examples
    --------
    >>> oklab(np.full((1, 1, 3), 255, np.uint8)).ravel().round(3) + 0.0
    array([1., 0., 0.], dtype=float32)
    """
    light = _LIGHT[image].transpose(0, 2, 1)
    cones = np.cbrt(_RGB_TO_CONES @ light)
    return np.ascontiguousarray((_CONES_TO_LAB @ cones).swapaxes(0, 1))

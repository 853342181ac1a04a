"""How are pictures and words put on an empty sheet? In pixels from its upper left corner, which one pair of axes counts."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
from jaxtyping import UInt8
from PIL import Image

from qkwidgets.figures.theme import PAGE_WIDTH, TEXT_PADDING, template


def sheet(height: int, theme: str) -> go.Figure:
    """An empty sheet as wide as a page.

    Examples
    --------
    >>> sheet(300, "light").layout.yaxis.range
    (300, 0)
    """
    hidden = {"visible": False, "fixedrange": True}
    return go.Figure().update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis={"range": [0, PAGE_WIDTH], "domain": [0, 1], **hidden},
        yaxis={"range": [height, 0], "domain": [0, 1], **hidden},
        showlegend=False,
    )


def place_picture(
    figure: go.Figure, picture: UInt8[np.ndarray, "height width 3"], left: float, top: float, size: tuple[float, float]
) -> None:
    """Put a picture on a sheet, stretched to a size (width, height)."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=90, subsampling=0)
    source = f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
    place = {"x": left, "y": top, "sizex": size[0], "sizey": size[1], "xref": "x", "yref": "y"}
    figure.add_layout_image(source=source, sizing="stretch", layer="below", **place)


def write(figure: go.Figure, text: str, left: float, top: float, colour: str, size: int) -> None:
    """Write words on a sheet; they are markup, names in them already escaped."""
    place = {"x": left, "xref": "x", "xanchor": "left", "y": top, "yref": "y", "yanchor": "top"}
    figure.add_annotation(text=text, align="left", xshift=-TEXT_PADDING, font={"color": colour, "size": size}, **place)

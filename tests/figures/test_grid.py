"""Is the grid centred at zero, and does each cell say its own number?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.figures.grid import grid_figure


def test_a_grid_is_centred_at_zero(exploration, alignment):
    for answer, values in ((exploration, exploration.spectra.head_cosine), (alignment, alignment.head)):
        figure = grid_figure(answer)
        np.testing.assert_array_equal(figure.data[0].z, values.T)
        axis = figure.layout.coloraxis
        assert axis.cmin == -axis.cmax
        assert axis.cmax >= np.abs(values).max()


def test_a_number_without_sign_starts_at_zero(exploration):
    spectra = dataclasses.replace(exploration.spectra, head_numbers=np.full((1, 2, 3), 59.0))
    about = [{"key": "effective", "label": "effective modes", "diverging": False, "about": ""}]
    figure = grid_figure(
        dataclasses.replace(exploration, spectra=spectra, meta={**exploration.meta, "head_numbers": about}), "effective"
    )
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 60)


def test_cells_say_their_numbers(alignment):
    digits = grid_figure(alignment).data[1]
    assert list(digits.text) == [".90", ".70", ".10", "−.50", ".20", ".40"]
    assert list(zip(digits.x, digits.y, strict=True))[3] == (1, 1)
    assert digits.textfont.color[0] == "#ffffff"  # on dark green
    assert digits.textfont.color[2] == "#1d2126"


def test_an_unknown_number_is_refused(alignment):
    with pytest.raises(
        InputError, match=r"^A number of a head is one of cosine here: got 'size'\. It is probably misspelt\. Use one of these\.$"
    ):
        grid_figure(alignment, "size")

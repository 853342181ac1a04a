"""One pass over any number of images: reducers that can be merged, the engine that feeds them, and the folder it goes on from."""

from qkwidgets.sweeps.anisotropy import CentreTokens
from qkwidgets.sweeps.factor_details import FactorDetails
from qkwidgets.sweeps.factor_moments import FactorMoments
from qkwidgets.sweeps.preference import PreferenceMasses
from qkwidgets.sweeps.reducer import LayerBatch, Reducer, State
from qkwidgets.sweeps.run import sweep
from qkwidgets.sweeps.same_object import SameObject
from qkwidgets.sweeps.semantic import Relations
from qkwidgets.sweeps.top_images import TopImages

__all__ = [
    "CentreTokens",
    "FactorDetails",
    "FactorMoments",
    "LayerBatch",
    "PreferenceMasses",
    "Reducer",
    "Relations",
    "SameObject",
    "State",
    "TopImages",
    "sweep",
]

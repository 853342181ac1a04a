"""Where an answer's picture, widget and class live, by dotted name: the only upward edge between the layers.

Answers are at the bottom and know no figure and no widget; they ask here when one is wanted.
"""

from importlib import import_module
from typing import Any

from qkwidgets.core.errors import FileFormatError, InputError

CLASSES = {
    "Alignment": "qkwidgets.answers.alignment:Alignment",
    "AnisotropyBaseline": "qkwidgets.answers.anisotropy:AnisotropyBaseline",
    "AttentionCut": "qkwidgets.answers.attention_cut:AttentionCut",
    "AttentionDistance": "qkwidgets.answers.attention_distance:AttentionDistance",
    "ContextTotals": "qkwidgets.answers.depth_totals:ContextTotals",
    "DepthCosineTotals": "qkwidgets.answers.depth_totals:DepthCosineTotals",
    "DepthProfile": "qkwidgets.answers.depth_profile:DepthProfile",
    "DepthTotals": "qkwidgets.answers.depth_totals:DepthTotals",
    "Exploration": "qkwidgets.answers.exploration:Exploration",
    "FactorDetailTotals": "qkwidgets.answers.factor_totals:FactorDetailTotals",
    "FactorTotals": "qkwidgets.answers.factor_totals:FactorTotals",
    "Factors": "qkwidgets.answers.factors:Factors",
    "ModeRanking": "qkwidgets.answers.ranking:ModeRanking",
    "OptimalImages": "qkwidgets.answers.optimal_images:OptimalImages",
    "RelativeAlignment": "qkwidgets.answers.anisotropy:RelativeAlignment",
    "SameObject": "qkwidgets.answers.same_object:SameObject",
    "SemanticMap": "qkwidgets.answers.semantic_map:SemanticMap",
    "PlaceTotals": "qkwidgets.answers.probe_totals:PlaceTotals",
    "PositionProbe": "qkwidgets.answers.position_probe:PositionProbe",
    "Preference": "qkwidgets.answers.preference:Preference",
    "PreferenceByCondition": "qkwidgets.answers.preference_conditions:PreferenceByCondition",
    "ProbeTotals": "qkwidgets.answers.probe_totals:ProbeTotals",
    "SingularModes": "qkwidgets.answers.modes:SingularModes",
    "SpecialTotals": "qkwidgets.answers.special_totals:SpecialTotals",
    "Sweep": "qkwidgets.answers.sweep:Sweep",
    "Training": "qkwidgets.answers.training:Training",
}
"""Every kind of answer that a file can hold."""

FIGURES = {
    "Alignment": "qkwidgets.figures.trend:trend_figure",
    "AnisotropyBaseline": "qkwidgets.figures.anisotropy:baseline_figure",
    "AttentionCut": "qkwidgets.figures.attention_cut:cut_figure",
    "AttentionDistance": "qkwidgets.figures.attention_distance:distance_figure",
    "DepthProfile": "qkwidgets.figures.depth:depth_figure",
    "Exploration": "qkwidgets.figures.overlay:overlay_figure",
    "Factors": "qkwidgets.figures.factors:factors_figure",
    "ModeRanking": "qkwidgets.figures.ranking:ranking_figure",
    "OptimalImages": "qkwidgets.figures.optimal_images:optimal_images_figure",
    "RelativeAlignment": "qkwidgets.figures.anisotropy:relative_figure",
    "SameObject": "qkwidgets.figures.same_object:same_object_figure",
    "SemanticMap": "qkwidgets.figures.semantic_map:semantic_figure",
    "PositionProbe": "qkwidgets.figures.position_probe:probe_figure",
    "Preference": "qkwidgets.figures.preference:preference_figure",
    "SingularModes": "qkwidgets.figures.spectrum:spectrum_figure",
    "Training": "qkwidgets.figures.training:training_figure",
}

WIDGETS = {
    "Alignment": "qkwidgets.widgets.single:trend_widget",
    "Exploration": "qkwidgets.widgets.explorer:Explorer",
    "Factors": "qkwidgets.widgets.factors:FactorMap",
    "ModeRanking": "qkwidgets.figures.ranking:ranking_widget",
    "OptimalImages": "qkwidgets.widgets.gallery:Gallery",
    "Preference": "qkwidgets.widgets.preference:preference_widget",
    "SemanticMap": "qkwidgets.widgets.semantic:SemanticView",
    "SingularModes": "qkwidgets.widgets.single:spectrum_widget",
    "Training": "qkwidgets.widgets.cosine_trend:CosineTrend",
}

SETS = {"LabelledSet": "qkwidgets.figures.labelled:labelled_figure"}
"""What draws data sets, which are no answers; scenes and conditions are among them."""

PAGES = {
    "CosineTrend": "qkwidgets.export.cosine_trend:write_page",
    "Explorer": "qkwidgets.export.explorer:write_page",
    "FactorMap": "qkwidgets.export.factors:write_page",
    "Gallery": "qkwidgets.export.gallery:write_page",
    "PreferenceView": "qkwidgets.export.preference:write_page",
    "SemanticView": "qkwidgets.export.semantic:write_page",
}


def answer_class(kind: str, name: str) -> type:
    """The class of the answers of a kind, as the file called `name` gives it."""
    if kind not in CLASSES:
        raise FileFormatError(
            f"A saved answer is one of {', '.join(sorted(CLASSES))}: {name!r} holds {kind!r}. "
            "It was probably saved by a newer version. Update qkwidgets."
        )
    return _load(CLASSES[kind])


def presenter(table: dict[str, str], what: str, answer: object) -> Any:
    """The function of `table` that draws an answer as a `what`."""
    kind = type(answer).__name__
    if kind not in table:
        raise InputError(f"{kind} has no {what}; {what}s exist for {', '.join(sorted(table))}. Use its table: to_pandas().")
    return _load(table[kind])


def set_presenter() -> Any:
    """The function that draws labelled sets."""
    return _load(SETS["LabelledSet"])


def _load(dotted: str) -> Any:
    module, name = dotted.split(":")
    return getattr(import_module(module), name)

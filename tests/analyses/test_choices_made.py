"""Does an answer's record tell the choice that was made, and not the one that would have been made without options?"""

import dataclasses

import pytest

import qkwidgets as qk
from qkwidgets.sweeps.anisotropy import CentreTokens

QUIET = {"workers": 0, "progress": False}


def preference(**options):
    return lambda model: qk.attention_preference(model, qk.odd_one_out(3), **options, **QUIET)


def same_object(**options):
    return lambda model: qk.same_object_probability(model, qk.odd_one_out(3), **options, **QUIET)


def semantic(**options):
    return lambda model: qk.semantic_map(model, qk.odd_one_out(3), draws=19, controls=1, tables=0, **options, **QUIET)


def anisotropy(site):
    """No model here shows the residual stream to a sweep, so the record is put in place of that of another site."""

    def ask(model):
        found = qk.anisotropy_baseline(model, qk.odd_one_out(3), **QUIET)
        record = CentreTokens(site=site).record(model)
        return dataclasses.replace(found, site=site, provenance=found.provenance | {"choices": record["choices"]})

    return ask


@pytest.mark.parametrize(
    ("ask", "said", "unsaid"),
    [
        (
            preference(),
            ["then the patches alone, made to sum to one", "squeezed", "3 permutations", "1000 bootstrap"],
            ["own crop"],
        ),
        (
            preference(tokens="all", resize="model"),
            ["what falls on prefix tokens is kept", "the model's own crop"],
            ["patches alone", "squeezed", "made to sum"],
        ),
        (preference(tokens="all"), ["what falls on prefix tokens is kept", "squeezed"], ["patches alone"]),
        (preference(null=0, items=False), ["nobody asked"], ["are permuted", "beside it"]),
        (preference(null=1), ["one permutation"], ["3 permutations"]),
        (same_object(), ["the ground is none"], ["one more"]),
        (same_object(ground=True), ["the ground is one more"], ["the ground is none"]),
        (semantic(null="shifts"), ["mirrored and moved as over a torus"], ["segments of other images"]),
        (semantic(null="other images"), ["segments of other images"], ["torus"]),
        (anisotropy("attn_input"), ["that of attn_input"], ["residual"]),
        (anisotropy("residual"), ["that of the residual stream"], ["attn_input"]),
    ],
)
def test_a_record_tells_the_choice_that_was_made(small_model, ask, said, unsaid, tmp_path):
    found = ask(small_model)
    recorded = found.provenance["choices"]
    assert recorded == {choice.question: choice.choice for choice in found.choices}
    text = " ".join(recorded.values())
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []
    assert all(choice.choice != choice.alternative for choice in found.choices)
    found.save(tmp_path / "x.qk")
    assert qk.open(tmp_path / "x.qk").choices == found.choices

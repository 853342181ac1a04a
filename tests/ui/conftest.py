"""A browser for the tests that look at what people look at."""

import pytest
import torch
from playwright.sync_api import expect, sync_playwright

import qkwidgets as qk
from qkwidgets.models.builtin_vit import BuiltinViT
from tests.ui.seeing import OpenPage

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")

PATIENCE_MS = 60_000
"""How long an expectation may take: it ends as soon as it is met, and a busy machine is no failure."""


@pytest.fixture(scope="module")
def chrome(chromium):
    """One Chromium for the tests of a file; playwright's event loop must not outlive them, or others could not run theirs."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chrome):
    """Opens exported pages. Whatever a test does to one, it must ask for nothing, break no rule and have no errors."""
    opened = []

    def opening(path, **context):
        opened.append(OpenPage(chrome, path, **context))
        return opened[-1]

    yield opening
    complaints = [complaint for page in opened for complaint in page.complaints()]
    for page in opened:
        page.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def small_model():
    """A random vision transformer of 3 layers x 2 heads x 32 modes; in L1 H1, M2 and M3 are equally strong."""
    torch.manual_seed(1)
    module = BuiltinViT(d_model=64, n_layers=3, n_heads=2).eval()
    with torch.no_grad():
        for block in module.blocks:
            block.attn.qkv.bias.normal_(std=0.5)
        tied = torch.linspace(8, 1, 32)
        tied[3] = tied[2]
        sides = (torch.linalg.qr(torch.randn(64, 32))[0] for _ in range(2))
        W_Q, W_K = next(sides) * tied, next(sides)
        module.blocks[1].attn.qkv.weight[32:64], module.blocks[1].attn.qkv.weight[96:128] = W_Q.T, W_K.T
    return qk.load_model(module)


@pytest.fixture(scope="session")
def small_view(small_model, _session_cache):
    """An explorer of the small model on two scenes."""
    return qk.explore(small_model, qk.odd_one_out(2, seed=5))


@pytest.fixture(scope="session")
def small_page(small_view, tmp_path_factory):
    """The small explorer as a page that holds everything."""
    path = tmp_path_factory.mktemp("pages") / "small.html"
    small_view.to_html(path)
    return path

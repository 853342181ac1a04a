"""Who imports whom, which names stay in which room, and how long a file may be. Each check is shown a sin that it must see."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qkwidgets"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Imports point down only: strictly, or within one folder. `data` knows images and nothing of models; `models` reads images.
RANK = {"core": 0, "answers": 1, "data": 2, "cache": 2, "models": 3, "sweeps": 4, "analyses": 5, "figures": 6, "widgets": 6}
RANK |= {
    "export": 7,
    "__init__": 8,
    "terminal": 8,
    "output": 8,
    "pass_options": 8,
    "sweep_command": 9,
    "prefer_command": 9,
    "factors_command": 9,
}
RANK |= {"explore_command": 10, "cli": 11, "__main__": 12}
LIGHT_CORE = {f"qkwidgets.core.{name}" for name in ("enrichment", "errors", "factors.names", "factors.shares", "index", "layout")}
WITHOUT_TORCH = LIGHT_CORE  # other rooms without torch are missing from AT_HOME["torch"]
BY_NAME = {"qkwidgets", "qkwidgets.answers.registry"}  # these two resolve dotted names when asked
AT_HOME = {  # packages that are imported in one place only
    "timm": {"models"},
    "torchvision": {"models"},
    "transformers": {"models"},
    "plotly": {"figures"},
    "anywidget": {"widgets"},
    "ipywidgets": {"widgets"},
    "distributed": {"sweeps"},
    "torch": {"core", "models", "data", "analyses", "sweeps"},
}
FOREIGN = {"blocks", "qkv", "embed_dim", "num_hidden_layers", "num_attention_heads", "num_prefix_tokens"}
WITH_EXAMPLES = {"core", "analyses", "data"}  # and every door, which tests/test_public_names.py sees to
LONGEST_MODULE = 250
LONGEST_FUNCTION = 50  # forty is the house rule; a long list of settings may be one function


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """The folder of the package that a module lies in, or its own name where it lies at the top."""
    return (module.split(".")[1:] or ["__init__"])[0]


def imports(tree: ast.AST, module: str, is_package: bool = False) -> Iterator[str]:
    """Every module that is imported anywhere in it, functions included; `from a.b import c` gives a.b.c."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            parts = parts[: len(parts) - node.level + is_package] if node.level else []
            base = ".".join([*parts, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def layer_sins(tree: ast.AST, module: str, is_package: bool = False) -> list[str]:
    """Imports that point up or sideways, and heavy ones in a room that must do without."""
    return [f"{module} imports {name}" for name in imports(tree, module, is_package) if is_sin(module, name)]


def is_sin(module: str, name: str) -> bool:
    """Whether this module may not import that one."""
    here, top = room(module), name.split(".")[0]
    if top == "qkwidgets":
        there = room(name)
        if there not in RANK or there == here:  # a name of the public list; a neighbour
            return here != "cli" and there not in RANK
        return RANK[there] >= RANK[here] or (here == "answers" and there == "core" and not starts(name, LIGHT_CORE))
    if here != "cli" and here not in AT_HOME.get(top, {here}):
        return True
    return top == "torch" and starts(module, WITHOUT_TORCH)


def starts(name: str, modules: set[str]) -> bool:
    """Whether it is one of these modules, or lies in one, or is a name in one."""
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def dynamic_imports(tree: ast.AST, module: str) -> list[str]:
    """Imports by a name computed at run time, which the check above cannot see."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = {getattr(call, "id", getattr(call, "attr", "")) for call in calls}
    return [] if module in BY_NAME else sorted(names & {"import_module", "__import__"})


def foreign_names(tree: ast.AST) -> list[str]:
    """Attributes, keywords and texts that belong to the libraries that models/ reads."""
    found = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    found += [node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg]
    found += [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return sorted(FOREIGN & set(found))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    return function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if documented else 0)


def undocumented(tree: ast.Module, with_examples: bool) -> list[str]:
    """Public classes and functions without a docstring, and public functions without an example that runs."""
    sins = [] if ast.get_docstring(tree) else ["the module has no docstring"]
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        text = ast.get_docstring(node) or ""
        if not text:
            sins.append(f"{node.name} has no docstring")
        elif with_examples and isinstance(node, ast.FunctionDef) and not (">>>" in text and "Examples\n" in text):
            sins.append(f"{node.name} has no example")
    return sins


@pytest.fixture(params=MODULES, ids=dotted, scope="module")
def source(request):
    """One module of the package: its dotted name, its text, its syntax tree, and whether it is an `__init__`."""
    text = request.param.read_text(encoding="utf-8")
    return dotted(request.param), text, ast.parse(text), request.param.name == "__init__.py"


def test_imports_point_down(source):
    module, _, tree, is_package = source
    assert layer_sins(tree, module, is_package) == []
    assert dynamic_imports(tree, module) == []


def test_foreign_names_stay_in_models(source):
    module, _, tree, _ = source
    assert room(module) == "models" or foreign_names(tree) == []


def test_files_and_functions_fit_on_a_page(source):
    _, text, tree, _ = source
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert {f.name: length(f) for f in functions(tree) if length(f) > LONGEST_FUNCTION} == {}


def test_what_is_public_is_documented_with_an_example(source):
    module, _, tree, _ = source
    assert undocumented(tree, room(module) in WITH_EXAMPLES) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "oracles").rglob("*.py")), ids=lambda path: path.stem)
def test_oracles_import_numpy_only(path):
    assert {name.split(".")[0] for name in imports(ast.parse(path.read_text()), "")} <= {"numpy", *sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("qkwidgets.core.modes", "from qkwidgets.models.load import load_model"),
        ("qkwidgets.core.modes", "def f():\n    from ..answers import file"),
        ("qkwidgets.answers.file", "from qkwidgets.core.modes import singular_modes"),
        ("qkwidgets.answers.file", "import torch.nn"),
        ("qkwidgets.core.index", "import torch"),
        ("qkwidgets.figures.trend", "from qkwidgets.widgets import explorer"),
        ("qkwidgets.widgets.explorer", "from qkwidgets.export.page import page"),
        ("qkwidgets.widgets.explorer", "import torch"),
        ("qkwidgets.widgets.explorer", "from qkwidgets import modes"),
        ("qkwidgets.analyses.modes", "import timm"),
        ("qkwidgets.data.images", "from qkwidgets.models.contract import AttentionModel"),
    ],
)
def test_an_import_that_points_up_is_seen(module, line):
    assert layer_sins(ast.parse(line), module) != []
    assert layer_sins(ast.parse("from qkwidgets.core.errors import InputError\nimport numpy as np"), module) == []


def test_a_relative_import_is_resolved():
    tree = ast.parse("from . import index\nfrom .index import ModeIndex")
    assert list(imports(tree, "qkwidgets.core.modes")) == ["qkwidgets.core.index", "qkwidgets.core.index.ModeIndex"]
    assert next(imports(tree, "qkwidgets.core", is_package=True)) == "qkwidgets.core.index"


def test_an_import_by_a_computed_name_is_seen():
    tree = ast.parse("import importlib\nimportlib.import_module(name)")
    assert dynamic_imports(tree, "qkwidgets.widgets.explorer") == ["import_module"]
    assert dynamic_imports(tree, "qkwidgets.answers.registry") == []


@pytest.mark.parametrize("line", ["model.blocks[0]", "attn.qkv.weight", "f(embed_dim=3)", "getattr(c, 'num_hidden_layers')"])
def test_a_foreign_name_is_seen(line):
    assert len(foreign_names(ast.parse(line))) == 1
    assert foreign_names(ast.parse("blocks = degenerate_blocks(values)")) == []


def test_a_long_function_is_seen():
    body = "\n".join("    a = 1" for _ in range(LONGEST_FUNCTION))
    (long,) = functions(ast.parse(f"def f():\n{body}"))
    assert length(long) == LONGEST_FUNCTION + 1
    (short,) = functions(ast.parse(f'def f():\n    """Lines\n\n    of text."""\n{body}'))
    assert length(short) == LONGEST_FUNCTION + 1


def test_a_missing_docstring_or_example_is_seen():
    bare = 'def f(): ...\nclass C: ...\ndef g():\n    """Text."""\ndef _h(): ...'
    assert undocumented(ast.parse(bare), with_examples=True) == [
        "the module has no docstring",
        "f has no docstring",
        "C has no docstring",
        "g has no example",
    ]


def test_an_oracle_that_uses_the_package_is_seen():
    assert "qkwidgets" in {name.split(".")[0] for name in imports(ast.parse("from qkwidgets.core import modes"), "")}


def test_the_checks_see_every_module():
    assert dotted(PACKAGE / "core" / "index.py") in map(dotted, MODULES)
    assert {room(dotted(path)) for path in MODULES} <= set(RANK)

"""What a user of pip gets, and whether the places that must agree do."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BINDER = (ROOT / "binder" / "environment.yml").read_text()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


@pytest.mark.parametrize("pattern", ["widgets/static/*.js", "models/weights/*.safetensors", "examples/*.qk", "**/*.py"])
def test_the_wheel_has_what_the_package_has(wheel, pattern):
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "qkwidgets").glob(pattern)]
    assert files
    assert set(files) <= wheel


def test_the_wheel_has_the_notebooks_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {re.sub(r"-.*\.dist-info", ".dist-info", top) for top in tops} == {"qkwidgets", "qkwidgets.dist-info"}
    assert "qkwidgets/notebooks/01-first-look.ipynb" in wheel


def test_binder_installs_the_base_dependencies_within_the_same_bounds():
    bounds = dict(re.match(r"([a-z]+)(.*)", line).groups() for line in PROJECT["dependencies"])
    at_binder = dict(re.findall(r"- (?:py(?=torch))?([a-z]+)(?:-cpu)?(\S*)$", BINDER, re.MULTILINE))
    assert {name: at_binder[name] for name in bounds} == bounds


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text()
    inside = text[text.index("\ndependencies = [") : text.index("[project.scripts]")]
    lines = [line for line in inside.splitlines() if re.match(r'\s+"', line)]
    assert len(lines) > 12
    assert [line for line in lines if "#" not in line] == []


def test_ci_runs_what_a_developer_runs():
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if not line.startswith("#")]
    assert commands == ["make test"]


def test_no_lock_file_names_a_host():
    assert '"resolved"' not in (ROOT / "js" / "package-lock.json").read_text()

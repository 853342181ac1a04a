#!/usr/bin/env bash
# Makes the virtual environment $1 unless it is there, and installs qkwidgets with the extras $2 into it, as editable; with the
# lowest versions that pyproject.toml allows, if $3 is "lowest".
# PYTHON names the interpreter; otherwise the first Python 3.11 or later is taken.
set -euo pipefail
venv=$1
extras=$2
versions=${3:-newest}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ ! -x "$venv/bin/python" ]; then
  for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    recent "$python" && break
    python=
  done
  if [ -z "$python" ]; then
    echo "qkwidgets needs Python 3.11 or later: none was found on the path. Install one, or name it: make ... PYTHON=/path/to/python3.12" >&2
    exit 1
  fi
  echo "Making $venv with $("$python" --version)."
  "$python" -m venv "$venv"
fi

quiet=--quiet
if ! "$venv/bin/python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)'; then
  quiet=  # a long download shows its progress
  cat <<EOF
Installing torch and what comes with it into $venv. On Linux that is PyTorch's default build with the CUDA libraries, about
5.5 GB on disk. If that is too much, stop now (Ctrl-C) and either
  * use an environment that has torch and torchvision already: make ... VENV=/path/to/environment
  * or first install the small CPU build of both into $venv, from PyTorch's own index, as README.md says.
EOF
fi
pip=("$venv/bin/python" -m pip install $quiet --disable-pip-version-check)
if [ "$versions" = lowest ]; then
  "${pip[@]}" uv  # pip cannot choose the lowest
  "$venv/bin/uv" pip install --python "$venv/bin/python" --resolution lowest-direct -e ".$extras"
else
  "${pip[@]}" -e ".$extras"
fi

"""Real faults for tests: a folder on a read-only mount, a folder on a disk that is full, children that are killed.

The mounts are made in a namespace of the child's own, so that nothing is left of them when it ends; root may do so, and others
where the kernel lets users have namespaces.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.missing import missing

READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'
FULL = 'mount -t tmpfs -o size=64k none "$1" && head -c 100000 /dev/zero >"$1/filler" 2>/dev/null; test -f "$1/filler"'


def python_in(fault: str, folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run a Python script that sees `folder` with the fault (READ_ONLY or FULL); everyone else sees it as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    own = _own_mounts()
    command = [*own, "sh", "-c", f'{fault}; shift; exec "$@"', "sh", str(folder), sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _own_mounts() -> list[str]:
    for command in (["unshare", "-m"], ["unshare", "-rm"]):
        if shutil.which("unshare"):
            trial = [*command, "sh", "-c", "mount -t tmpfs none /mnt"]
            if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
                return command
    return missing("no mounts of one's own on this machine (unshare)")

#!/usr/bin/env python3
"""Is there a Chromium? Tests drive one and plotly exports pictures with one; `make test` installs Debian's if it may."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium_path() -> str | None:
    """The browser's executable, or None. BROWSER_PATH (which plotly's export reads, too) names it if it is elsewhere."""
    named = os.environ.get("BROWSER_PATH")
    found = [named] if named else [*map(shutil.which, NAMES), *filter(os.path.exists, APPLICATIONS)]
    return next(filter(None, found), None)


def main() -> None:
    """Install Debian's chromium if there is no browser and we may; otherwise say what to do."""
    if chromium_path():
        return
    as_root = _as_root()
    if as_root is None or not shutil.which("apt-get"):
        sys.exit(
            "The tests open pages in a Chromium: none was found. Install one (Debian and Ubuntu: apt-get install chromium; "
            "macOS: brew install --cask chromium), or set BROWSER_PATH to the one you have."
        )
    print("No browser found: installing Debian's chromium (about 80 MB to download).", flush=True)
    for step in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *step], check=True)


def _as_root() -> list[str] | None:
    """What to put before a command that needs root, or None if there is no way without asking for a password."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0
    return sudo if allowed else None


if __name__ == "__main__":
    main()

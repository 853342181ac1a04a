"""A real JupyterLab for tests: started in folders of its own, driven in a browser, its kernel asked from the page.

Nothing here sleeps: the server says on a line of its log where it listens, the page says when its kernel is ready.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from playwright.sync_api import Browser, Page

TOKEN = "test"
ENDING_S = 20
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/lab")
OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--ServerApp.port=0",
    f"--IdentityProvider.token={TOKEN}",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},
    "apputils-extension/themes": {"theme": "JupyterLab Light", "adaptive-theme": False},
}

# Waiting is in two steps, since playwright's wait_for_function takes the promise of an async predicate for its answer.
KERNEL_IDLE = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const session = panel?.sessionContext;
  return panel?.context?.isReady && session?.isReady && session.session?.kernel?.status === "idle";
}"""
KERNEL_READY = """async () => {
  await window.jupyterapp.restored;
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.revealed;
  await panel.sessionContext.session.kernel.info;
}"""

ASK_KERNEL = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const request = kernel.requestExecute({ code, store_history: false });
  let said = "";
  request.onIOPub = ({ header, content }) => {
    if (header.msg_type === "stream") said += content.text;
    if (header.msg_type === "error") said += content.ename + ": " + content.evalue;
  };
  await request.done;
  return said.trim();
}"""
ASK_UNTIL = f"""async ([code, answer, patience]) => {{
  const ask = {ASK_KERNEL};
  const end = performance.now() + patience;
  let said = await ask(code);
  while (said !== answer && performance.now() < end) {{
    await new Promise(requestAnimationFrame);
    said = await ask(code);
  }}
  return said;
}}"""
# Bound functions are ipywidgets' own, which leaves one behind for every view that was closed; ours are closures.
COUNT_LISTENERS = """async (id) => {
  const waiting = window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell) => cell.outputArea?.widgets ?? []);
  while (waiting.length) {
    const widget = waiting.pop();
    if (widget._manager) {
      const model = await (await widget._manager.promise).get_model(id);
      return Object.values(model._events).flat().filter(({ callback }) => !String(callback).includes("[native code]")).length;
    }
    waiting.push(...(widget.children?.() ?? []));
  }
}"""


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Serve `folder / "work"`; gives the server's address."""
    (folder / "work").mkdir(parents=True, exist_ok=True)
    for name, values in SETTINGS.items():
        file = folder / "config" / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "QKWIDGETS_CACHE_DIR": "cache",
    }
    environment = os.environ | {name: str(folder / where) for name, where in own.items()}
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={folder / 'work'}"]
    server = subprocess.Popen(command, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        port = _port(server)
        threading.Thread(target=_drain, args=(server.stdout,), daemon=True).start()
        yield f"http://127.0.0.1:{port}"
        server.terminate()  # it ends its kernels before itself; those of a server that is killed notice it and end, too
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=ENDING_S)
    finally:
        server.kill()
        server.wait()


def _drain(pipe: TextIO) -> None:
    """Read what the server says, which would stop at a full pipe, until the last of its kernels has gone."""
    with pipe:
        pipe.read()


def _port(server: subprocess.Popen) -> str:
    """Read the log until it names the address."""
    log = ""
    for line in server.stdout:
        log += line
        if found := ADDRESS.search(line):
            return found[1]
    raise RuntimeError(f"JupyterLab did not start:\n{log}")


class Notebook:
    """A notebook open in JupyterLab, with a kernel that is ready."""

    def __init__(self, browser: Browser, address: str, name: str, **context: Any) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1400, "height": 1400}, **context)
        self.page.set_default_timeout(60_000)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        where = f"{address}/lab/workspaces/auto-t/tree/{name}?token={TOKEN}&reset"
        self.page.goto(where, wait_until="domcontentloaded")
        self.page.wait_for_function(KERNEL_IDLE)
        self.page.evaluate(KERNEL_READY)

    def command(self, name: str) -> None:
        """Start a command of JupyterLab and do not wait for it."""
        self.page.evaluate("name => { window.jupyterapp.commands.execute(name); }", name)

    def ask(self, code: str) -> str:
        """Run code in the notebook's kernel, in no cell; what it prints comes back."""
        return self.page.evaluate(ASK_KERNEL, code)

    def start(self, code: str) -> None:
        """Run code in the kernel and do not wait for it."""
        self.page.evaluate(f"code => {{ ({ASK_KERNEL})(code); }}", code)

    def ask_until(self, code: str, answer: str) -> str:
        """Ask the kernel until it prints this, or for half a minute: a widget's state reaches Python just after it is seen."""
        return self.page.evaluate(ASK_UNTIL, [code, answer, 30_000])

    def clear_output(self, cell: int) -> None:
        clear = "cell => window.jupyterapp.shell.currentWidget.content.widgets[cell].outputArea.model.clear()"
        self.page.evaluate(clear, cell)

    def run_cell(self, cell: int) -> None:
        """Start to run a cell and do not wait for it."""
        self.page.evaluate("cell => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = cell; }", cell)
        self.command("notebook:run-cell")

    def listeners(self, widget: str) -> int:
        """How many listeners of ours the browser's half of a widget has; `widget` is its name in Python."""
        return self.page.evaluate(COUNT_LISTENERS, self.ask(f"print({widget}.model_id)"))

    @property
    def n_cells(self) -> int:
        return self.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")

    @property
    def active_cell(self) -> int:
        return self.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex")


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook with these code cells."""
    import nbformat

    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}  # or JupyterLab asks for one
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=python)
    nbformat.write(notebook, path)

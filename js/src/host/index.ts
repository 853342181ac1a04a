/**
 * The host of a page without a kernel: it mounts widget modules on data that stand in the page. Python's half is
 * `qkwidgets/export/page.py`.
 *
 * The page (every part once, in any order, before this script):
 *
 *   <div data-qk-view="explorer"></div>                       where a model is shown; any number, also twice the same
 *   <script type="application/json" id="qk-state">            "<" written as \u003c
 *     {"models": [{"id": "explorer", "esm": "explorer", "traits": {"layer": 4, …, "live": false,
 *                  "spectra": {"bytes": "spectra", "gzip": true},
 *                  "tiles": {"L0H0": {"bytes": "tiles/L0H0", "gzip": true}, …}}}]}
 *   </script>
 *   <script type="text/plain" data-qk-bytes="tiles/L0H0">…</script>    base64 (of gzip where the reference says so)
 *   <script type="text/plain" data-qk-esm="explorer">…</script>        base64 of the module's UTF-8 source
 *   <script type="module">…this file…</script>
 *
 * `{"bytes": NAME}` anywhere inside the traits becomes bytes that are read from the page when they are first decoded, so a
 * page of fifteen megabytes opens as fast as a small one. Modules are imported through blob: addresses, and nothing is
 * ever fetched: the page lives under
 *   default-src 'none'; script-src 'sha256-…' blob:; worker-src blob:; img-src data: blob:; style-src 'sha256-…'
 * where the only hashed script is this one and the only hashed style is the page's own.
 */

import { mountPage } from "./page.ts";

void mountPage(new AbortController().signal);

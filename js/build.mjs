// Builds one self-contained ES module per widget into qkwidgets/widgets/static/, which is committed.
//
//   npm run build              every module, and fails when one is over its size
//   npm run build -- --watch   rebuild on change (with ANYWIDGET_HMR=1 the notebook follows)
//
// No code splitting: hosts import a widget's source from a blob: URL, where relative imports mean nothing.
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "qkwidgets", "widgets", "static");
const BUDGET_KB = {
  cosine_trend: 80,
  explorer: 80,
  factors: 80,
  gallery: 80,
  preference: 80,
  semantic: 80,
  host: 8,
};

/** Style sheets are text in a module, which esbuild would leave as they are. */
const minifiedCss = {
  name: "minified-css",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), {
        loader: "css",
        minify: true,
        charset: "utf8",
      });
      return { contents: code.trimEnd(), loader: "text" };
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: Object.keys(BUDGET_KB).map((name) => ({ in: `src/${name}/index.ts`, out: name })),
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [minifiedCss],
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  await build(options);
  for (const [name, budget] of Object.entries(BUDGET_KB)) {
    const size = statSync(join(outdir, `${name}.js`)).size / 1000;
    console.log(`${name}.js ${size.toFixed(1)} kB of at most ${budget} kB`);
    if (size > budget) process.exitCode = 1;
  }
}

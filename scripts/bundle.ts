import type { BuildOptions, Plugin } from "esbuild";

/**
 * What npm's libraries ask for, but only for what tare never does: run a package's scripts, call git, verify
 * provenance, answer queries over a tree, or decode text that is not UTF-8. They are a third of npm's bytes, and
 * node-gyp behind them can't be bundled at all. Whatever calls them nonetheless hears which one it lacks.
 */
const leftOut: Plugin = {
  name: "left out",
  setup({ onLoad, onResolve }) {
    const filter = /^(@npmcli\/(git|query|run-script)|bin-links|iconv-lite|sigstore)$/;
    onResolve({ filter }, ({ path }) => ({ path, namespace: "left-out" }));
    onLoad({ filter: /./, namespace: "left-out" }, ({ path }) => ({ contents: refusal(path) }));
  },
};

function refusal(name: string): string {
  const message = JSON.stringify(`tare does without ${name}`);
  return `const refuse = () => { throw new Error(${message}); };
    module.exports = new Proxy(refuse, { get: () => refuse });`;
}

/**
 * Some packages point to a file into which their own dependencies are bundled already. Their plain file shares those
 * with everybody else, and lets each dependency's licence be seen.
 */
const plain: Plugin = {
  name: "plain",
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/commonjs\/(.*\/)?index\.min\.js$/ }, () => ({
      contents: `module.exports = require("./index.js");`,
    }));
  },
};

const bundling = {
  bundle: true,
  platform: "node",
  target: "node24",
  minifySyntax: true,
  legalComments: "none",
  plugins: [leftOut, plain],
  metafile: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

// Arborist examines itself when it runs in its own folder, and asks for that folder where there is none.
const define = { "process.env.ARBORIST_DEBUG": `"0"` };

/** The published package: parts that a command does not need stay in chunks of their own and are not loaded. */
export const inChunks = {
  ...bundling,
  define,
  format: "esm",
  splitting: true,
  // openpgp stays a dependency of its own: users get its fixes without waiting for us, and its licence (LGPL) wants it
  // replaceable. node-liblzma is native and optional.
  external: ["openpgp", "node-liblzma"],
  // Bundled CommonJS asks for Node's own modules with require, which an ES module has not. Where nothing asks, joining
  // the chunks drops it.
  banner: {
    js: `import { createRequire as requireFrom } from "node:module"; const require = /* @__PURE__ */ (() => requireFrom(import.meta.url))();`,
  },
} as const satisfies BuildOptions;

/**
 * The single file: inside it there is no other one to import, so everything is one script; what tare would load later
 * is still run only then. The optional native xz decoder can't come along: its WebAssembly twin does the work.
 */
export const asOneScript = {
  ...bundling,
  define: { ...define, "import.meta.url": "SCRIPT_URL" },
  format: "cjs",
  external: ["node-liblzma"],
  // A script that starts from a blob can't import(), only require Node's own modules.
  supported: { "dynamic-import": false },
  banner: { js: `const SCRIPT_URL = require("node:url").pathToFileURL(process.execPath).href;` },
} as const satisfies BuildOptions;

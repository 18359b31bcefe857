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

/** How the published package and the single file are bundled alike. */
export const bundling = {
  bundle: true,
  platform: "node",
  target: "node24",
  minifySyntax: true,
  legalComments: "none",
  plugins: [leftOut, plain],
  // Arborist examines itself when it runs in its own folder, and asks for that folder where there is none.
  define: { "process.env.ARBORIST_DEBUG": `"0"` },
  metafile: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

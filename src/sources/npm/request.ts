import type { Progress, Store } from "../../model/seams.ts";

/** An npm application, as a recipe asks for it: either a project or published packages. */
export interface NpmRequest {
  /** Absolute folder that holds package.json, and the lock that decides. */
  readonly project?: string;
  /** `shout@0.53.0`, `@scope/debug`: packages of a registry, instead of a project. */
  readonly package?: readonly string[];
  /** As package.json has them. Empty with a project, whose package.json has its own. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Version of the Node.js that runs it (`24`, `22.11`), or `none`: another source brings it, or nobody. */
  readonly node: string;
  /** The folder of the image that holds `node_modules`, relative to its root. */
  readonly to: string;
  /** Whether programs lose what only linkers and debuggers read. */
  readonly strip: boolean;
  /** Whether packages lose what no program reads. */
  readonly slim: boolean;
}

/** What npm's part needs of the world. */
export interface NpmSeams {
  readonly store: Store;
  /** Environment variables: `HOME`, `npm_config_registry`, `HTTPS_PROXY`, … */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; its `.npmrc` counts when there is no project. */
  readonly folder: string;
  readonly offline: boolean;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

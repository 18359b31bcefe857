import { TareError } from "../../../errors.ts";
import type { NpmRequest, NpmSeams } from "../request.ts";
import type { NpmOptions } from "./client.ts";
import { hostNpm } from "./host-npm.ts";

/**
 * npm's configuration as npm itself would find it, without starting npm: `.npmrc` of the project, the user and the
 * machine, and `npm_config_…`; scopes, logins, proxies and certificate authorities with it. What tare decides itself
 * stands above: no script, no git and no file of the project is ever run, and no file is written.
 * @throws BAD_NPM_CONFIG
 */
export async function npmConfiguration(
  { project }: Pick<NpmRequest, "project">,
  { environment, folder, offline }: Pick<NpmSeams, "environment" | "folder" | "offline">,
): Promise<NpmOptions> {
  const [{ default: Config }, { default: npm }] = await Promise.all([
    import("@npmcli/config"),
    import("@npmcli/config/lib/definitions/index.js"),
  ]);
  try {
    const config = new Config({
      ...npm,
      ...(await hostNpm(environment.PATH)),
      // A copy, since npm writes into it.
      env: { ...environment },
      argv: ["node", "npm"],
      cwd: project ?? folder,
    });
    await config.load();
    config.validate();
    return { ...config.flat, ...decided, ...(offline && { offline: true }) };
  } catch (cause) {
    throw new TareError({ code: "BAD_NPM_CONFIG", why: whyOf(cause) }, { cause });
  }
}

const decided: NpmOptions = {
  ignoreScripts: true,
  ignoreExtension: true,
  audit: false,
  fund: false,
  allowGit: "none",
  allowFile: "none",
  allowDirectory: "all",
  allowRemote: "all",
  engineStrict: false,
  force: false,
  global: false,
  installLinks: false,
  packageLock: true,
  progress: false,
};

/** Names of settings, never what they are set to: those hold logins. */
function whyOf(cause: unknown): string {
  const { code, problems, path } = Object(cause) as Record<string, unknown>;
  if (code === "ERR_INVALID_AUTH" && Array.isArray(problems)) {
    const named = problems.map((one) => {
      const { action, key, from, where } = Object(one) as Record<string, unknown>;
      return action === "delete"
        ? `${key} of the ${where} settings is not used any more`
        : `${from} of the ${where} settings must name its registry`;
    });
    return `${named.join("; ")} (\`npm config fix\` mends that)`;
  }
  if (cause instanceof TypeError) return "two of its settings exclude each other";
  return typeof code === "string" && typeof path === "string"
    ? `${path} cannot be read (${code})`
    : "npm's own reader does not take it; see `npm config list`";
}

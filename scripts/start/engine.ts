import { mustRun, run } from "./program.ts";
import type { Started, ToStart } from "./started.ts";

/** docker or podman: a published port where its networks work, else a network with nothing but loopback. */
export async function startInEngine(
  engine: readonly string[],
  limits: readonly string[],
  image: ToStart,
): Promise<Started> {
  const [program = "", ...always] = engine;
  const engineRun = (...args: readonly string[]) => mustRun(program, [...always, ...args]);
  engineRun("version");
  engineRun("load", "--quiet", "--input", image.archive);
  const volumes = (image.volumes ?? []).flatMap(({ from, to }) => ["--volume", `${from}:${to}`]);
  const begin = (publish: boolean) => {
    const network = publish ? ["--publish", `127.0.0.1::${image.port}`] : ["--network", "none"];
    const container = engineRun("create", ...limits, ...volumes, ...network, image.reference).trim();
    try {
      engineRun("start", container);
      if (!publish) return { container };
      // Without a bridge docker starts it all the same, but publishes nothing.
      const published = Number(engineRun("port", container, `${image.port}/tcp`).trim().split(":").at(-1));
      return { container, published };
    } catch (error) {
      engineRun("rm", "--force", "--volumes", container);
      throw error;
    }
  };
  let begun: { readonly container: string; readonly published?: number };
  try {
    begun = begin(true);
  } catch {
    begun = begin(false);
  }
  const { container, ...way } = begun;
  const state = (field: string) =>
    run(program, [...always, "inspect", "--format", `{{.State.${field}}}`, container]).stdout.trim();
  return {
    ...way,
    inside: () => Number(state("Pid")) || undefined,
    alive: () => state("Running") === "true",
    output() {
      const { stdout, stderr } = run(program, [...always, "logs", container]);
      return `${stdout}${stderr}`;
    },
    async stop() {
      engineRun("rm", "--force", "--volumes", container);
      engineRun("image", "rm", image.reference);
    },
  };
}

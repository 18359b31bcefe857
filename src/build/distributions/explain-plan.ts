import { TareError } from "../../errors.ts";
import type { Explained } from "./explained.ts";

/** What planning repositories looks at. */
export type PlanWorld = Explained["world"];

/**
 * Where repositories are; where nobody says where the archive is, as if the environment had these placeholders: a lock can
 * be explained on a machine that knows no mirror.
 */
export async function planOrPlaceholder<Plan>(
  placeholders: Readonly<Record<string, string>>,
  world: PlanWorld,
  plan: (world: PlanWorld) => Promise<Plan>,
): Promise<Plan> {
  try {
    return await plan(world);
  } catch (error) {
    if (!(error instanceof TareError) || error.code !== "MIRROR_UNKNOWN") throw error;
    const given = Object.entries(world.environment).filter(([, value]) => value?.trim());
    const environment = { ...placeholders, ...Object.fromEntries(given) };
    // Members of the world are passed one by one, as some are methods of it.
    return plan({
      environment,
      readHostFile: (path) => world.readHostFile(path),
      listHostFolder: (path) => world.listHostFolder(path),
    });
  }
}

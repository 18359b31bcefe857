/**
 * `npm run demo`: builds examples/shout, the example of the talk that tare is made after, from the registries that this
 * machine is set up to use; shows how it was made and where its bytes are, has ordinary tools check it, and starts it
 * with whatever is here. Leaves out/shout.tar and the OCI layout out/shout.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseLock } from "../src/index.ts";
import { humanTime } from "../src/report/size.ts";
import { timedBuild } from "./demo/build.ts";
import { showDigests } from "./demo/digests.ts";
import { show, title } from "./demo/print.ts";
import { showServing } from "./demo/serve.ts";
import { showScripts, showTrust } from "./demo/vouch.ts";
import { showShares, showWeight } from "./demo/weigh.ts";
import { shippedImage } from "./start/shipped-image.ts";

const root = join(import.meta.dirname, "..");
const archive = join(root, "out/shout.tar");
const layout = join(root, "out/shout");

mkdirSync(join(root, "out"), { recursive: true });
rmSync(layout, { recursive: true, force: true });
const workshop = mkdtempSync(join(tmpdir(), "tare-demo-"));
try {
  await demo();
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  rmSync(workshop, { recursive: true, force: true });
}

async function demo(): Promise<void> {
  const folder = join(workshop, "shout");
  cpSync(join(root, "examples/shout"), folder, { recursive: true });
  // Of its own, and empty, so that the first build is as slow as it gets.
  const store = join(workshop, "store");

  title("The recipe", "examples/shout/tare.yaml");
  const recipe = readFileSync(join(folder, "tare.yaml"), "utf8");
  show(...lines(recipe.slice(recipe.indexOf("packages:"), recipe.indexOf("excludes:"))), "…");

  title("The build", "tare build examples/shout");
  const to = [`docker-archive:${archive}`, `oci:${layout}`];
  const { result, took } = await timedBuild(folder, store, to, (step, milliseconds) =>
    show(`${humanTime(milliseconds).padStart(7)}  ${step.replace(root, ".")}`),
  );
  const again = await timedBuild(folder, store, to);
  show(
    `${humanTime(took).padStart(7)}  in all, with nothing at hand; ${humanTime(again.took)} once more. No daemon, no root.`,
  );
  const [image] = result.images;
  const lock = parseLock(readFileSync(join(folder, "tare.lock"), "utf8"), { file: "tare.lock" });
  const [locked] = lock.platforms;
  if (image === undefined || locked === undefined) throw new Error("the build made no image");
  if (again.result.images[0]?.digest !== image.digest) throw new Error("two builds made two images");

  title("What it weighs", "npm -g install shout, on FROM node, in 2015");
  showWeight(image);

  title("Where the bytes are");
  showShares(image, locked);

  title("Who vouches for it", "tare.lock");
  showTrust(lock);
  showScripts(image);

  title("What ordinary tools say", "sha256sum, gzip -d, tar -t");
  showDigests(image, layout);

  title("And it runs");
  // Under a name that no image of yours has, since engines load it under that.
  const reference = "tare-demo:latest";
  const start = { archive: join(workshop, "start.tar"), tarball: join(workshop, "root.tar"), reference };
  await timedBuild(folder, store, [`docker-archive:${start.archive}:${reference}`, `tar:${start.tarball}`]);
  await showServing(shippedImage(start, image.configuration));

  show(
    "",
    "The image is out/shout.tar, and out/shout as an OCI layout. Run it yourself:",
    "  docker load --input out/shout.tar",
    "  docker run --rm -p 9000:9000 shout",
  );
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !/^ *#/.test(line));
}

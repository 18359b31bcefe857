import { resolve } from "node:path";
import { nearest } from "../bytes/nearest.ts";
import { TareError } from "../errors.ts";
import type { Refuse } from "../formats/dockerfile/refuse.ts";
import { isIndex } from "../images/blobs.ts";
import { isLocation, type Location, parseLocation } from "../images/location.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { parseReference } from "../model/reference.ts";
import type { StageWorld } from "./stage.ts";

/** Images from outside the Dockerfile; the caller keeps what they stand in for as long as the build's result is used. */
export interface Bases {
  /** `path` is absolute. */
  atLocation(location: Location): Promise<Image | ImageIndex>;
  /** The image of a tare recipe. @param path absolute: the recipe, or a folder with one */
  ofRecipe(path: string, platform: Platform): Promise<Image | ImageIndex>;
}

/** What an image is looked for with. */
type Around = Pick<StageWorld, "bases" | "folder" | "plan" | "platform" | "strict">;

const recipePrefix = "tare:";

/**
 * The image that FROM or --from names: a location of ours (`oci:…`), or a recipe (`tare:PATH`).
 * @throws BAD_DOCKERFILE, and what opening and building throw
 */
export async function baseImage(text: string, around: Around, refuse: Refuse): Promise<Image> {
  const { platform, strict } = around;
  const whole = await wholeImage(text, around, refuse);
  const images = isIndex(whole) ? whole.images : [whole];
  const found = images.find((image) => isSame(image.platform, platform));
  const [only] = images;
  if (found !== undefined) return found;
  if (!strict && only !== undefined && images.length === 1) return only;
  const have = images.map((image) => platformName(image.platform));
  return refuse(
    `${text} has no image for ${platformName(platform)}; it has ${have.join(", ") || "none at all"}`,
  );
}

async function wholeImage(
  text: string,
  { bases, folder, plan, platform }: Around,
  refuse: Refuse,
): Promise<Image | ImageIndex> {
  if (text.startsWith(recipePrefix)) {
    const path = text.slice(recipePrefix.length);
    if (path === "" || path.includes("\0"))
      refuse("tare: needs the path of a recipe, or of a folder with a tare.yaml");
    return bases.ofRecipe(resolve(folder, path), platform);
  }
  if (!isLocation(text)) {
    const meant = nearest(
      text,
      plan.stages.flatMap(({ from }) => from.stage ?? []).filter((name) => name !== text),
    );
    if (meant !== undefined)
      refuse(`there is no stage ${JSON.stringify(text)} above; did you mean ${meant}?`);
    return refuse(
      `${JSON.stringify(text)} would have to be pulled from a registry, which tare does not do yet: ${pullBy(text)}name a location such as oci:FOLDER or docker-archive:FILE, or a recipe as tare:FOLDER`,
    );
  }
  return bases.atLocation(locationIn(text, folder, refuse));
}

/** How skopeo brings it to where FROM finds it: beside the Dockerfile. */
function pullBy(text: string): string {
  const reference = parseReference(text);
  if (reference === undefined) return "";
  const location = `oci:${reference.repository.replace(/^.*\//, "")}:${reference.tag}`;
  return `\`skopeo copy docker://${text} ${location}\` beside the Dockerfile brings it, for FROM ${location}; or `;
}

function locationIn(text: string, folder: string, refuse: Refuse): Location {
  try {
    const location = parseLocation(text);
    if (location.path === "-")
      refuse(`${text} is a stream, which cannot be built upon: save it to a file first`);
    return location.path === "" ? location : { ...location, path: resolve(folder, location.path) };
  } catch (error) {
    if (!(error instanceof TareError) || error.problem.code !== "BAD_LOCATION") throw error;
    return refuse(`${JSON.stringify(text)} is no location that can be used here: ${error.problem.why}`);
  }
}

/** A variant that one side leaves out is the usual one. */
function isSame(a: Platform, b: Platform): boolean {
  const variant = ({ architecture, variant = usual[architecture] }: Platform) => variant;
  return a.os === b.os && a.architecture === b.architecture && variant(a) === variant(b);
}

const usual: Readonly<Record<string, string>> = { arm64: "v8", arm: "v7" };

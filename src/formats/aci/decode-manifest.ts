import { decodeApp } from "./decode-app.ts";
import { AciDoor } from "./door.ts";
import type { AciDependency, AciManifest, NamedValue } from "./manifest.ts";

const versionShape = /^([0-9]{1,9})\.[0-9]{1,9}\.[0-9]{1,9}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const idShape = /^sha512-[0-9a-f]{128}$/;
const timeShape =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,12})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

/** RFC 3339, as the annotation `created` has it. */
export function isTime(text: string): boolean {
  return timeShape.test(text) && !Number.isNaN(Date.parse(text));
}

/** What the annotations `homepage` and `documentation` may be. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** `where` names the manifest in sentences. Members that nobody knows are passed over. @throws BAD_ARCHIVE */
export function decodeAciManifest(bytes: Uint8Array, where: string): AciManifest {
  const door = new AciDoor(where);
  const from = door.members(door.parse(bytes), "it", [
    "acKind",
    "acVersion",
    "name",
    "labels",
    "app",
    "annotations",
    "dependencies",
    "pathWhitelist",
  ]);
  if (from.acKind !== "ImageManifest") door.refuse("its acKind is not ImageManifest");
  const version = door.text(from.acVersion, "acVersion");
  const major = versionShape.exec(version)?.[1];
  if (major === undefined) door.refuse(`its acVersion is ${JSON.stringify(version)}, which is no version`);
  if (Number(major) !== 0) door.refuse(`its acVersion is ${version}, and only 0.x is known`);
  return {
    acVersion: version,
    name: door.identifier(from.name, "name"),
    labels: door.labels(from.labels, "labels"),
    ...(from.app !== undefined && { app: decodeApp(from.app, door) }),
    annotations: annotationsOf(from.annotations, door),
    dependencies: door.optionalList(from.dependencies, "dependencies", (one, at) =>
      dependency(one, at, door),
    ),
    pathWhitelist: door.optionalList(from.pathWhitelist, "pathWhitelist", (path, at) => door.text(path, at)),
  };
}

function annotationsOf(value: unknown, door: AciDoor): readonly NamedValue[] {
  const annotations = door.named(value, "annotations", (name, at) => door.identifier(name, at));
  for (const { name, value: text } of annotations) {
    if (name === "created" && !isTime(text)) door.refuse("the annotation created is not a time of RFC 3339");
    if ((name === "homepage" || name === "documentation") && !isWebAddress(text))
      door.refuse(`the annotation ${name} is not a web address`);
  }
  return annotations;
}

function dependency(value: unknown, path: string, door: AciDoor): AciDependency {
  const from = door.members(value, path, ["imageName", "imageID", "labels", "size"]);
  const id = door.optionalText(from.imageID, `${path}.imageID`);
  if (id !== undefined && !idShape.test(id)) door.refuse(`${path}.imageID is not sha512- and its digits`);
  return {
    imageName: door.identifier(from.imageName, `${path}.imageName`),
    ...(id !== undefined && { imageID: id }),
    labels: door.labels(from.labels, `${path}.labels`),
    ...(from.size !== undefined && { size: door.size(from.size, `${path}.size`) }),
  };
}

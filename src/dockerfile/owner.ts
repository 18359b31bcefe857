import { collect } from "../bytes/bytes.ts";
import { decodeText } from "../bytes/text.ts";
import type { Refuse } from "../formats/dockerfile/refuse.ts";
import type { FileContent } from "./file-content.ts";
import type { Owner } from "./layer-plan.ts";
import type { StageRoot } from "./stage-root.ts";

/** Largest account file that is read. */
const fileLimit = 4 << 20;
/** Root is there, even in an image that lists nobody. */
const rootRow = ["root", "", "0", "0"];
const largestId = 0xff_ff_ff_fe;

/**
 * The numbers of `user` or `user:group`, names looked up in the stage's own accounts. A user without a group brings
 * its own; a number that stands alone is both, as docker has it.
 * @throws BAD_DOCKERFILE
 */
export async function ownerOf(text: string, root: StageRoot, refuse: Refuse): Promise<Owner> {
  const [user = "", group, ...more] = text.split(":");
  if (user === "" || group === "" || more.length > 0)
    return refuse(`${JSON.stringify(text)} is no owner, as in user, user:group or 1000:1000`);
  const name = async (kind: "user" | "group", wanted: string): Promise<readonly string[]> => {
    if (wanted === "root") return rootRow;
    const file = kind === "user" ? "etc/passwd" : "etc/group";
    const row = rowOf(await readText(root, file), wanted);
    return (
      row ??
      refuse(
        `the image has no ${kind} ${wanted}: /${file} does not list it; use a number, or COPY an /${file} that does`,
      )
    );
  };
  const id = (number: string | undefined) =>
    number !== undefined && isNumber(number) && Number(number) <= largestId
      ? Number(number)
      : refuse(`${JSON.stringify(text)} stands for no number that an owner can have`);
  const row = isNumber(user) ? undefined : await name("user", user);
  const uid = id(row === undefined ? user : row[2]);
  if (group === undefined) return { uid, gid: row === undefined ? uid : id(row[3]) };
  return { uid, gid: id(isNumber(group) ? group : (await name("group", group))[2]) };
}

function isNumber(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text);
}

function rowOf(text: string, name: string): readonly string[] | undefined {
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .find(([first]) => first === name);
}

/** The empty text for a file that is not there. */
async function readText(root: StageRoot, path: string): Promise<string> {
  const { node, missing } = root.lookUp(path);
  if (missing.length > 0 || node.kind === "folder") return "";
  const bytes = await bytesOf(root.placedAt(node).content, `/${path}`);
  return decodeText(bytes);
}

async function bytesOf(content: FileContent, what: string): Promise<Uint8Array> {
  if ("open" in content) {
    const bytes = content.open();
    return bytes instanceof Uint8Array ? bytes : collect(bytes, fileLimit, what);
  }
  let found: Uint8Array = new Uint8Array(0);
  let index = 0;
  for await (const { content: bytes } of content.bundle.entries()) {
    if (index === content.index)
      found = bytes instanceof Uint8Array ? bytes : await collect(bytes, fileLimit, what);
    index += 1;
  }
  return found;
}

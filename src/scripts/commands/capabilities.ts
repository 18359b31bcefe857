import { fileCapabilities } from "../../formats/file-capabilities.ts";
import { type Call, type Emulation, type Status, Unsure } from "../shell/interpret.ts";
import { optionsOf } from "./arguments.ts";

export const capabilities = new Map<string, Emulation>([["setcap", setCapabilities]]);

/** `setcap CAPABILITIES FILE`. */
function setCapabilities(call: Call): Status {
  const { operands } = optionsOf(call, ["-q"]);
  const [text = "", path = "", ...rest] = operands;
  const value = fileCapabilities(text);
  if (value === undefined || rest.length > 0) throw new Unsure(`the capabilities ${text} are not known`);
  const { workspace } = call.shell;
  const node = workspace.resolve(path);
  if (node?.type !== "file") return 1;
  if (!node.content) throw new Unsure(`${path} would change, and its content is not at hand`);
  workspace.change(path, { xattrs: new Map([...(node.xattrs ?? []), ["security.capability", value]]) });
  call.shell.findings.handled.add(`capabilities of ${path}`);
  return 0;
}

import { resolve } from "node:path";
import { TareError } from "../../errors.ts";
import { clearedText, contentsOf, contentsText, sweptText, verifiedText } from "../../report/store.ts";
import { command, storeOption } from "../command.ts";
import { storeFolder } from "../folders.ts";
import { parseAge, parseSize } from "../quantities.ts";

const actions = ["path", "list", "gc", "verify", "clear"] as const;

export const store = command({
  name: "store",
  summary: "Look after the store of packages and layers",
  about: [
    "path prints where it is. list says what is in it. gc removes what was not used lately (--older), then the longest unused until it is small enough (--max-size), and what interrupted builds left behind. verify reads everything and removes what is damaged. clear removes everything.",
    "All of it can be fetched or made again, except packages that an old tare.lock names and no mirror has any more.",
  ],
  arguments: [{ name: "ACTION", summary: `One of ${actions.join(", ")}`, required: true }],
  options: {
    older: { value: "AGE", summary: "gc: remove what was not used for so long, as 30d or 12h" },
    "max-size": { value: "SIZE", summary: "gc: keep at most so much, as 500MB or 2GB" },
    ...storeOption,
  },
  examples: [
    {
      does: "Remove what nobody used for a month, and keep at most two gigabytes",
      line: "tare store gc --older 30d --max-size 2GB",
    },
    { does: "See what is in it", line: "tare store list" },
  ],
  async run({ arguments: [action], options }, io) {
    const refuse = (why: string): never => {
      throw new TareError({ code: "BAD_USAGE", why, help: "tare store --help" });
    };
    if (action !== "gc" && (options.older !== undefined || options["max-size"] !== undefined))
      refuse("--older and --max-size go with gc");
    const folder =
      options.store === undefined ? storeFolder(io.environment) : resolve(io.folder, options.store);
    const say = (value: unknown, text: string) =>
      io.out(options.json ? `${JSON.stringify(value, null, 2)}\n` : text);
    const { garbage } = io.engine;
    switch (action) {
      case "path":
        say({ folder }, `${folder}\n`);
        return 0;
      case "list": {
        const contents = contentsOf(await garbage.listStore(folder));
        say({ folder, rooms: contents }, contentsText(folder, contents, io));
        return 0;
      }
      case "gc": {
        const older =
          options.older === undefined
            ? undefined
            : (parseAge(options.older) ??
              refuse(`--older needs an age, as 30d, not ${JSON.stringify(options.older)}`));
        const maxSize =
          options["max-size"] === undefined
            ? undefined
            : (parseSize(options["max-size"]) ??
              refuse(`--max-size needs a size, as 2GB, not ${JSON.stringify(options["max-size"])}`));
        const swept = await garbage.collectGarbage(folder, {
          ...(older !== undefined && { usedSince: Date.now() - older }),
          ...(maxSize !== undefined && { maxSize }),
        });
        say(swept, sweptText(swept));
        return 0;
      }
      case "verify": {
        const verified = await garbage.verifyStore(folder, io.signal);
        say(verified, verifiedText(verified));
        return verified.damaged.length > 0 ? 1 : 0;
      }
      case "clear": {
        const swept = await garbage.collectGarbage(folder, { maxSize: 0 });
        say(swept, clearedText(swept));
        return 0;
      }
      default:
        return refuse(`tare store does ${actions.join(", ")}, not ${JSON.stringify(action)}`);
    }
  },
});

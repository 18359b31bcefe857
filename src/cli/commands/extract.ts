import { resolve } from "node:path";
import { TareError } from "../../errors.ts";
import { command } from "../command.ts";
import { insideArgument, insideOptions } from "../inside-arguments.ts";
import { parseSize } from "../quantities.ts";

const help = "tare extract --help";

export const extract = command({
  name: "extract",
  summary: "Extract an image's files into a folder, without root",
  about: [
    "Writes the root filesystem that the layers make together, or only some PATHs, into a new or empty folder: as a whole, or nothing at all. Whatever the image says, no file outside the folder is touched.",
    "What the folder cannot keep is not lost: owners, modes, times and attributes of all entries stand in DIR.tare.jsonl beside it. As root, files get their owners; as anybody else they are yours, and you can read them all. Devices, pipes and set-user-ID bits come only when asked for; devices and those bits need root, too.",
  ],
  arguments: [
    insideArgument,
    { name: "PATH", summary: "A file or folder of the image (default: everything)", many: true },
  ],
  options: {
    to: { value: "DIR", summary: "The folder; needed" },
    replace: { summary: "Take the place of what an earlier extraction made there; never of your own files" },
    devices: { summary: "Make pipes, too, and as root devices" },
    setuid: { summary: "Keep set-user-ID and set-group-ID bits, as root" },
    "max-size": { value: "SIZE", summary: "Give up when the files are more than this, as 2GB" },
    ...insideOptions,
  },
  examples: [
    { does: "Have an image's files in a folder", line: "tare extract docker-archive:hello.tar --to rootfs" },
    {
      does: "Take two things out of an image",
      line: "tare extract oci:image:1 etc/passwd usr/share/doc --to here",
    },
  ],
  async run({ arguments: [location = "", ...paths], options }, io) {
    const refuse = (why: string) => new TareError({ code: "BAD_USAGE", why, help });
    if (options.to === undefined) throw refuse("there is no folder to extract into: give --to DIR");
    const folder = resolve(io.folder, options.to);
    if (folder === io.folder)
      throw refuse(
        "the current folder would give way to a new one of its name; name a folder in it with --to",
      );
    const most = options["max-size"];
    const sizeLimit = most === undefined ? undefined : parseSize(most);
    if (most !== undefined && sizeLimit === undefined)
      throw refuse(`--max-size needs a size, as 2GB, not ${JSON.stringify(most)}`);
    const { extractFiles } = await import("../../extract/look-inside.ts");
    const { withInside } = await import("../with-inside.ts");
    return withInside(io, location, options, async ({ inside }) => {
      const { makeNode } = await import("../make-node.ts");
      const result = await extractFiles(inside, paths, folder, {
        owners: process.geteuid?.() === 0,
        setuid: options.setuid,
        replace: options.replace,
        signal: io.signal,
        ...(options.devices && { makeNode }),
        ...(sizeLimit !== undefined && { sizeLimit }),
      });
      if (options.json) io.out(`${JSON.stringify(result, null, 2)}\n`);
      else {
        const { extractedText, lossSentences } = await import("../../report/extraction.ts");
        for (const sentence of lossSentences(result)) io.note(sentence);
        io.out(extractedText(result));
      }
      return 0;
    });
  },
});

import { command } from "../command.ts";
import { insideArgument, insideOptions } from "../inside-arguments.ts";

/** Bytes of a file that `--json` shows. */
const jsonLimit = 64 << 20;

export const cat = command({
  name: "cat",
  summary: "Print one file of an image",
  about: [
    "Looks for the file from the uppermost layer down, and reads no more layers than it must. Symlinks are followed inside the image. With --json also what its entry says, and the content in base64.",
    "The layer is verified while it is read: when it is not what its digest says, the exit code tells so after the content.",
  ],
  arguments: [insideArgument, { name: "PATH", summary: "The file", required: true }],
  options: insideOptions,
  examples: [{ does: "Read a file of an image", line: "tare cat oci:image:1 etc/os-release" }],
  async run({ arguments: [location = "", path = ""], options }, io) {
    const { withFile } = await import("../../extract/look-inside.ts");
    const { withInside } = await import("../with-inside.ts");
    return withInside(io, location, options, async ({ inside }) => {
      await withFile(
        inside,
        path,
        async (entry) => {
          const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
          if (options.json) {
            const { collect } = await import("../../bytes/bytes.ts");
            const { plainHeader } = await import("../../formats/sidecar.ts");
            const bytes = await collect(content, jsonLimit, path);
            const shown = { ...plainHeader(entry), content: bytes.toString("base64") };
            io.out(`${JSON.stringify(shown, null, 2)}\n`);
          } else {
            const { intoStream } = await import("../../images/sink.ts");
            const write = intoStream(io.stdout);
            for await (const chunk of content) await write(chunk);
          }
        },
        io.signal,
      );
      return 0;
    });
  },
});

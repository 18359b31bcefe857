import { sourceDateEpoch } from "../../build/source-date.ts";
import { TareError } from "../../errors.ts";
import { command } from "../command.ts";
import { copying, editOptions, platformFrom } from "../copying.ts";
import { locationArgument } from "../location-argument.ts";

const help = "tare config --help";

export const config = command({
  name: "config",
  summary: "Change the configuration of an image",
  about: [
    "Each --change is an instruction as in a Dockerfile, with docker's quoting and variables: what `docker commit --change` takes. The layers stay byte for byte, and the history gets a line for each change. Of an image for several platforms each is changed, unless --platform names one.",
  ],
  arguments: [
    { name: "SOURCE", summary: "Where the image is", required: true },
    { name: "DESTINATION", summary: "Where the changed one goes", required: true },
  ],
  options: {
    change: {
      value: "INSTRUCTION",
      short: "c",
      many: true,
      summary:
        "CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME or WORKDIR",
    },
    ...editOptions,
  },
  examples: [
    {
      does: "Have another command run, as another user",
      line: "tare config --change 'CMD [\"serve\"]' --change 'USER 65532' oci:image:1 oci:image:2",
    },
    {
      does: "Add to a variable",
      line: "tare config --change 'ENV PATH=/opt/app/bin:$PATH' docker-daemon:app docker-daemon:app",
    },
  ],
  async run({ arguments: [source = "", destination = ""], options }, io) {
    if (options.change.length === 0)
      throw new TareError({
        code: "BAD_USAGE",
        why: "there is nothing to change: give at least one --change",
        help,
      });
    const given = { epoch: sourceDateEpoch(io.environment) };
    const from = {
      sources: [await locationArgument(source, io.folder)],
      destination: await locationArgument(destination, io.folder),
      platform: platformFrom(options.platform, help),
    };
    return copying(io, from, options, async () => {
      const { changeConfig } = await import("../../edit/change-config.ts");
      return { edit: (image) => changeConfig(image, options.change, given) };
    });
  },
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { parseLocation } from "../../src/images/location.ts";
import { openNamed } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { busyboxImage, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { seededBytes } from "../kit/seeded-bytes.ts";
import { withFolder } from "../kit/temporary.ts";

test("docker-daemon: gives an image to a daemon that runs it, and takes it back with the same configuration", async (context) => {
  needsPeers(context, ...dockerdPeers);
  needsRoot(context);
  const big = await layerOf({ "data/": {}, "data/big": { content: seededBytes(1, 20 << 20) } }, "none");
  const image = await busyboxImage(big);
  await withFolder((folder) =>
    withDockerd(async (docker, socket) => {
      const environment = { DOCKER_HOST: socket };
      const events: string[] = [];
      const options = { environment, progress: (event: object) => events.push(JSON.stringify(event)) };
      const saved = await saveImage(image, parseLocation("docker-daemon:tare/test:1"), options);
      expect(saved.bytes).toBeGreaterThan(20 << 20);
      expect(events.some((event) => event.includes('"name":"loaded '))).toBe(true);
      const id = await docker(["image", "inspect", "--format", "{{.Id}}", "tare/test:1"]);
      expect(id.stdout.trim()).toBe(image.configuration.digest);
      expect(await docker(["run", "--rm", "--network", "none", "tare/test:1"])).toMatchObject({
        code: 0,
        stdout: "made of layers\n",
      });
      for (const name of ["tare/test:1", image.configuration.digest]) {
        const opened = await openNamed(parseLocation(`docker-daemon:${name}`), {
          environment,
          scratch: async () => folder,
        });
        const back = opened.image as Image;
        expect(opened.manifestMade).toBe(true);
        expect(back.configuration.digest).toBe(image.configuration.digest);
        expect(back.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
        await saveImage(back, parseLocation(`oci:${join(folder, "layout")}:1`));
      }
      const open = (name: string, host = socket) =>
        openNamed(parseLocation(`docker-daemon:${name}`), {
          environment: { DOCKER_HOST: host },
          scratch: async () => folder,
        });
      await expect(open("nobody/has-it:1")).rejects.toThrow(
        `The docker daemon at ${socket} holds no image named nobody/has-it:1: name one of tare/test:1.`,
      );
      await expect(open("x", `${socket}.not`)).rejects.toThrow(
        "cannot be reached: there is no such socket; start docker, or say in DOCKER_HOST where it listens.",
      );
      const bad = { ...image, configuration: big };
      await expect(saveImage(bad, parseLocation("docker-daemon:x"), options)).rejects.toMatchObject({
        code: "DAEMON_REFUSED",
      });
    }),
  );
});

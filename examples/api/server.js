import { readFile } from "node:fs/promises";
import Fastify from "fastify";
import sharp from "sharp";

const server = Fastify({ logger: true });
const logo = await readFile(new URL("logo.svg", import.meta.url));

server.get("/", () => ({ service: "api", node: process.version, libvips: sharp.versions.vips }));

server.get("/logo/:width", {
  schema: {
    params: { type: "object", properties: { width: { type: "integer", minimum: 1, maximum: 2000 } } },
  },
  handler: async (request, reply) =>
    reply.type("image/png").send(await sharp(logo).resize(request.params.width).png().toBuffer()),
});

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
await server.listen({ host: process.env.HOST ?? "0.0.0.0", port: Number(process.env.PORT ?? 8080) });

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningImage, startImage } from "../../scripts/start/start-image.ts";
import { mustRun } from "../kit/command.ts";
import { type BuiltExample, buildExample, buildFolder, runInRoot, unpack } from "../kit/example.ts";
import { findPeer } from "../kit/peers.ts";
import { newFolder } from "../kit/temporary.ts";

/**
 * The talk's example: Debian's taskd from examples/taskd, as the server of two real Taskwarrior clients, which come from
 * an image as well. Certificates are made here; organisation and user by the server's own program.
 */
let folder: string;
let remove: () => Promise<void>;
let server: BuiltExample;
let data: string;
let credentials: string;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  server = await buildExample("taskd", folder);
  const root = await unpack(server.image, join(folder, "server"));
  const taskd = (...args: string[]) =>
    runInRoot(root, ["/usr/bin/taskd", "add", ...args, "--data", "/var/lib/taskd"]);
  expect(await taskd("org", "Public")).toMatchObject({ code: 0 });
  const { stdout } = await taskd("user", "Public", "Me");
  credentials = `Public/Me/${/New user key: (\S+)/.exec(stdout)?.[1]}`;
  data = join(root, "var/lib/taskd");
  if (findPeer("openssl")) await makeCertificates(data);
  const { uid, gid } = server.image.user;
  if (process.getuid?.() === 0) await mustRun("chown", ["-R", `${uid}:${gid}`, data]);
  await mustRun("chmod", ["755", folder, join(folder, "server")]);
});

afterAll(() => remove?.());

test("no maintainer script of taskd's is left", () => {
  const [image] = server.result.images;
  expect(image?.coverage.filter(({ verdict }) => verdict === "needs-you")).toEqual([]);
});

test("two Taskwarrior clients synchronise through it over TLS", { timeout: 180_000 }, async (context) => {
  if (!findPeer("openssl")) return context.skip("not installed here: openssl");
  const running: RunningImage = await startImage(server.image, {
    port: 53_589,
    ready: (port) => handshake(port),
    volumes: [{ from: data, to: "/var/lib/taskd" }],
  });
  try {
    const client = await makeClient(running.port);
    const first = (...args: string[]) => task(client, "first", ...args);
    const second = (...args: string[]) => task(client, "second", ...args);
    await first("add", "weigh", "the", "container");
    expect(await first("sync", "init")).toContain("Sync successful");
    expect(await second("sync")).toContain("Sync successful");
    expect(JSON.parse(await second("export"))).toMatchObject([
      { description: "weigh the container", status: "pending" },
    ]);
    await second("1", "done");
    expect(await second("sync")).toContain("Sync successful");
    expect(await first("sync")).toContain("Sync successful");
    expect(JSON.parse(await first("export"))).toMatchObject([{ status: "completed" }]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\ntaskd in ${running.runtime} said: ${running.output()}`);
  } finally {
    await running.stop();
  }
});

/** An authority, and what it says of the server and of the client. */
async function makeCertificates(to: string): Promise<void> {
  const openssl = (...args: string[]) => mustRun("openssl", args, { cwd: to });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  const authority = ["-x509", "-keyout", "ca.key.pem", "-out", "ca.cert.pem", "-days", "2"];
  await openssl("req", ...key, ...authority, "-subj", "/CN=authority");
  for (const name of ["server", "client"]) {
    await openssl("req", ...key, "-keyout", `${name}.key.pem`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    await writeFile(join(to, `${name}.ext`), "subjectAltName = IP:127.0.0.1\n");
    const signed = ["-CA", "ca.cert.pem", "-CAkey", "ca.key.pem", "-CAcreateserial", "-days", "2"];
    const files = ["-in", `${name}.csr`, "-out", `${name}.cert.pem`, "-extfile", `${name}.ext`];
    await openssl("x509", "-req", ...signed, ...files);
  }
}

/** Debian's taskwarrior, unpacked, with a folder for each of two clients. Returns its root. */
async function makeClient(port: number): Promise<string> {
  const recipe = { from: "debian", suite: "bookworm", include: ["taskwarrior"] };
  await mkdir(join(folder, "task"));
  await writeFile(join(folder, "task/tare.yaml"), JSON.stringify({ name: "task", packages: [recipe] }));
  const { image } = await buildFolder(join(folder, "task"), join(folder, "store"));
  const root = await unpack(image, join(folder, "client"));
  for (const name of ["first", "second"]) {
    const home = join(root, name);
    await mkdir(home);
    const files = ["ca.cert", "client.cert", "client.key"].map((file) => join(data, `${file}.pem`));
    await mustRun("cp", [...files, home]);
    const settings = [
      `data.location=/${name}`,
      `taskd.server=127.0.0.1:${port}`,
      `taskd.credentials=${credentials}`,
      `taskd.ca=/${name}/ca.cert.pem`,
      `taskd.certificate=/${name}/client.cert.pem`,
      `taskd.key=/${name}/client.key.pem`,
      "taskd.trust=strict",
      "confirmation=off",
      "news.version=2.6.0",
    ];
    await writeFile(join(home, "taskrc"), `${settings.join("\n")}\n`);
  }
  return root;
}

async function task(root: string, client: string, ...args: string[]): Promise<string> {
  const ran = await runInRoot(root, ["/usr/bin/task", `rc:/${client}/taskrc`, ...args]);
  if (ran.code !== 0) throw new Error(`task ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
  return `${ran.stdout}${args[0] === "sync" ? ran.stderr : ""}`;
}

/** TLS as far as the server's certificate; it wants one of ours as well, which only clients have. */
function handshake(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      socket.destroy();
      resolve();
    });
    socket.setTimeout(2_000, () => socket.destroy(new Error("no TLS in time")));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed without TLS")));
  });
}

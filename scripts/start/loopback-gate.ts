/**
 * Lets this machine's loopback interface reach a port inside a container's network namespace, without root, bridges or
 * firewall rules: the parent listens here, and a child of it, moved into the namespace by nsenter, is handed the
 * listening socket. A socket belongs to the namespace that it was made in, so the child accepts out here and connects
 * in there. This file is both: run as a program, it is the child.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readlinkSync } from "node:fs";
import { type AddressInfo, connect, createServer, Server } from "node:net";

export interface Gate {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

/** @param pid a process in the container; @param port what listens there on the container's own loopback interface */
export async function openGate(pid: number, port: number): Promise<Gate> {
  const server = createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve, reject) =>
    server.on("error", reject).listen(0, "127.0.0.1", () => resolve()),
  );
  const at = (server.address() as AddressInfo).port;
  const enter = ["--target", String(pid), "--net"];
  // Only the owner of a user namespace may enter its networks, and only by way of it; the ids there may be few.
  if (namespaceOf("self", "user") !== namespaceOf(pid, "user"))
    enter.push("--user", "--preserve-credentials");
  const child = fork(import.meta.filename, [String(port)], {
    execPath: "nsenter",
    execArgv: [...enter, process.execPath],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  try {
    await inside(child);
    await new Promise<void>((resolve, reject) =>
      child.send("listen", server, (error) => (error ? reject(error) : resolve())),
    );
  } catch (error) {
    await ended(child);
    throw error;
  } finally {
    server.close();
  }
  return { port: at, close: () => ended(child) };
}

/** Which namespace a process is in: the same text for the same one; undefined when nobody may know. */
export function namespaceOf(pid: number | "self", kind: "net" | "user"): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

function inside(child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("error", reject);
    child.once("close", () => reject(new Error(said.trim().split("\n").at(-1) || "nsenter ended")));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await end;
}

function relay(port: number): void {
  process.on("message", (_, handle) => {
    if (!(handle instanceof Server)) return;
    handle.on("connection", (outer) => {
      const inner = connect(port, "127.0.0.1");
      outer.on("error", () => inner.destroy()).pipe(inner);
      inner.on("error", () => outer.destroy()).pipe(outer);
    });
  });
  process.on("disconnect", () => process.exit());
  process.send?.("inside");
}

if (process.argv[1] === import.meta.filename) relay(Number(process.argv[2]));

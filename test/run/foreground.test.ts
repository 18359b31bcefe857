import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type ForegroundOptions, inForeground } from "../../src/run/foreground.ts";
import { withFolder } from "../kit/temporary.ts";

const program = (script: string) => ({ file: "/bin/sh", args: ["-c", script] });
const plain = { environment: { PATH: "/usr/bin:/bin" }, terminal: false, stdio: "ignore" } as const;

/** Starts a shell script that makes the file `ready`, sends it a signal then, and returns its exit code. */
function signalled(
  script: string,
  signal: NodeJS.Signals,
  passesSignals: boolean,
  tell?: ForegroundOptions["tell"],
): Promise<number> {
  return withFolder(async (folder) => {
    const ready = join(folder, "ready");
    const file = join(folder, "program");
    await writeFile(
      file,
      `trap 'exit 9' ${signal.slice(3)}; : > ${ready}; n=0
while [ $n -lt 60 ]; do n=$((n + 1)); sleep 0.05; done; exit 3`,
    );
    let heard: ((signal: NodeJS.Signals) => void) | undefined;
    const running = inForeground(program(script.replace("PROGRAM", `sh ${file}`)), {
      ...plain,
      passesSignals,
      ...(tell && { tell }),
      signals(hear) {
        heard = hear;
        return () => {
          heard = undefined;
        };
      },
    });
    while (!existsSync(ready)) await sleep(10);
    heard?.(signal);
    const code = await running;
    expect(heard).toBeUndefined();
    return code;
  });
}

test("a signal goes to a program that passes it on by itself", async () => {
  expect(await signalled("exec PROGRAM", "SIGTERM", true)).toBe(9);
});

test("else it goes to the program's child, as in a container that has no init", async () => {
  const script = "trap : HUP; PROGRAM & wait $!; exit $?";
  expect(await signalled(script, "SIGHUP", false)).toBe(9);
});

test("what cannot be told in another way is told as ever", async () => {
  const asked: NodeJS.Signals[] = [];
  const tell = async (signal: NodeJS.Signals) => {
    asked.push(signal);
    return "no such container";
  };
  expect(await signalled("exec PROGRAM", "SIGTERM", true, tell)).toBe(9);
  expect(asked).toEqual(["SIGTERM"]);
});

test("a signal that was told in another way does not come twice", async () => {
  expect(await signalled("exec PROGRAM", "SIGTERM", true, async () => undefined)).toBe(3);
});

test("the exit code is the program's, or tells the signal that ended it", async () => {
  const options = { ...plain, passesSignals: true };
  expect(await inForeground(program("exit 42"), options)).toBe(42);
  expect(await inForeground(program("kill -KILL $$"), options)).toBe(137);
});

test.each([
  ["once, and some time has passed", ["SIGTERM"], 10],
  ["so again and again", ["SIGINT", "SIGINT", "SIGTERM"], 1_000_000],
] as const)("what does not listen is ended by force when it is told %s", async (_, signals, grace) => {
  let child = 0;
  const told = new Promise<void>((force) => {
    let heard: ((signal: NodeJS.Signals) => void) | undefined;
    const running = inForeground(program("trap : TERM INT; while :; do sleep 0.05; done"), {
      ...plain,
      passesSignals: true,
      grace,
      force: () => {
        process.kill(-child, "SIGKILL");
        force(running.then((code) => expect(code).toBe(137)));
      },
      started(pid) {
        child = pid;
      },
      signals(hear) {
        heard = hear;
        return () => {};
      },
    });
    for (const signal of signals) setTimeout(() => heard?.(signal), 200);
  });
  await told;
});

import type { AciDoor } from "./door.ts";
import type { AciApp, MountPoint, Port } from "./manifest.ts";

const variableShape = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** Whether an environment variable may be called so. */
export function isVariableName(text: string): boolean {
  return variableShape.test(text);
}

export const highestPort = 65_535;
const largestId = 0xff_ff_ff_fe;

/** The member `app`. @throws BAD_ARCHIVE */
export function decodeApp(value: unknown, door: AciDoor): AciApp {
  const from = door.members(value, "app", [
    "exec",
    "eventHandlers",
    "user",
    "group",
    "supplementaryGIDs",
    "workingDirectory",
    "environment",
    "mountPoints",
    "ports",
    "isolators",
    "userAnnotations",
    "userLabels",
  ]);
  const account = (kind: "user" | "group") => {
    const text = door.optionalText(from[kind], `app.${kind}`) ?? "";
    if (text === "") door.refuse(`app has no ${kind}`);
    return text;
  };
  return {
    exec: execOf(from.exec, "app.exec", door),
    eventHandlers: handlersOf(from.eventHandlers, door),
    user: account("user"),
    group: account("group"),
    supplementaryGIDs: door.optionalList(from.supplementaryGIDs, "app.supplementaryGIDs", (id, at) => {
      const number = door.size(id, at);
      return number > largestId ? door.refuse(`${at} is no group`) : number;
    }),
    workingDirectory: workingDirectoryOf(from.workingDirectory, door),
    environment: door.named(from.environment, "app.environment", (name, at) => {
      const text = door.text(name, at);
      if (!isVariableName(text)) door.refuse(`${at} is ${JSON.stringify(text)}, which is no variable's name`);
      return text;
    }),
    mountPoints: door.optionalList(from.mountPoints, "app.mountPoints", (one, at) =>
      mountPoint(one, at, door),
    ),
    ports: door.optionalList(from.ports, "app.ports", (one, at) => port(one, at, door)),
    isolators: door.optionalList(from.isolators, "app.isolators", (one, at) => {
      const isolator = door.members(one, at, ["name", "value"]);
      if (isolator.value === undefined) door.refuse(`${at} has no value`);
      return { name: door.identifier(isolator.name, `${at}.name`), value: isolator.value };
    }),
    userAnnotations: door.strings(from.userAnnotations, "app.userAnnotations"),
    userLabels: door.strings(from.userLabels, "app.userLabels"),
  };
}

function execOf(value: unknown, path: string, door: AciDoor): readonly string[] {
  return door.optionalList(value, path, (argument, at) => door.text(argument, at));
}

function handlersOf(value: unknown, door: AciDoor): AciApp["eventHandlers"] {
  const seen = new Set<string>();
  return door.optionalList(value, "app.eventHandlers", (one, at) => {
    const from = door.members(one, at, ["name", "exec"]);
    const name = door.text(from.name, `${at}.name`);
    if (name !== "pre-start" && name !== "post-stop")
      door.refuse(`${at}.name is ${JSON.stringify(name)}, not pre-start or post-stop`);
    if (seen.has(name)) door.refuse(`app.eventHandlers has ${name} twice`);
    seen.add(name);
    return { name, exec: execOf(from.exec, `${at}.exec`, door) };
  });
}

function workingDirectoryOf(value: unknown, door: AciDoor): string {
  const path = door.optionalText(value, "app.workingDirectory") ?? "";
  if (path !== "" && !path.startsWith("/")) door.refuse("app.workingDirectory is not an absolute path");
  return path;
}

function mountPoint(value: unknown, path: string, door: AciDoor): MountPoint {
  const from = door.members(value, path, ["name", "path", "readOnly"]);
  const place = door.text(from.path, `${path}.path`);
  if (place === "") door.refuse(`${path} has no path`);
  return {
    name: door.acName(from.name, `${path}.name`),
    path: place,
    readOnly: door.flag(from.readOnly, `${path}.readOnly`),
  };
}

function port(value: unknown, path: string, door: AciDoor): Port {
  const from = door.members(value, path, ["name", "protocol", "port", "count", "socketActivated"]);
  const first = door.size(from.port, `${path}.port`);
  // The specification's own library writes 0 where it means one.
  const count = Math.max(door.size(from.count ?? 1, `${path}.count`), 1);
  if (first < 1 || first + count - 1 > highestPort)
    door.refuse(`${path} has ports outside of 1 to ${highestPort}`);
  return {
    name: door.acName(from.name, `${path}.name`),
    protocol: door.text(from.protocol, `${path}.protocol`),
    port: first,
    count,
    socketActivated: door.flag(from.socketActivated, `${path}.socketActivated`),
  };
}

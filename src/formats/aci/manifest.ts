import { encodeJson, sortedMap } from "../oci/json.ts";

/** The version that is written; every other 0.x is read (spec/types.md, "AC Version Type"). */
export const acVersion = "0.8.11";

/** Paths in the archive (spec/aci.md, "Image Archives"). */
export const manifestPath = "manifest";
export const rootPath = "rootfs";

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** An image manifest of the App Container specification (spec/aci.md, "Image Manifest Schema"), empty lists filled in. */
export interface AciManifest {
  readonly acVersion: string;
  readonly name: string;
  readonly labels: readonly NamedValue[];
  readonly app?: AciApp;
  readonly annotations: readonly NamedValue[];
  readonly dependencies: readonly AciDependency[];
  readonly pathWhitelist: readonly string[];
}

/** How an image is started. Members that the specification makes optional are empty here. */
export interface AciApp {
  readonly exec: readonly string[];
  readonly eventHandlers: readonly { readonly name: string; readonly exec: readonly string[] }[];
  /** A name, a number, or the absolute path of a file whose owner it is. */
  readonly user: string;
  readonly group: string;
  readonly supplementaryGIDs: readonly number[];
  readonly workingDirectory: string;
  readonly environment: readonly NamedValue[];
  readonly mountPoints: readonly MountPoint[];
  readonly ports: readonly Port[];
  /** Values are anything that JSON can say. */
  readonly isolators: readonly { readonly name: string; readonly value: unknown }[];
  readonly userAnnotations: Readonly<Record<string, string>>;
  readonly userLabels: Readonly<Record<string, string>>;
}

export interface MountPoint {
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** `count` ports from `port` on. */
export interface Port {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly count: number;
  readonly socketActivated: boolean;
}

export interface AciDependency {
  readonly imageName: string;
  /** `sha512-` and 128 hexadecimal digits. */
  readonly imageID?: string;
  readonly labels: readonly NamedValue[];
  /** Bytes. */
  readonly size?: number;
}

/** The same manifest gives the same bytes; members stand in the order of the specification's own library. */
export function encodeAciManifest(manifest: AciManifest): Buffer {
  const { name, labels, app, annotations, dependencies, pathWhitelist } = manifest;
  return encodeJson({
    acKind: "ImageManifest",
    acVersion: manifest.acVersion,
    name,
    labels: filled(labels.map(namedJson)),
    app: app && appJson(app),
    annotations: filled(annotations.map(namedJson)),
    dependencies: filled(
      dependencies.map((one) => ({
        imageName: one.imageName,
        imageID: one.imageID,
        labels: filled(one.labels.map(namedJson)),
        size: one.size,
      })),
    ),
    pathWhitelist: filled(pathWhitelist),
  });
}

function appJson(app: AciApp) {
  return {
    exec: app.exec,
    eventHandlers: filled(app.eventHandlers.map(({ name, exec }) => ({ name, exec }))),
    user: app.user,
    group: app.group,
    supplementaryGIDs: filled(app.supplementaryGIDs),
    workingDirectory: app.workingDirectory === "" ? undefined : app.workingDirectory,
    environment: filled(app.environment.map(namedJson)),
    mountPoints: filled(
      app.mountPoints.map(({ name, path, readOnly }) => ({ name, path, readOnly: readOnly || undefined })),
    ),
    ports: filled(
      app.ports.map(({ name, protocol, port, count, socketActivated }) => ({
        name,
        protocol,
        port,
        count,
        socketActivated,
      })),
    ),
    isolators: filled(app.isolators.map(({ name, value }) => ({ name, value }))),
    userAnnotations: sortedMap(app.userAnnotations),
    userLabels: sortedMap(app.userLabels),
  };
}

function namedJson({ name, value }: NamedValue): NamedValue {
  return { name, value };
}

function filled<Member>(list: readonly Member[]): readonly Member[] | undefined {
  return list.length === 0 ? undefined : list;
}

export function valueNamed(list: readonly NamedValue[], name: string): string | undefined {
  return list.find((one) => one.name === name)?.value;
}

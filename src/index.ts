/** The library. A command does nothing that cannot be done with these. */

export { type BuildOptions, buildRecipe } from "./build/build-recipe.ts";
export type { Lock, LockedPlatform, LockInput } from "./build/lock/lock.ts";
export { parseLock } from "./build/lock/parse-lock.ts";
export { staleness } from "./build/lock/staleness.ts";
export { lockText, writeLock } from "./build/lock/write-lock.ts";
export { type LockOptions, lockRecipe } from "./build/lock-recipe.ts";
export { parseRecipe } from "./build/recipe/parse-recipe.ts";
export type { Recipe } from "./build/recipe/recipe.ts";
export { recipeDigest } from "./build/recipe/recipe-digest.ts";
export { recipeInputs } from "./build/recipe-inputs.ts";
export { hostPrograms } from "./build/run-program.ts";
export { thisHost } from "./build/this-host.ts";
export type { World } from "./build/world.ts";
export type { AnyBytes, Bytes } from "./bytes/bytes.ts";
export { decompress } from "./bytes/compression/compression.ts";
export { type Digest, digestOf, type Expected, isDigest, verified } from "./bytes/digest.ts";
export type { Bases } from "./dockerfile/base.ts";
export { buildDockerfile, type DockerfileOptions } from "./dockerfile/build-dockerfile.ts";
export { appendLayers, type UpperLayer, upperLayer } from "./edit/append-layers.ts";
export { changeConfig } from "./edit/change-config.ts";
export type { EditOptions } from "./edit/edited-image.ts";
export { findTarball } from "./edit/find-tarball.ts";
export { type FlattenOptions, flattenImage } from "./edit/flatten-image.ts";
export {
  type Imported,
  type ImportFolderOptions,
  type ImportOptions,
  importFolder,
  importTarball,
} from "./edit/import.ts";
export { type BaseImage, rebaseImage } from "./edit/rebase-image.ts";
export type { Tarball } from "./edit/tarball-layer.ts";
export { type ErrorCode, type ExitCode, type Problem, TareError } from "./errors.ts";
export { type Extracted, type ExtractOptions, extractTree } from "./extract/extract-tree.ts";
export { type Inside, insideImage, insideTar } from "./extract/inside.ts";
export { extractFiles, listFiles, listLayer, withFile } from "./extract/look-inside.ts";
export { type Deb, readDeb } from "./formats/deb/deb.ts";
export { compareVersions } from "./formats/deb/version.ts";
export { applyChanges } from "./formats/dockerfile/changes.ts";
export type { Dockerfile, Instruction } from "./formats/dockerfile/instruction.ts";
export { parseDockerfile } from "./formats/dockerfile/parse-dockerfile.ts";
export { readSidecar, sidecarOf } from "./formats/sidecar.ts";
export { readTar } from "./formats/tar/decode.ts";
export { writeTar } from "./formats/tar/encode.ts";
export { webFetch } from "./http/web-fetch.ts";
export { assembleImage, assembleIndex, type ImageParts } from "./images/assemble.ts";
export {
  type CopiedImage,
  type CopyOptions,
  type CopyResult,
  copyImages,
} from "./images/copy.ts";
export type { Edited } from "./images/copy-source.ts";
export { flatten } from "./images/flatten.ts";
export { type Location, locationText, parseLocation } from "./images/location.ts";
export { type OpenOptions, openImage, openNamed } from "./images/open.ts";
export type { OpenedImage } from "./images/opened-image.ts";
export { type Saved, type SaveOptions, saveImage } from "./images/save.ts";
export type { Content } from "./model/content.ts";
export type { DockerfileResult } from "./model/dockerfile-result.ts";
export type { Entry, EntryHeader, EntryType } from "./model/entry.ts";
export type { HostFiles } from "./model/host-files.ts";
export type { HostPrograms, ProgramEnd, ProgramStart } from "./model/host-programs.ts";
export type {
  Compression,
  Descriptor,
  Image,
  ImageConfig,
  ImageIndex,
  Layer,
  RuntimeConfig,
} from "./model/image.ts";
export type { LockedRepository, Package } from "./model/package.ts";
export { type Platform, parsePlatform, platformName } from "./model/platform.ts";
export type { BuildResult, BuiltImage, BuiltLayer, BuiltPackage } from "./model/result.ts";
export type { ScriptCoverage } from "./model/rootfs.ts";
export type { Fetch, Progress, ProgressEvent, Store, StoredContent } from "./model/seams.ts";
export { type RunOptions, runImage, type Volume } from "./run/run-image.ts";
export { type DiskStore, openStore } from "./store/disk-store.ts";
export { collectGarbage, listStore, verifyStore } from "./store/garbage.ts";
export { lease } from "./store/lease.ts";
export { version } from "./version.ts";

/** An OCI platform (image-spec, image-index.md, `platform`): GOOS and GOARCH names. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** `linux/arm64`, `linux/arm/v7`. */
export function platformName(platform: Platform): string {
  const { os, architecture, variant } = platform;
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Undefined for anything that is not `os/architecture` or `os/architecture/variant`. */
export function parsePlatform(text: string): Platform | undefined {
  const match = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9]+))?$/.exec(text);
  if (!match) return undefined;
  const [, os = "", architecture = "", variant] = match;
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

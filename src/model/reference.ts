/**
 * The name of an image as docker spells it, completed: `alpine` is `docker.io/library/alpine:latest`.
 * Grammar: distribution's reference format (distribution-spec, "Pulling manifests", `<name>` and `<reference>`).
 */
export interface Reference {
  /** Host, with its port if it has one. */
  readonly domain: string;
  readonly repository: string;
  readonly tag: string;
}

const defaultDomain = "docker.io";
const domainShape =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9a-fA-F:]{2,45}\])(?::[0-9]{1,5})?$/;
const segmentShape = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagShape = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

export function isTag(text: string): boolean {
  return tagShape.test(text);
}

/** Undefined for text that is no reference; a digest is none here. */
export function parseReference(text: string): Reference | undefined {
  if (text.length > 512) return undefined;
  const colon = text.lastIndexOf(":");
  const tagged = colon > text.lastIndexOf("/");
  const tag = tagged ? text.slice(colon + 1) : "latest";
  const segments = (tagged ? text.slice(0, colon) : text).split("/");
  const first = segments[0] as string;
  const hosted = segments.length > 1 && (/[.:]/.test(first) || first === "localhost");
  const domain = hosted ? first : defaultDomain;
  const path = hosted ? segments.slice(1) : segments;
  if (!domainShape.test(domain) || !tagShape.test(tag) || !path.every((part) => segmentShape.test(part)))
    return undefined;
  const official = domain === defaultDomain && path.length === 1;
  return { domain, repository: official ? `library/${path[0]}` : path.join("/"), tag };
}

/** Every part spelled out: what containerd and skopeo write. */
export function fullReference({ domain, repository, tag }: Reference): string {
  return `${domain}/${repository}:${tag}`;
}

/** As short as docker shows it: `alpine:latest`. */
export function familiarReference({ domain, repository, tag }: Reference): string {
  if (domain !== defaultDomain) return `${domain}/${repository}:${tag}`;
  return `${repository.replace(/^library\/(?=[^/]+$)/, "")}:${tag}`;
}

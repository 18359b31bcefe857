import { metaTags } from "./meta-tags.ts";

/** What is looked for: a name with a version, for a system (spec/discovery.md). */
export interface Wanted {
  /** An identifier whose first part is a host: `example.com/app`. */
  readonly name: string;
  /** `latest` where nobody asked for one. */
  readonly version: string;
  /** As the labels `os` and `arch` call them. */
  readonly os: string;
  readonly arch: string;
}

/** Where an image and its signature are, as a page tells. */
export interface Endpoint {
  readonly image: string;
  readonly signature: string;
}

/** What one page tells of a name. */
export interface Discovered {
  readonly endpoints: readonly Endpoint[];
  /** Where its publisher offers keys. Nobody vouches for them. */
  readonly keys: readonly string[];
}

/** Pages that may tell, the nearest first: that of the name, then those of the folders above it. */
export function discoveryPages(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.map((_, at) => `https://${parts.slice(0, parts.length - at).join("/")}?ac-discovery=1`);
}

/**
 * Reads a page: `<meta name="ac-discovery" content="PREFIX TEMPLATE">` and `ac-discovery-pubkeys`. Tags of other prefixes,
 * templates with other variables, and addresses that are not https are passed over.
 */
export function discover(html: string, wanted: Wanted): Discovered {
  const endpoints: Endpoint[] = [];
  const keys: string[] = [];
  for (const { name, content } of metaTags(html)) {
    const [, prefix = "", address = ""] = /^(\S+)\s+(\S+)$/.exec(content.trim()) ?? [];
    if (prefix === "" || !wanted.name.startsWith(prefix)) continue;
    if (name === "ac-discovery-pubkeys" && isSecure(address)) keys.push(address);
    if (name !== "ac-discovery") continue;
    const image = rendered(address, { ...wanted, ext: "aci" });
    const signature = rendered(address, { ...wanted, ext: "aci.asc" });
    if (image !== signature && isSecure(image) && isSecure(signature)) endpoints.push({ image, signature });
  }
  return { endpoints, keys };
}

type Variables = Wanted & { readonly ext: string };

/** Empty where a variable has no value. */
function rendered(template: string, values: Variables): string {
  const has = (key: string): key is keyof Variables => Object.hasOwn(values, key);
  let complete = true;
  const text = template.replace(/\{([^{}]*)\}/g, (_, key: string) => {
    complete &&= has(key);
    return has(key) ? values[key] : "";
  });
  return complete ? text : "";
}

function isSecure(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === "https:";
}

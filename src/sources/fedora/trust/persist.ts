/** One object of a `.p11-kit` file: fields as they are spelled, and what its PEM blocks hold. */
export interface PersistedObject {
  readonly fields: ReadonlyMap<string, string>;
  readonly certificate?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

const header = "[p11-kit-object-v1]";
const MAX_OBJECTS = 20_000;

/** Whether a file is of that kind. */
export function isPersisted(text: string): boolean {
  return text.startsWith(header) || text.includes(`\n${header}`);
}

/**
 * Reads p11-kit's own format (p11-kit, common/persist.c and lexer.c): sections of `name: value` lines and PEM blocks,
 * comments after `#`. Undefined when it is not well-formed: p11-kit then takes nothing of the file.
 */
export function parsePersisted(text: string): readonly PersistedObject[] | undefined {
  const objects: PersistedObject[] = [];
  let fields: Map<string, string> | undefined;
  let blocks: { certificate?: Uint8Array; publicKey?: Uint8Array } = {};
  const end = () => {
    if (fields !== undefined) objects.push({ fields, ...blocks });
    blocks = {};
  };
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] as string).trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      end();
      if (line !== header || objects.length >= MAX_OBJECTS) return undefined;
      fields = new Map();
      continue;
    }
    if (fields === undefined) return undefined;
    const kind = /^-----BEGIN (CERTIFICATE|PUBLIC KEY)-----$/.exec(line)?.[1];
    if (kind !== undefined) {
      const close = lines.indexOf(`-----END ${kind}-----`, at);
      if (close < 0) return undefined;
      const bytes = Buffer.from(lines.slice(at + 1, close).join(""), "base64");
      blocks = { ...(kind === "CERTIFICATE" ? { certificate: bytes } : { publicKey: bytes }), ...blocks };
      at = close;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  end();
  return objects;
}

/** The bytes of a quoted value, in which `%41` stands for a byte; undefined for any other. */
export function quotedBytes(value: string | undefined): Uint8Array | undefined {
  if (value === undefined || !/^".*"$/.test(value)) return undefined;
  const text = value.slice(1, -1);
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  const plain = bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, "latin1");
}

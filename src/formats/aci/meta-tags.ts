/** What an HTML page says of itself in one `<meta name content>`. */
export interface MetaTag {
  readonly name: string;
  readonly content: string;
}

/** Elements whose content is text, whatever it looks like (HTML Living Standard, 13.2.6.2). */
const textElements: ReadonlySet<string> = new Set([
  "iframe",
  "noembed",
  "noframes",
  "noscript",
  "plaintext",
  "script",
  "style",
  "textarea",
  "title",
  "xmp",
]);

const tagStart = /<([a-z][^\s/>]*)/giy;
const attribute = /[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gy;
const tagEnd = /[\s/]*>/y;

/** The meta tags of a page, in their order, without those in comments and in text. The page may be anything. */
export function metaTags(html: string): readonly MetaTag[] {
  const tags: MetaTag[] = [];
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at)) {
    if (html.startsWith("<!--", at)) {
      const end = html.indexOf("-->", at + 4);
      if (end < 0) break;
      at = end;
      continue;
    }
    tagStart.lastIndex = at;
    const element = tagStart.exec(html)?.[1]?.toLowerCase();
    if (element === undefined) {
      at += 1;
      continue;
    }
    const { values, end, closed } = attributesAt(html, tagStart.lastIndex);
    at = end;
    if (!closed) continue;
    const name = values.get("name");
    const content = values.get("content");
    if (element === "meta" && name !== undefined && content !== undefined) tags.push({ name, content });
    if (textElements.has(element)) {
      const close = html.slice(at).search(new RegExp(`</${element}`, "i"));
      if (close < 0) break;
      at += close + 1;
    }
  }
  return tags;
}

/** The first of a name counts. `end` is where the tag is over, or, when it is not closed, could not be read further. */
function attributesAt(html: string, start: number) {
  const values = new Map<string, string>();
  let end = start;
  for (;;) {
    attribute.lastIndex = end;
    const found = attribute.exec(html);
    if (found === null) break;
    const [, name = "", double, single, bare] = found;
    const key = name.toLowerCase();
    if (!values.has(key)) values.set(key, unescaped(double ?? single ?? bare ?? ""));
    end = attribute.lastIndex;
  }
  tagEnd.lastIndex = end;
  return { values, end, closed: tagEnd.test(html) };
}

const entities: Readonly<Record<string, string>> = { amp: "&", apos: "'", gt: ">", lt: "<", quot: '"' };

function unescaped(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/gi,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] as string) : whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

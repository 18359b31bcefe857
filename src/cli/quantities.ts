const sizeUnits: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const ageUnits: Readonly<Record<string, number>> = { m: 60e3, h: 3600e3, d: 86_400e3, w: 7 * 86_400e3 };

/** `500MB`, `1.5GB`, `1000`, in bytes: a MB is 1,000,000 of them. Undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(B|kB|KB|MB|GB|TB|)$/.exec(text);
  if (!match) return undefined;
  const unit = match[2] === "KB" ? "kB" : match[2] || "B";
  return Math.round(Number(match[1]) * (sizeUnits[unit] as number));
}

/** `30d`, `12h`, `2w`, `45m`, in milliseconds. Undefined for anything else. */
export function parseAge(text: string): number | undefined {
  const match = /^([0-9]{1,6})(m|h|d|w)$/.exec(text);
  return match ? Number(match[1]) * (ageUnits[match[2] as string] as number) : undefined;
}

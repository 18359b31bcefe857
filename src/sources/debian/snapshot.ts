import { TareError } from "../../errors.ts";
import { shownUrl } from "../../http/url.ts";

/**
 * The address of a distribution as it was: `{timestamp}` in `template` becomes `20250520T000000Z`, and `{archive}`, when
 * it is there, `debian` or `debian-security`. `snapshot` is a day (`2025-05-20`, its first moment), a moment of RFC 3339
 * in UTC, or a timestamp of that form. @throws BAD_URL
 */
export function expandSnapshot(template: string, snapshot: string, archive: string): string {
  if (!template.includes("{timestamp}"))
    throw new TareError({
      code: "BAD_URL",
      text: shownUrl(template),
      why: "a snapshot's address has {timestamp} where the date belongs",
    });
  const match =
    /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})Z)?$/.exec(snapshot) ?? notAMoment(snapshot);
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = match;
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(moment.getTime()) || moment.getUTCDate() !== Number(day)) notAMoment(snapshot);
  const timestamp = `${year}${month}${day}T${hour}${minute}${second}Z`;
  return template.replaceAll("{timestamp}", timestamp).replaceAll("{archive}", archive);
}

function notAMoment(snapshot: string): never {
  throw new TareError({
    code: "BAD_URL",
    text: snapshot,
    why: "a snapshot is a day (2025-05-20) or a moment (2025-05-20T10:30:00Z)",
  });
}

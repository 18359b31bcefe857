import { TareError } from "../errors.ts";
import { isLocation, type Location, locationFrom, parseLocation } from "../images/location.ts";

/**
 * A location as it was typed, its path made absolute. What begins as none is told what it may mean by what lies there.
 * @throws BAD_LOCATION
 */
export async function locationArgument(text: string, folder: string): Promise<Location> {
  try {
    return locationFrom(parseLocation(text), folder);
  } catch (error) {
    if (isLocation(text) || text.startsWith("docker://")) throw error;
    const { meantLocation } = await import("../images/meant-location.ts");
    const meant = await meantLocation(text, folder);
    if (meant === undefined) throw error;
    const why = `it does not begin with the kind of place that it is; ${meant}`;
    throw new TareError({ code: "BAD_LOCATION", text, why }, { cause: error });
  }
}

import { locationMeanings, locationShapes, transports } from "../images/location.ts";

/** The locations that an image can be written to, each with what it is, for the help of commands. */
export const locationHelp = transports
  .map((transport) => `${locationShapes[transport]} (${locationMeanings[transport]})`)
  .join(", ");

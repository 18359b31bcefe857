/** This program's version; a test keeps it equal to package.json, which is too slow to read at every start. */
export const version = "0.1.0";

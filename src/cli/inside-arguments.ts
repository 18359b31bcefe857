/** Options of every command that looks into an image. */
export const insideOptions = {
  platform: {
    value: "PLATFORM",
    summary: "Of several platforms, this one, as linux/arm64 (default: this machine's)",
  },
} as const;

export const insideArgument = {
  name: "LOCATION",
  summary: "Where the image is, as oci:FOLDER or docker-archive:FILE; tar:FILE is a plain tarball",
  required: true,
} as const;

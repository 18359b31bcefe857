/** What `@types/npmcli__config` leaves out: npm's own settings, and how they become options of npm's libraries. */
declare module "@npmcli/config/lib/definitions/index.js" {
  import type Config from "@npmcli/config";

  const npm: Pick<Config.Options, "definitions" | "shorthands" | "flatten"> & {
    readonly nerfDarts: readonly string[];
  };
  export default npm;
}

import type { Step } from "../explain/explanation.ts";
import type { Package } from "../model/package.ts";

/** A table of locked packages: how large each is as it was shipped in `files` of a kind, and what needs it. */
export function packagesStep(title: string, packages: readonly Package[], files: string): Step {
  const total = packages.reduce((sum, { size }) => sum + size, 0);
  const many = packages.length === 1 ? "One package" : `${packages.length} packages`;
  return {
    title,
    words: [`${many}. Sizes are those of the ${files}.`],
    commands: [],
    rows: {
      columns: ["size", "package", "version", "needed by"],
      rows: [
        ...packages.map(({ size, name, version, because, installIf }) => [
          size,
          name,
          version,
          installIf !== undefined
            ? `install_if: ${installIf.join(" ")}`
            : because.length > 0
              ? because
              : "the recipe",
        ]),
        [total, "together", "", ""],
      ],
    },
  };
}

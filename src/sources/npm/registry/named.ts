const most = 5;

/** "One package (a 1) is", "3 packages (a 1, b 2, c 3) are", "9 packages (a 1, b 2, c 3, d 4, e 5, …) are". */
export function countedNames(names: readonly string[]): string {
  const shown = [...names.slice(0, most), ...(names.length > most ? ["…"] : [])].join(", ");
  return names.length === 1 ? `One package (${shown}) is` : `${names.length} packages (${shown}) are`;
}

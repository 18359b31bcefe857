/** `count` of the names, the same for the same seed and the same names, in the order drawn. */
export function draw(names: readonly string[], count: number, seed: number): string[] {
  const drawn = new Set<string>();
  let state = seed;
  while (drawn.size < Math.min(count, names.length)) {
    // Numerical Recipes' linear congruential generator; its high bits choose.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    drawn.add(names[Math.floor((state / 2 ** 32) * names.length)] as string);
  }
  return [...drawn];
}

import { type Compressor, defaultLevels } from "../layers/compressor.ts";
import type { Recipe } from "./recipe/recipe.ts";

export function compressorOf({ compression }: Pick<Recipe, "compression">): Compressor {
  return { format: compression.format, level: compression.level ?? defaultLevels[compression.format] };
}

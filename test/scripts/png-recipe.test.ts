// Seeds' samples carry recipes, which the site reads and offers to open in Compose.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { SEEDS } from "../../scripts/local/paths.ts";
import { withRecipe } from "../../scripts/local/png-recipe.ts";
import { recipeIn } from "../../site/composition/png-text.ts";

test("a recipe that is written into a PNG is read again, and the picture is the same", async () => {
  const before = readFileSync(join(SEEDS, "ivy", "samples", "1.png"));
  const recipe = { prompt: "<ivy> smiling, ü", seed: 0 };
  const after = withRecipe(before, recipe);
  assert.equal(recipeIn(before), null);
  assert.deepEqual(recipeIn(after), recipe);
  const pixels = (file: Buffer) => sharp(file, { failOn: "warning" }).raw().toBuffer();
  assert.ok((await pixels(after)).equals(await pixels(before)));
});

test("every seed has a prompt for each of its samples", () => {
  for (const name of readdirSync(SEEDS).filter((each) => !each.includes("."))) {
    const card = JSON.parse(readFileSync(join(SEEDS, name, "card.json"), "utf8")) as {
      sample_prompts?: string[];
    };
    assert.equal(card.sample_prompts?.length, readdirSync(join(SEEDS, name, "samples")).length, name);
  }
});

// Restores the form from a picture's recipe. Reads only known fields with valid values. Pure.

import { STRENGTH_DEFAULT } from "../../schema/contract/limits.ts";
import { EMPTY_FORM, type Form, type Member } from "./form.ts";
import { readRegion } from "./region.ts";

type Values = Record<string, unknown>;

export function formOfRecipe(recipe: unknown): Form | null {
  if (!isRecord(recipe)) return null;
  const prompt = typeof recipe.prompt === "string" ? recipe.prompt : null;
  const listed = recipe.adapters ?? recipe.members;
  if (prompt === null && !Array.isArray(listed)) return null;
  // LoRAs of other programs stand beside the adapters; one from a file of somebody's own is in no catalog.
  const loras = (Array.isArray(recipe.loras) ? recipe.loras : []).filter(isCatalogued);
  const members = [...(Array.isArray(listed) ? listed : []), ...loras].flatMap(
    (value) => memberOf(value) ?? [],
  );
  return {
    ...EMPTY_FORM,
    members,
    placement: members.some((member) => member.region) ? "boxes" : "open",
    size: sizeOfRecipe(recipe),
    prompt: prompt ?? "",
    written: (prompt ?? "").trim() !== "",
    negative: typeof recipe.negative_prompt === "string" ? recipe.negative_prompt : "",
    seed: wholeOf(recipe.seed),
    steps: wholeOf(recipe.steps),
    guidance: numberOf(recipe.guidance),
    sampler: typeof recipe.sampler === "string" ? recipe.sampler : null,
  };
}

function memberOf(value: unknown): Member | null {
  if (!isRecord(value) || typeof value.ref !== "string") return null;
  return {
    ref: value.ref,
    strength: numberOf(value.strength) ?? STRENGTH_DEFAULT,
    region: readRegion(value.region),
    mode: "on",
  };
}

function sizeOfRecipe(recipe: Values): string {
  const { size, width, height } = recipe;
  if (typeof size === "string" && /^\d+x\d+$/.test(size)) return size;
  return wholeOf(width) && wholeOf(height) ? `${width}x${height}` : EMPTY_FORM.size;
}

const isCatalogued = (value: unknown) => isRecord(value) && typeof value.version_id === "string";

const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const numberOf = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const wholeOf = (value: unknown) => (Number.isInteger(value) ? (value as number) : null);

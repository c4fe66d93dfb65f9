// The form in the address: readable, ignoring what it does not know. `#a=owner/name*0.8@0,0,0.5,1&p=...&z=512x256&s=7`. Pure.

import { cutText } from "../../schema/contract/cut-text.ts";
import {
  SAMPLER_MAX_CHARACTERS,
  SEED_MAX,
  STRENGTH_DEFAULT,
  STRENGTH_MAX,
  STRENGTH_MIN,
} from "../../schema/contract/limits.ts";
import { type Awaited, EMPTY_FORM, type Form, type Member, type Mode, type Placement } from "./form.ts";
import { columns, readRegion } from "./region.ts";

const REF = /^[a-z0-9][a-z0-9-]{0,39}\/[a-z0-9][a-z0-9-]{0,63}(?::[1-9][0-9]{0,5})?$/;
const PLACEMENTS: readonly Placement[] = ["columns", "boxes", "open"];
/** After the strength: `!` for a muted member, `^` for a soloed one. */
const MARKS: Record<Mode, string> = { on: "", muted: "!", solo: "^" };
const number = (value: number) => String(Math.round(value * 1e4) / 1e4);

export function hashOf(form: Form): string {
  const values = new URLSearchParams();
  for (const { ref, strength, region, mode, training } of form.members) {
    const box =
      region && form.placement === "boxes" ? [region.x, region.y, region.width, region.height] : null;
    const place = box ? `@${box.map(number).join(",")}` : "";
    values.append("a", `${ref}*${number(strength)}${MARKS[mode]}${place}`);
    if (training) values.append("w", `${ref},${training.id},${training.trigger}`);
  }
  if (form.placement !== "columns") values.set("l", form.placement);
  if (form.size !== EMPTY_FORM.size) values.set("z", form.size);
  if (form.written) values.set("p", form.prompt);
  if (form.negative !== "") values.set("x", form.negative);
  if (form.seed !== null) values.set("s", String(form.seed));
  if (form.steps !== null) values.set("n", String(form.steps));
  if (form.guidance !== null) values.set("g", String(form.guidance));
  if (form.sampler !== null) values.set("r", form.sampler);
  if (form.count !== 1) values.set("c", String(form.count));
  if (form.from !== null) values.set("m", form.from);
  // These characters are safe in a fragment; left unescaped, the address stays readable.
  return values
    .toString()
    .replaceAll("%2F", "/")
    .replaceAll("%40", "@")
    .replaceAll("%2C", ",")
    .replaceAll("%3A", ":");
}

export function formOf(hash: string): Form {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const given = values.get("l") as Placement | null;
  const placement = given && PLACEMENTS.includes(given) ? given : "columns";
  const awaited = new Map(values.getAll("w").flatMap((text) => readAwaited(text)));
  const members = values.getAll("a").flatMap((text) => {
    const member = readMember(text);
    const training = member && awaited.get(member.ref);
    return member ? [{ ...member, ...(training && { training }) }] : [];
  });
  const boxes = columns(members.length);
  const size = values.get("z") ?? "";
  return {
    ...EMPTY_FORM,
    members: members.map((member, i) => ({
      ...member,
      region: placement === "open" ? null : (placement === "boxes" && member.region) || (boxes[i] ?? null),
    })),
    placement,
    size: /^[1-9]\d{1,3}x[1-9]\d{1,3}$/.test(size) ? size : EMPTY_FORM.size,
    prompt: values.get("p") ?? "",
    written: (values.get("p") ?? "").trim() !== "",
    negative: values.get("x") ?? "",
    seed: readNumber(values.get("s"), 0, SEED_MAX, true),
    steps: readNumber(values.get("n"), 1, 1_000, true),
    guidance: readNumber(values.get("g"), 0, 100, false),
    sampler: cutText(values.get("r") ?? "", SAMPLER_MAX_CHARACTERS) || null,
    count: readNumber(values.get("c"), 1, 16, true) ?? 1,
    from: REF.test(values.get("m") ?? "") ? values.get("m") : null,
  };
}

/** `owner/name,job_...,<trigger>`: the member is what that training will have made. */
function readAwaited(text: string): (readonly [string, Awaited])[] {
  const [, ref = "", id = "", trigger = ""] =
    /^([^,]+),(job_[a-z0-9]{1,40}),(<[^<>,]{1,64}>)$/i.exec(text) ?? [];
  return REF.test(ref) ? [[ref, { id, trigger }]] : [];
}

function readMember(text: string): Member | null {
  const [, ref = "", strength, mark, box] = /^([^*@]+)(?:\*([^*@!^]*)([!^])?)?(?:@(.*))?$/.exec(text) ?? [];
  if (!REF.test(ref)) return null;
  const [x, y, width, height] = (box ?? "").split(",").map(Number);
  return {
    ref,
    strength: readNumber(strength ?? null, STRENGTH_MIN, STRENGTH_MAX, false) ?? STRENGTH_DEFAULT,
    region: readRegion({ x, y, width, height }),
    mode: mark === "!" ? "muted" : mark === "^" ? "solo" : "on",
  };
}

function readNumber(text: string | null, low: number, high: number, whole: boolean): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  if (!Number.isFinite(value) || value < low || value > high) return null;
  return whole && !Number.isInteger(value) ? null : value;
}

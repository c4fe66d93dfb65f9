// What the tensors of a LoRA file are, by their names: LoRA, LoHa, LoKr, lengths of DoRA, and what is not taken. Pure. Twin of
// gpu-runner/orthoplex/bases/foreign/{reader,lycoris,dora}.py.

import type { Foreign } from "../../schema/contract/foreign.ts";
import type { HeaderFault } from "./adapter-header.ts";
import { LYCORIS_LENGTHS, PEFT_LENGTHS } from "./foreign-magnitudes.ts";
import type { TensorEntry } from "./safetensors.ts";

/** What else is called a LoRA, by a part of the names of the tensors that only it has. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/boft_/, "BOFT"],
  [/oft_/, "OFT"],
  [/\.diff(?:_b)?$/, "a difference of whole weights"],
  [/ia3|\.on_input/, "IA3"],
  [/glora|\.a1\.weight/, "GLoRA"],
];
type Layout = Foreign["layout"];
/**
 * Layout, the ending of a tensor's name, and its role in its layer. No layout: it is that of the tensors beside it. No role: it is the ending.
 */
const ROLES: readonly (readonly [Layout | null, RegExp, string | null])[] = [
  [null, /\.lora_magnitude_vector(?:\.default)?(?:\.weight)?$/, PEFT_LENGTHS],
  [null, /\.dora_scale$/, LYCORIS_LENGTHS],
  ["kohya", /\.lora_down\.weight$/, "down"],
  ["kohya", /\.lora_up\.weight$/, "up"],
  ["peft", /\.lora_A(?:\.default)?\.weight$/, "down"],
  ["peft", /\.lora_B(?:\.default)?\.weight$/, "up"],
  ["diffusers", /(?:[._]lora|\.lora_linear_layer)\.down\.weight$/, "down"],
  ["diffusers", /(?:[._]lora|\.lora_linear_layer)\.up\.weight$/, "up"],
  [null, /\.lora_mid\.weight$/, "mid"],
  ["lycoris", /\.(?:hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2))$/, null],
];

type Tensor = { layout: Layout | null; stem: string; role: string };
/** The tensors of one layer, by role. */
export type Parts = Readonly<Record<string, TensorEntry>>;
type Sizes = { outputs: number; inputs: number; rank: number };
type Shape = readonly number[];
type Ends = readonly (number | undefined)[];

export const otherKindOf = (name: string) => OTHER_KINDS.find(([mark]) => mark.test(name))?.[1] ?? null;

export function tensorOf(name: string): Tensor | null {
  for (const [layout, ending, role] of ROLES) {
    const found = ending.exec(name);
    if (found) return { layout, stem: name.slice(0, found.index), role: role ?? found[0].slice(1) };
  }
  return null;
}

/** Outputs, inputs (without the places of a convolution) and rank of a layer's change, or why there is none. */
export function sizesOf(label: string, parts: Parts): Sizes | HeaderFault {
  const { [PEFT_LENGTHS]: _, [LYCORIS_LENGTHS]: __, ...change } = parts;
  const shapes = new Map(Object.entries(change).map(([role, { shape }]) => [role, shape]));
  const kind = ["hada", "lokr"].find((prefix) => [...shapes.keys()].some((role) => role.startsWith(prefix)));
  if (kind === "hada") return hadamard(label, shapes);
  if (kind === "lokr") return kronecker(label, shapes);
  const [down, up] = [shapes.get("down"), shapes.get("up")];
  if (!down || !up) return { reason: "tensor_missing", detail: `"${label}" has only one of its halves.` };
  const mid = shapes.get("mid");
  if (!mid) return product(label, up, down);
  const [[outputs, outer], [inner, inputs]] = [up, down];
  const isPlain = [...up.slice(2), ...down.slice(2)].every((side) => side === 1);
  const whole = isPlain && tucker(mid, [outer, outputs], [inner, inputs]);
  return whole || notWhole("LoCon in Tucker form", label);
}

/** A core (rank, rank, height, width) with outer (rank, outputs) and inner (rank, inputs); null where these are of several ranks. */
function tucker(core: Shape, [outer, outputs]: Ends, [inner, inputs]: Ends): Sizes | null {
  const [rank] = core;
  const isOne = core.length === 4 && [core[1], outer, inner].every((other) => other === rank);
  return isOne && rank && outputs && inputs ? { outputs, inputs, rank } : null;
}

/** (outputs, rank) times (rank, inputs). */
function product(label: string, [outputs, other]: Shape, [rank, inputs]: Shape): Sizes | HeaderFault {
  if (!rank || rank !== other || !outputs || !inputs) {
    return {
      reason: "shape_invalid",
      detail: `The halves of "${label}" have the ranks ${rank} and ${other}.`,
    };
  }
  return { outputs, inputs, rank };
}

const notWhole = (kind: string, label: string): HeaderFault => ({
  reason: "tensor_missing",
  detail: `"${label}" is a ${kind} that is not whole.`,
});

function hadamard(label: string, shapes: ReadonlyMap<string, Shape>): Sizes | HeaderFault {
  const sides = [1, 2].map((n) => {
    const [a, b, t] = [shapes.get(`hada_w${n}_a`), shapes.get(`hada_w${n}_b`), shapes.get(`hada_t${n}`)];
    return a && b ? (t ? tucker(t, a, b) : product(label, a, b)) : null;
  });
  const [one, other] = sides;
  const cores = [1, 2].filter((n) => shapes.has(`hada_t${n}`)).length;
  if (!one || !other || shapes.size !== 4 + cores) return notWhole("LoHa", label);
  if ("reason" in one) return one;
  if ("reason" in other) return other;
  if (one.outputs === other.outputs && one.inputs === other.inputs) return one;
  return { reason: "shape_invalid", detail: `The two products of "${label}" are of different sizes.` };
}

function kronecker(label: string, shapes: ReadonlyMap<string, Shape>): Sizes | HeaderFault {
  const sides = [1, 2].map((n): Sizes | HeaderFault | null => {
    const [whole, a, b] = ["", "_a", "_b"].map((ending) => shapes.get(`lokr_w${n}${ending}`));
    const t = n === 2 ? shapes.get("lokr_t2") : undefined;
    if (whole) return a || b || t ? null : { outputs: whole[0] ?? 0, inputs: whole[1] ?? 0, rank: 0 };
    return a && b ? (t ? tucker(t, a, b) : product(label, a, b)) : null;
  });
  const [left, right] = sides;
  if (!left || !right) return notWhole("LoKr", label);
  if ("reason" in left) return left;
  if ("reason" in right) return right;
  return {
    outputs: left.outputs * right.outputs,
    inputs: left.inputs * right.inputs,
    // Where both are whole: the largest that the second one can have.
    rank: right.rank || left.rank || Math.min(right.outputs, right.inputs),
  };
}

// Slots: which basis columns one adapter owns, as a Reed-Solomon code over integers. Pure; runs in a Worker and a browser.
// Twin of gpu-runner/orthoplex/ortho/slot.py, bound to it by schema/examples/slot.json. Out-of-range input is a caller's
// defect and throws RangeError.

/** q = the largest prime <= n / r: the columns of one group. The r groups are r points of a field, so q >= r is needed. */
export function fieldSize(n: number, r: number): number {
  if (!Number.isInteger(r) || r < 1) throw new RangeError(`The rank must be at least 1, got ${r}.`);
  let q = Math.floor(n / r);
  while (q > 1 && !isPrime(q)) q--;
  if (q < 2 || q < r) throw new RangeError(`Rank ${r} is too large for dimension ${n}.`);
  return q;
}

/**
 * The base of a slot's digits: the smallest q among a base's input dimensions. With one radix for all of them, a class
 * of slots is exactly orthogonal in every layer of the base at once.
 */
export function radixOf(dimensions: Iterable<number>, r: number): number {
  return Math.min(...Array.from(dimensions, (n) => fieldSize(n, r)));
}

/** As much of a base's description as says what its slots divide, and whether residuals are gated. */
export interface SlotBase {
  basis: { name?: string | undefined; reserved?: number | undefined };
  gate?: unknown;
  layers: readonly { in_features: number }[];
}

/** The dimensions that a base's slots divide: of every layer its reserved input channels, or all of them. */
export function slotDimensions({ basis, layers }: SlotBase): number[] {
  return [...new Set(layers.map((layer) => basis.reserved ?? layer.in_features))];
}

/**
 * The slots in which the members of one composition stand. Where a base reserves channels, a concept's tokens and its
 * residual move with the slot together and the residual acts on these tokens alone, so it is the same in every slot: a
 * composition gives its members the first slots of class 0, in order, and no two of them share a column, whoever trained
 * them. Elsewhere a residual is trained for its own slot and stays there. Twin of ortho/slot.py `composed_slots`.
 */
export function composedSlots(base: SlotBase & { rank: number }, slots: readonly number[]): number[] {
  if (base.basis.reserved === undefined) return [...slots];
  const room = radixOf(slotDimensions(base), base.rank);
  if (slots.length > room)
    throw new RangeError(`A composition has room for ${room} members, got ${slots.length}.`);
  return slots.map((_, place) => place);
}

/** Whether members of a composition leave one another alone in whatever slots they were trained: slots are dealt, or gates open apart. */
export const composesFreely = ({ basis, gate }: Pick<SlotBase, "basis" | "gate">) =>
  basis.reserved !== undefined || gate !== undefined;

/**
 * The most columns in which two members act at one position of a picture, in any layer: 0..rank. Where residuals are gated and
 * members have places of their own, their gates are never open at one position.
 */
export function sharedWhenComposed(base: SlotBase & { rank: number }, a: number, b: number): number {
  if (base.gate !== undefined) return 0;
  const [first = 0, second = 0] = composedSlots(base, [a, b]);
  return sharedInLayer(base, first, second);
}

/** The most columns that two slots share in any layer of a base: 0..rank. */
export function sharedInLayer(base: SlotBase & { rank: number }, a: number, b: number): number {
  const widths = slotDimensions(base);
  const radix = radixOf(widths, base.rank);
  return Math.max(...widths.map((n) => sharedColumns(a, b, { n, r: base.rank, radix })));
}

/** The digits c0, c1, ... of a slot, lowest first, no trailing zeros; at most r of them. */
export function digitsOf(slot: number, radix: number, r: number): number[] {
  if (!Number.isSafeInteger(slot) || slot < 0 || slot >= radix ** r) {
    throw new RangeError(`Slot ${slot} lies outside the code of radix ${radix} and rank ${r}.`);
  }
  const digits: number[] = [];
  for (let rest = slot; rest > 0; rest = Math.floor(rest / radix)) digits.push(rest % radix);
  return digits;
}

/** The r columns of a slot: column x = x q + (c0 + c1 x + c2 x^2 + ...) mod q, x = 0..r-1. */
export function slotColumns(slot: number, n: number, r: number, radix = fieldSize(n, r)): number[] {
  const q = fieldSize(n, r);
  if (radix > q) throw new RangeError(`The radix must be at most q = ${q} of dimension ${n}, got ${radix}.`);
  const digits = digitsOf(slot, radix, r);
  return Array.from(
    { length: r },
    (_, x) => x * q + digits.reduceRight((value, digit) => (value * x + digit) % q, 0),
  );
}

/** How many columns two slots have in common in a layer of input dimension n: 0..r. */
export function sharedColumns(
  a: number,
  b: number,
  { n, r, radix = fieldSize(n, r) }: { n: number; r: number; radix?: number | undefined },
): number {
  const other = slotColumns(b, n, r, radix);
  return slotColumns(a, n, r, radix).filter((column, x) => column === other[x]).length;
}

/**
 * The most columns two slots can share in any layer: the index of the highest digit in which they differ (a polynomial of
 * that degree has at most so many roots). A slot shares all r with itself.
 */
export function overlapBound(a: number, b: number, radix: number, r: number): number {
  const [first, second] = [digitsOf(a, radix, r), digitsOf(b, radix, r)];
  for (let i = Math.max(first.length, second.length) - 1; i >= 0; i--) {
    if ((first[i] ?? 0) !== (second[i] ?? 0)) return i;
  }
  return r;
}

/** The exact class of a slot. Slots of one class differ in c0 only: they share no column in any layer. */
export function classOf(slot: number, radix: number): number {
  return Math.floor(slot / radix);
}

/** How many slots, counted from 0, keep every pair at `shared` common columns or fewer. */
export function capacity(radix: number, shared: number): number {
  return radix ** (shared + 1);
}

function isPrime(value: number): boolean {
  for (let d = 2; d * d <= value; d++) if (value % d === 0) return false;
  return value >= 2;
}

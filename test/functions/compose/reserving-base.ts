// A base whose adapters are tokens and whole residuals: what merged files can hold. No base that comes with the product is one now,
// so tests add it to those that the Worker knows.

import { BASES } from "../../../functions/catalog/bases.ts";
import type { Base } from "../../../schema/contract/bases.ts";
import { RESERVING as DESCRIPTION } from "../../schema/reserving-base.ts";

export const RESERVING = DESCRIPTION as Base;

/** Makes the Worker of this test know it. The result takes it away again. */
export function knowReserving(): () => void {
  const known = BASES as Base[];
  known.push(RESERVING);
  return () => {
    known.splice(known.indexOf(RESERVING), 1);
  };
}

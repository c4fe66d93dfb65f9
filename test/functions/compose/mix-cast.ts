// What the tests of mixes share: composing and publishing through HTTP, as a person does.

import type { Composition, MixWithVersions } from "../../../schema/contract/index.ts";
import type { Person } from "../cast.ts";

export const compose = (by: Person, refs: readonly string[], more: Record<string, unknown> = {}) =>
  by.must<Composition>("POST", "/v1/compositions", { members: refs.map((ref) => ({ ref })), ...more });

export const publish = (by: Person, compositionId: string, input: Record<string, unknown>) =>
  by.ask<MixWithVersions>("POST", `/v1/compositions/${compositionId}/publish`, input);

/** A published mix of these adapters. */
export async function mixOf(
  by: Person,
  name: string,
  refs: readonly string[],
  more: Record<string, unknown> = {},
): Promise<MixWithVersions> {
  const { id } = await compose(by, refs);
  return by.must<MixWithVersions>("POST", `/v1/compositions/${id}/publish`, { name, ...more });
}

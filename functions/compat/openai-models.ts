// The catalog as OpenAI's list of models: bases, then adapters by use, then mixes. The list has no pages, so it is limited.

import { desc, eq } from "drizzle-orm";
import type { OpenAiModel } from "../../schema/contract/compat-openai.ts";
import { MODELS_LISTED_MAX } from "../../schema/contract/limits.ts";
import { adapters, users } from "../../schema/tables.ts";
import { refOf } from "../catalog/adapters.ts";
import { BASES } from "../catalog/bases.ts";
import { listed } from "../catalog/listed.ts";
import type { Db } from "../db.ts";
import { type Model, openMixes } from "./models.ts";

const seconds = (milliseconds: number | null) => Math.floor((milliseconds ?? 0) / 1000);
const model = (id: string, created: number | null, owned_by: string, title: string): OpenAiModel => ({
  id,
  object: "model",
  created: seconds(created),
  owned_by,
  title,
});

export async function openAiModels(db: Db): Promise<OpenAiModel[]> {
  const rows = await db
    .select({ adapter: adapters, owner: users.handle })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(listed(adapters, null))
    .orderBy(desc(adapters.uses), desc(adapters.id))
    .limit(MODELS_LISTED_MAX)
    .all();
  const mixes = await openMixes(db, MODELS_LISTED_MAX);
  const all = [
    ...BASES.map((base) => model(base.id, null, "orthoplex", base.title)),
    ...rows.map(({ adapter, owner }) =>
      model(refOf({ ...adapter, owner }), adapter.publishedAt, owner, adapter.title),
    ),
    ...mixes.map((mix) => model(`${mix.owner}/${mix.name}`, mix.createdAt, mix.owner, mix.title)),
  ];
  return all.slice(0, MODELS_LISTED_MAX);
}

/** Under the requested name, since clients may compare it. */
export function openAiModel(found: Model, name: string): OpenAiModel {
  if (found.kind === "base") return model(name, null, "orthoplex", found.base.title);
  if (found.kind === "mix") return model(name, found.mix.createdAt, found.mix.owner, found.mix.title);
  const { adapter, version } = found;
  return model(name, version.publishedAt ?? version.createdAt, adapter.owner, adapter.title);
}

// Publishing, yanking and withdrawing: states that only move forward, and what others see in each.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { callerOfKey } from "../../../functions/auth/keys.ts";
import { withdrawAdapter } from "../../../functions/catalog/adapters.ts";
import { publishVersion, yankVersion } from "../../../functions/catalog/publishing.ts";
import { findVersion } from "../../../functions/catalog/versions.ts";
import { granted } from "../../../functions/lib/refusal.ts";
import type { Version } from "../../../schema/contract/index.ts";
import { adapterFile, adapterInput, ask, person } from "../cast.ts";

const db = drizzle(env.DB);

/** Somebody new with a draft version of an adapter named face. */
async function drafted(name: string) {
  const somebody = await person(name);
  await somebody.must("POST", "/v1/adapters", adapterInput("face"));
  const path = `/v1/adapters/${somebody.handle}/face`;
  const { slot } = await somebody.must<{ slot: number }>("POST", `${path}/slot`, {});
  const upload_id = await somebody.upload(
    "adapter",
    await adapterFile(slot, "<face>"),
    "application/octet-stream",
  );
  const draft = await somebody.must<Version>("POST", `${path}/versions`, { upload_id });
  const owner = await callerOfKey(env, db, somebody.key, Date.now());
  return { person: somebody, owner, draft };
}

describe("a version", () => {
  it("stays yanked if a concurrent publish finishes later", async () => {
    const { owner, draft } = await drafted("Fay");
    const found = granted(await findVersion(db, owner, draft.id));
    await yankVersion(db, found, "", Date.now());
    expect(await publishVersion(env, db, found, Date.now())).toMatchObject({ code: "version_state" });
    expect(granted(await findVersion(db, owner, draft.id)).version.state).toBe("yanked");
  });

  it("does not restore an adapter that is withdrawn during its publication", async () => {
    const { owner, draft } = await drafted("Gus");
    const found = granted(await findVersion(db, owner, draft.id));
    await withdrawAdapter(db, found.adapter, "", Date.now());
    expect(await publishVersion(env, db, found, Date.now())).toMatchObject({ code: "version_state" });
    const seen = granted(await findVersion(db, owner, draft.id));
    expect([seen.version.state, seen.adapter.state]).toEqual(["draft", "withdrawn"]);
  });

  it("has one time of publication under two concurrent publishers", async () => {
    const { owner, draft } = await drafted("Hal");
    const found = granted(await findVersion(db, owner, draft.id));
    const first = granted(await publishVersion(env, db, found, 1_000));
    expect(granted(await publishVersion(env, db, found, 2_000))).toEqual(first);
  });

  it("that was never published stays visible to its owner only, yanked or withdrawn", async () => {
    const { person: ina, draft } = await drafted("Ina");
    await ina.must("POST", `/v1/versions/${draft.id}/publish`);
    const upload_id = await ina.upload(
      "adapter",
      await adapterFile(draft.slot ?? -1, "<ina>"),
      "application/octet-stream",
    );
    const secret = await ina.must<Version>("POST", "/v1/adapters/ina/face/versions", { upload_id });
    await ina.must("POST", `/v1/versions/${secret.id}/yank`);
    for (const path of ["", "/download"]) {
      expect((await ask("GET", `/v1/versions/${secret.id}${path}`)).status).toBe(404);
    }
    expect((await ina.ask("GET", `/v1/versions/${secret.id}`)).status).toBe(200);

    const { person: jo, draft: hidden } = await drafted("Jo");
    await jo.must("POST", "/v1/adapters/jo/face/withdraw");
    expect((await ask("GET", "/v1/adapters/jo/face")).body.code).toBe("not_found");
    expect((await ask("GET", `/v1/versions/${hidden.id}`)).body.code).toBe("not_found");
    expect((await jo.ask("GET", "/v1/adapters/jo/face")).status).toBe(200);
  });
});

// Who is signed in: an account, nobody, or not known because no answer came, which is never taken for nobody.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askForAccount, clearAccount, loadAccount } from "../../site/ui/account.ts";

/** The network is what is outside: it breaks, or answers with what the server would. */
function network(answers: Record<string, unknown>): void {
  vi.stubGlobal("fetch", (request: string | Request) => {
    const { pathname } = new URL(typeof request === "string" ? request : request.url, "http://site");
    if (!(pathname in answers)) return Promise.reject(new TypeError("fetch failed"));
    return Promise.resolve(Response.json(answers[pathname] ?? null));
  });
}
beforeEach(clearAccount);
afterEach(() => vi.unstubAllGlobals());

describe("the account", () => {
  it("is null for a guest, and not known where no answer comes", async () => {
    network({ "/auth/get-session": null });
    expect(await loadAccount()).toBeNull();
    clearAccount();
    for (const answers of [{}, { "/auth/get-session": { user: {} } }]) {
      network(answers);
      expect(await askForAccount()).toEqual({ ok: false, failure: { kind: "unreachable" } });
      expect(await loadAccount()).toBeUndefined();
    }
    network({ "/auth/get-session": { user: {} }, "/v1/account": { handle: "ada" } });
    expect(await loadAccount()).toMatchObject({ handle: "ada" });
  });
});

describe("a page for accounts", () => {
  it("says that no answer came", () => {
    const root = join(import.meta.dirname, "../../site/pages");
    const pages = globSync(
      "{jobs,account,publish,notifications,following,moderation,operations,decisions}/*-page.tsx",
      {
        cwd: root,
      },
    );
    expect(pages).toHaveLength(8);
    for (const file of [...pages, "compose/side-panel.tsx"]) {
      expect([file, readFileSync(join(root, file), "utf8").includes("<AccountFailure />")]).toEqual([
        file,
        true,
      ]);
    }
  });
});

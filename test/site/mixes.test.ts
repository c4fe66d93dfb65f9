// Mixes on the site: in the compose form, in an address, in code to copy, and what is sent to publish one.

import { describe, expect, it } from "vitest";
import type { Composition, Generation } from "../../site/api.ts";
import { EMPTY_FORM } from "../../site/composition/form.ts";
import { formOf, hashOf } from "../../site/composition/link.ts";
import { composeUrl, formOfMix, isUnchanged, orderOf } from "../../site/pages/compose/mix-form.ts";
import { aboutOf, compositionOf, nameOf, publishRequest } from "../../site/pages/compose/publish-mix.ts";
import { queryOf, searchOf, withFilter } from "../../site/pages/mixes/query.ts";
import { refOf } from "../../site/ui/address.ts";
import { licenceLines, listed } from "../../site/ui/licence-summary.tsx";

const member = (name: string, x: number | null) => ({
  ...{ version_id: "ver_0" as const, ref: `ada/${name}:2`, trigger: `<${name}>`, strength: 0.71239, slot: 1 },
  region: x === null ? null : { x, y: 0, width: 1 / 3, height: 1 },
  ...{ title: name, preview: null, available: true },
});
const mix = {
  ...{ ref: "ada/party", number: 3, composition: { prompt: "<eve> & <dog>; sky" } },
  members: [member("eve", 0), member("dog", 2 / 3)],
};

const NOTHING_KNOWN = { base: null, adapters: new Map() };

describe("a mix in the compose form", () => {
  it("is opened by a complete address, and counts as unchanged until its members change", () => {
    const url = composeUrl(mix);
    const form = formOf(url.slice(url.indexOf("#")));
    expect(form).toMatchObject({ from: "ada/party:3", size: "", placement: "boxes", written: true });
    expect(form.prompt).toBe("<eve> & <dog>; sky");
    expect(isUnchanged(form, mix)).toBe(true);
    expect(isUnchanged({ ...form, prompt: "<eve>", seed: 4, size: "768x256" }, mix)).toBe(true);
    const [eve, dog] = form.members;
    if (!eve || !dog) throw new Error("both are in it");
    for (const members of [
      [eve],
      [dog, eve],
      [{ ...eve, strength: 0.8 }, dog],
      [eve, { ...dog, region: null }],
      [eve, { ...dog, region: { x: 0.5, y: 0, width: 0.5, height: 1 } }],
    ]) {
      expect(isUnchanged({ ...form, members }, mix)).toBe(false);
    }
    expect(isUnchanged({ ...form, from: "ada/party:2" }, mix)).toBe(false);
    expect(isUnchanged(form, null)).toBe(false);
  });

  it("without boxes leaves placement to the prompt", () => {
    const open = { ...mix, members: [member("eve", null)] };
    expect(formOfMix(open)).toMatchObject({ placement: "open", size: "" });
    expect(isUnchanged(formOfMix(open), open)).toBe(true);
  });

  it("is ordered by its name while unchanged, else by its members", () => {
    const form = formOfMix(mix);
    expect(orderOf(form, NOTHING_KNOWN, "cast-3", mix)).toEqual({
      ...{ mix: "ada/party:3", prompt: "<eve> & <dog>; sky", count: 1 },
    });
    const changed = orderOf({ ...form, members: form.members.slice(0, 1) }, NOTHING_KNOWN, "cast-3", mix);
    expect([changed.mix, changed.base, changed.adapters?.length]).toEqual([undefined, "cast-3", 1]);
  });

  it("is dropped by an address that names none", () => {
    expect(hashOf(EMPTY_FORM)).not.toContain("m=");
    expect(formOf("#m=not a ref").from).toBeNull();
  });
});

describe("publishing", () => {
  it("proposes a name that an address may hold", () => {
    expect(["Élan & Vital!", "  Two  ", "__", "a".repeat(80)].map(nameOf)).toEqual([
      ...["elan-vital", "two", "", "a".repeat(64)],
    ]);
    expect(nameOf(`${"a".repeat(63)} b`)).toBe("a".repeat(63));
  });

  it("sends exactly the picture's order", () => {
    const { title: _, preview: __, available: ___, ...resolved } = member("eve", 0);
    const request = { adapters: [resolved], prompt: "<eve>" } as unknown as Generation["request"];
    expect(compositionOf(request, "ada/party:3")).toEqual({
      members: [{ version_id: "ver_0", strength: 0.71239, region: resolved.region, as: resolved.trigger }],
      ...{ prompt: "<eve>", forked_from: "ada/party:3" },
    });
    expect(compositionOf(request, null)).not.toHaveProperty("forked_from");
  });

  it("keeps the texts of an existing mix until others are entered", () => {
    const mix = { title: "Party", description: "Loud", visibility: "private", rating: "sensitive" } as const;
    expect(aboutOf({ name: "party" }, mix)).toMatchObject({ ...mix, name: "party", cover: true });
    expect(aboutOf({ description: "" }, mix)).toMatchObject({ title: "Party", description: "" });
    expect(aboutOf({}, null)).toMatchObject({ title: "", visibility: "public", rating: "general" });
  });

  it("omits title and cover if unset", () => {
    const about = { name: "two", title: " ", description: "", changelog: "", cover: false };
    const input = publishRequest({ ...about, visibility: "public", rating: "general" }, "img_0");
    expect(input).toEqual({
      ...{ name: "two", description: "", visibility: "public", rating: "general", changelog: "" },
    });
  });
});

describe("the address of a mix", () => {
  it("is read from the page's own and from the shared form", () => {
    const at = (pathname: string, search = "") => refOf({ pathname, search }, "m", "ref");
    expect(at("/mix/", "?ref=ada/party:2")).toBe("ada/party:2");
    expect(at("/m/ada/party")).toBe("ada/party");
    expect(at("/m/ada/party%3A2/")).toBe("ada/party:2");
    expect(at("/m/ada/%E0%A4%A")).toBe("ada/%E0%A4%A");
    expect(at("/a/ada/eve")).toBe("");
    expect(at("/mix/")).toBe("");
  });

  it("of the list contains the query", () => {
    for (const query of [
      {},
      { q: "red & blue", sort: "most_liked" as const },
      { adapter: "ada/eve", rating: "general,sensitive" },
    ]) {
      expect(queryOf(searchOf(query))).toEqual(query);
    }
    expect(searchOf({ adapter: "ada/eve" })).toBe("?adapter=ada/eve");
    expect(queryOf("?sort=cheapest&evil=1&q=%20")).toEqual({});
    expect(withFilter({ q: "a", owner: "b" }, "owner", null)).toEqual({ q: "a" });
  });
});

describe("licences together", () => {
  const licence = (more: Partial<Composition["licence"]>): Composition["licence"] => ({
    ...{ credit: false, commercial_use: true, derivatives: true, different_licence: true, limited_by: [] },
    ...more,
  });

  it("name each restricting adapter once, without a version", () => {
    const limited_by = [
      { permission: "commercial_use" as const, ref: "ada/kofi:1" },
      { permission: "commercial_use" as const, ref: "ada/kofi:2" },
      { permission: "credit" as const, ref: "bob/dog:1" },
      { permission: "credit" as const, ref: "ada/kofi:1" },
    ];
    const lines = licenceLines(licence({ commercial_use: false, credit: true, limited_by }));
    expect(lines.map(({ mark, text }) => `${mark} ${text}`)).toEqual([
      "no Commercial use: no, because of ada/kofi",
      "yes Derivatives",
      "yes Another licence for derivatives",
      "must Name bob/dog and ada/kofi",
    ]);
  });

  it("require nothing if no member does", () => {
    expect(licenceLines(licence({})).at(-1)?.text).toBe("No credit needed");
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
  });
});

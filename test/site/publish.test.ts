// What the publish page decides before anything is sent.

import { describe, expect, it } from "vitest";
import { AdapterCreate } from "../../schema/contract/adapters.ts";
import names from "../../schema/examples/training-files.json" with { type: "json" };
import { adapterOf, EMPTY_ABOUT, LICENCES, missingIn, tagsFrom } from "../../site/pages/publish/about.ts";
import { CROP_MIN_PIXELS, firstCrop, inside, movedBy, scaledTo } from "../../site/pages/publish/crop.ts";
import { lossPoints, pathOf, smoothed } from "../../site/pages/publish/loss.ts";
import { ACCEPTED_FILES, fileRefusal } from "../../site/pages/publish/pictures.ts";
import { nameFrom } from "../../site/ui/name-from.ts";

describe("about an adapter", () => {
  it("makes short names that the contract accepts", () => {
    expect(nameFrom("Ana Lima")).toBe("ana-lima");
    expect(nameFrom("  Ünsal & Söhne!  ")).toBe("unsal-sohne");
    expect(nameFrom("***")).toBe("");
    for (const title of ["Ana", "x".repeat(200), "a -- b", "9 lives", "É"]) {
      expect(AdapterCreate.shape.name.safeParse(nameFrom(title)).success).toBe(true);
    }
  });

  it("becomes a request that the contract accepts, with every licence it offers", () => {
    for (const { id } of LICENCES) {
      const about = {
        ...EMPTY_ABOUT,
        title: "Ana",
        name: "ana",
        tags: "Curly Hair, #glasses,,",
        licence: id,
      };
      const parsed = AdapterCreate.safeParse(adapterOf(about, "cast-3"));
      expect(parsed.error?.issues ?? []).toEqual([]);
      expect(parsed.data?.tags).toEqual(["curly hair", "glasses"]);
      expect(parsed.data?.licence.spdx).toBe(id);
    }
  });

  it("says which field is missing", () => {
    expect(missingIn(EMPTY_ABOUT)).toContain("name");
    expect(missingIn({ ...EMPTY_ABOUT, title: "Ana", name: "ana" })).toBeNull();
    expect(missingIn({ ...EMPTY_ABOUT, title: "***" })).toContain("short name");
  });

  it("drops empty and double tags", () => {
    expect(tagsFrom("a, A,  b  c ,")).toEqual(["a", "b c"]);
    expect(tagsFrom("")).toEqual([]);
  });
});

describe("crop", () => {
  it("begins with the largest square, high in tall pictures", () => {
    expect(firstCrop({ width: 400, height: 300 })).toEqual({ x: 50, y: 0, side: 300 });
    expect(firstCrop({ width: 300, height: 500 })).toEqual({ x: 0, y: 40, side: 300 });
  });

  it("stays inside the picture for any input", () => {
    for (const pixels of [
      { width: 400, height: 300 },
      { width: 50, height: 900 },
      { width: 64, height: 64 },
    ]) {
      for (const by of [-1e6, -10, 0, 10, 1e6]) {
        for (const crop of [
          movedBy(firstCrop(pixels), by, -by, pixels),
          scaledTo(firstCrop(pixels), by, pixels),
          inside({ x: by, y: by, side: by }, pixels),
        ]) {
          expect(crop.side).toBeGreaterThanOrEqual(Math.min(CROP_MIN_PIXELS, pixels.width, pixels.height));
          expect(crop.x).toBeGreaterThanOrEqual(0);
          expect(crop.y).toBeGreaterThanOrEqual(0);
          expect(crop.x + crop.side).toBeLessThanOrEqual(pixels.width);
          expect(crop.y + crop.side).toBeLessThanOrEqual(pixels.height);
        }
      }
    }
  });
});

describe("loss", () => {
  it("is read from progress messages that name one", () => {
    const readings = [
      { step: 0, message: "preparing" },
      { step: 1, message: "training, loss 0.250" },
      { step: 2, message: "training, loss 1e-3" },
    ];
    expect(lossPoints(readings)).toEqual([
      { step: 1, loss: 0.25 },
      { step: 2, loss: 0.001 },
    ]);
  });

  it("is smoothed by what came before only", () => {
    const points = [4, 2, 0].map((loss, step) => ({ step, loss }));
    expect(smoothed(points, 2).map(({ loss }) => loss)).toEqual([4, 3, 1]);
  });

  it("is plotted within its box", () => {
    const points = [
      { step: 0, loss: 2 },
      { step: 60, loss: 1 },
      { step: 120, loss: 0 },
    ];
    expect(pathOf(points, 120, 100, 50)).toBe("M0 0L50 25L100 50");
    expect(pathOf([], 120, 100, 50)).toBe("");
  });
});

describe("a chosen file", () => {
  it("is refused by name and reason before it is opened", () => {
    const file = { name: "ana.png", size: 1, type: "image/png" };
    expect(fileRefusal(file)).toBeNull();
    expect(fileRefusal({ ...file, size: 0 })).toContain("empty");
    expect(fileRefusal({ ...file, name: "ana.gif", type: "image/gif" })).toContain("PNG, JPEG or WebP");
    expect(fileRefusal({ ...file, size: 21 * 1024 * 1024 })).toContain("20 MiB");
  });

  it("is a picture by its type, or by its ending where the system knows no type for it", () => {
    for (const name of names.pictures)
      expect([name, fileRefusal({ name, size: 1, type: "" })]).toEqual([name, null]);
    for (const name of [...names.refused, ...names.skipped]) {
      expect(fileRefusal({ name, size: 1, type: "" })).toBe(`${name} is no PNG, JPEG or WebP picture.`);
    }
    expect(fileRefusal({ name: "blob", size: 1, type: "image/jpeg" })).toBeNull();
    expect(ACCEPTED_FILES.split(",")).toEqual(expect.arrayContaining(["image/jpeg", ".jfif", ".jpe"]));
  });
});

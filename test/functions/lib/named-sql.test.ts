// Named parameters of SQL statements, run on a real D1.

import { describe, expect, it } from "vitest";
import { namedStatement } from "../../../functions/lib/named-sql.ts";
import { db } from "../cast.ts";

describe("a statement with named parameters", () => {
  it("binds a name wherever it occurs, and leaves quoted text unchanged", async () => {
    const text =
      "SELECT :owner || ':owner' || 'it''s :day' AS one, :day + :day AS two, :owner AS three, :none AS four";
    const row = await namedStatement(db(), text, { owner: "ada", day: 2, none: null }).first();
    expect(row).toEqual({ one: "ada:ownerit's :day", two: 4, three: "ada", four: null });
  });

  it("throws where a name has no value, or a value no name", () => {
    expect(() => namedStatement(db(), "SELECT :owner, :day", { owner: "ada" })).toThrow("day");
    expect(() => namedStatement(db(), "SELECT :owner", { owner: "ada", day: 2 })).toThrow("day");
  });
});

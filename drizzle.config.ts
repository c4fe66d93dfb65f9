// drizzle-kit reads this to write the next migration from schema/tables.ts (npm run x -- migration).

import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./schema/tables.ts",
  out: "./schema/migrations",
  breakpoints: false,
});

// Who may call the routes of operators.

import type { Generation } from "../../../schema/contract/index.ts";
import { db, Machine } from "../cast.ts";
import type { Entry, World } from "./entry.ts";

async function failed({ owner }: World): Promise<string> {
  const { id } = await owner.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "x" });
  await db().prepare("UPDATE jobs SET status = 'failed', finished_at = 1 WHERE id = ?").bind(id).run();
  return id;
}

export const operations: Entry[] = [
  { route: "GET /v1/operations", right: "operator", call: () => ({ path: "/v1/operations" }) },
  {
    route: "GET /v1/operations/runners",
    right: "operator",
    call: () => ({ path: "/v1/operations/runners" }),
  },
  ...["drain", "resume"].map(
    (act): Entry => ({
      route: `POST /v1/operations/runners/{runner}/${act}`,
      right: "operator",
      call: async ({ owner }) => ({
        path: `/v1/operations/runners/${(await Machine.register(owner)).id}/${act}`,
      }),
    }),
  ),
  {
    route: "GET /v1/operations/failures",
    right: "operator",
    call: () => ({ path: "/v1/operations/failures" }),
  },
  {
    route: "POST /v1/operations/jobs/{job}/replay",
    right: "operator",
    call: async (world) => ({ path: `/v1/operations/jobs/${await failed(world)}/replay` }),
  },
];

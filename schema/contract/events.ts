// One event of a stream (text/event-stream), field by field as a reader of one gets it.

import { z } from "zod";

export const ServerSentEvent = z
  .object({
    id: z.string().optional(),
    event: z.string(),
    data: z.string().meta({ description: "JSON" }),
  })
  .meta({ id: "ServerSentEvent", description: "Each event of the stream" });

// A named schema or null. zod's own `.nullable()` loses the null where OpenAPI refers to a schema by its name.

import { z } from "zod";

export const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()]);

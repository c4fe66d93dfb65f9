// The contract as one JSON value for readers in other languages: schemas by name, limits, error codes, job errors, file reasons.

import { z } from "zod";
import * as contract from "./contract/index.ts";

export function contractJson(): Record<string, unknown> {
  const limits = Object.fromEntries(
    Object.entries(contract).filter(([, value]) => typeof value === "number"),
  );
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: "input", uri: (id) => `#/$defs/${id}` });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Orthoplex contract",
    limits,
    error_codes: contract.ERROR_CODES,
    job_error_codes: contract.JOB_ERROR_CODES,
    file_reasons: contract.FILE_REASONS,
    scopes: contract.SCOPES,
    adapter_file: {
      formats: contract.ADAPTER_FORMATS,
      dtype: contract.ADAPTER_DTYPE,
      up_prefix: contract.UP_PREFIX,
      entry_prefix: contract.ENTRY_PREFIX,
      tokens_tensor: contract.TOKENS_TENSOR,
    },
    $defs: schemas,
  };
}

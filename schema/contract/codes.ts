// The closed list of refusal codes, each bound to one HTTP status and one title. A code is never renamed or reused.

export const ERROR_CODES = {
  json_invalid: { status: 400, title: "The body is not JSON" },
  request_invalid: { status: 400, title: "The request does not fit the contract" },
  auth_required: { status: 401, title: "Sign in or send an API key" },
  key_invalid: { status: 401, title: "This API key is unknown, expired or revoked" },
  scope_missing: { status: 403, title: "This API key lacks a scope" },
  not_granted: { status: 403, title: "This is not yours to change" },
  upload_url_invalid: { status: 403, title: "This upload or download address is not valid any more" },
  not_found: { status: 404, title: "Nothing is here" },
  name_taken: { status: 409, title: "You already have an adapter of that name" },
  slot_taken: { status: 409, title: "The slot belongs to another adapter" },
  slots_exhausted: { status: 409, title: "The base has no free slot left" },
  slot_missing: { status: 409, title: "The adapter has no slot yet" },
  version_state: { status: 409, title: "The version is not in a state that allows this" },
  upload_incomplete: { status: 409, title: "The upload has not been finished" },
  job_finished: { status: 409, title: "The job has already ended" },
  lease_lost: { status: 409, title: "The lease is over or belongs to another run" },
  idempotency_in_flight: { status: 409, title: "A request with this Idempotency-Key is still running" },
  adapter_removed: { status: 410, title: "The adapter was withdrawn" },
  length_required: { status: 411, title: "The upload needs a Content-Length" },
  body_too_large: { status: 413, title: "The body is too large" },
  content_type_unsupported: { status: 415, title: "The content type is not supported here" },
  range_unsatisfiable: { status: 416, title: "The range lies outside the file" },
  base_unknown: { status: 422, title: "No such base" },
  adapter_unknown: { status: 422, title: "No such adapter" },
  adapter_incompatible: { status: 422, title: "The adapters do not share one base" },
  adapter_unready: { status: 422, title: "The adapter has no version that can be used" },
  composition_unknown: { status: 422, title: "No such composition" },
  upload_unknown: { status: 422, title: "No such upload" },
  upload_mismatch: { status: 422, title: "The bytes are not the ones announced" },
  file_invalid: { status: 422, title: "The adapter file was refused" },
  image_invalid: { status: 422, title: "The picture was refused" },
  licence_conflict: { status: 422, title: "A licence forbids this" },
  output_missing: { status: 422, title: "A named output was never uploaded" },
  idempotency_mismatch: { status: 422, title: "This Idempotency-Key was used with another body" },
  quota_exceeded: { status: 429, title: "A quota is used up" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something failed on our side" },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export const ERROR_CODE_NAMES = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

/** Why an adapter file or picture was refused; rides along as `errors[].reason`. */
export const FILE_REASONS = [
  "empty",
  "pickle",
  "zip",
  "not_safetensors",
  "truncated",
  "trailing_bytes",
  "header_too_large",
  "header_not_json",
  "offsets_invalid",
  "dtype_invalid",
  "shape_invalid",
  "tensor_missing",
  "tensor_unexpected",
  "value_not_finite",
  "norm_too_large",
  "metadata_missing",
  "format_mismatch",
  "base_mismatch",
  "basis_mismatch",
  "rank_mismatch",
  "slot_mismatch",
  "type_unknown",
  "type_mismatch",
  "too_many_pixels",
  "too_many_bytes",
] as const;
export type FileReason = (typeof FILE_REASONS)[number];

/** Why a job failed; a runner reports one of the first group, the edge adds the second. */
export const JOB_ERROR_CODES = [
  "runner_error",
  "out_of_memory",
  "training_diverged",
  "input_invalid",
  "prompt_invalid",
  "base_missing",
  "runs_exhausted",
  "output_invalid",
] as const;
export type JobErrorCode = (typeof JOB_ERROR_CODES)[number];

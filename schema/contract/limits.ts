// Every number that two rooms of the house must agree on, with its unit in its name. Changing one changes the contract.

export const MIB = 1024 * 1024;

// Text
export const PROMPT_MAX_CHARACTERS = 2_000;
export const NAME_MAX_CHARACTERS = 64;
export const TITLE_MAX_CHARACTERS = 120;
export const DESCRIPTION_MAX_CHARACTERS = 10_000;
export const CAPTION_MAX_CHARACTERS = 1_000;
/** `<name>` of an adapter is its trigger where no other is wished for: the longest name must fit. */
export const TRIGGER_MAX_CHARACTERS = NAME_MAX_CHARACTERS + 2;
export const TAGS_MAX = 16;

// Compositions and generations
export const STRENGTH_MIN = -2;
export const STRENGTH_MAX = 2;
/** The paper sums at 0.6; residuals that only their own tokens can hear look best at full strength. */
export const STRENGTH_DEFAULT = 1;
export const COMPOSITION_MEMBERS_MAX = 16;
export const GENERATION_COUNT_MAX = 16;
export const SEED_MAX = 4_294_967_295;
export const WAIT_MAX_SECONDS = 60;

// Trainings
export const TRAINING_IMAGES_MIN = 4;
export const TRAINING_IMAGES_MAX = 16;
export const TRAINING_STEPS_MAX = 2_000;

// Files. The platform caps a request body at 100 MB, so one upload stays below it.
export const UPLOAD_MAX_BYTES = 90 * MIB;
export const IMAGE_MAX_BYTES = 20 * MIB;
export const IMAGE_MAX_PIXELS = 16_000_000;
export const UPLOAD_URL_TTL_SECONDS = 3_600;
export const ADAPTER_HEADER_MAX_BYTES = 1 * MIB;
export const VERSION_PREVIEWS_MAX = 8;

// Dispatch
export const LEASE_TTL_SECONDS = 60;
export const HEARTBEAT_SECONDS = 10;
export const LEASE_WAIT_MAX_SECONDS = 25;
export const LEASE_BATCH_MAX = 32;
export const JOB_RUNS_MAX = 3;
export const QUEUED_JOBS_PER_OWNER_MAX = 1_000;
export const PREVIEW_FRAME_MAX_BYTES = 64 * 1024;
export const SETTLE_OUTPUTS_MAX = 64;
export const WARNINGS_MAX = 32;

// Lists and retries
export const PAGE_DEFAULT = 24;
export const PAGE_MAX = 100;
export const IDEMPOTENCY_TTL_SECONDS = 24 * 3_600;
export const JSON_BODY_MAX_BYTES = 1 * MIB;
export const API_KEYS_PER_OWNER_MAX = 50;

// Quotas. Slots of a base are few and never given back, so that no account may take them all.
export const SLOTS_PER_OWNER_MAX = 500;
export const BYTES_STORED_PER_OWNER_MAX = 10 * 1024 * MIB;

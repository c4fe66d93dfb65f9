// Every number that two parts of the service must agree on, with its unit in its name. Changing one changes the contract.

export const MIB = 1024 * 1024;

// Text
export const PROMPT_MAX_CHARACTERS = 2_000;
/** Of `(words:1.2)` on bases that read weights. */
export const PROMPT_WEIGHT_MAX = 10;
/** How deep choices `{one|other}` may stand in one another. */
export const PROMPT_CHOICES_DEPTH_MAX = 8;
export const NAME_MAX_CHARACTERS = 64;
export const TITLE_MAX_CHARACTERS = 120;
export const CLASS_WORD_MAX_CHARACTERS = 32;
export const DESCRIPTION_MAX_CHARACTERS = 10_000;
export const CAPTION_MAX_CHARACTERS = 1_000;
/** `<name>` of an adapter is its default trigger: the longest name must fit. */
export const TRIGGER_MAX_CHARACTERS = NAME_MAX_CHARACTERS + 2;
export const TAGS_MAX = 16;
export const SAMPLER_MAX_CHARACTERS = 40;

// Compositions and generations
export const STRENGTH_MIN = -2;
export const STRENGTH_MAX = 2;
/** The paper sums at 0.6; residuals that act on their own tokens alone look best at full strength. */
export const STRENGTH_DEFAULT = 1;
export const COMPOSITION_MEMBERS_MAX = 16;
/** A mix is listed with all its versions. */
export const MIX_VERSIONS_MAX = 100;
/** How far back a chain of forks is followed. */
export const MIX_ANCESTORS_MAX = 16;
export const GENERATION_COUNT_MAX = 16;
export const SEED_MAX = 4_294_967_295;
export const WAIT_MAX_SECONDS = 60;
/** Lifetime of signed URLs of pictures. */
export const OUTPUT_URL_TTL_SECONDS = 3_600;

// Compatible APIs
/** OpenAI's client waits 10 minutes; before that the response says that the job still runs. */
export const OPENAI_WAIT_MAX_SECONDS = 540;
/** A retry that names the same request finds its job this long. */
export const OPENAI_RETRY_MAX_SECONDS = 600;
export const PARTIAL_IMAGES_MAX = 3;
/** OpenAI's list of models has no pages. */
export const MODELS_LISTED_MAX = 1_000;
/** A file of Replicate's API comes inside a form, which is held whole. */
export const REPLICATE_FILE_MAX_BYTES = 32 * MIB;
export const REPLICATE_FILES_MAX = 1_000;
/** Of a zip of pictures. Other entries are ignored, but they count and are checked. */
export const ZIP_ENTRIES_MAX = 1_000;
export const REPLICATE_STREAM_TTL_SECONDS = 24 * 3_600;

// Trainings
/** What any base may ask for; each says its own limits within these. */
export const TRAINING_IMAGES_MIN = 1;
export const TRAINING_IMAGES_MAX = 16;
export const TRAINING_STEPS_MAX = 2_000;

// Files. The platform caps a request body at 100 MB, so one upload stays below it.
export const UPLOAD_MAX_BYTES = 90 * MIB;
export const IMAGE_MAX_BYTES = 20 * MIB;
export const IMAGE_MAX_PIXELS = 16_000_000;
/** The most that a JPEG can say. */
export const IMAGE_MAX_SIDE = 65_535;
/** What a page may ask a picture in: few, so that they are made once and found again. */
export const IMAGE_WIDTHS = [96, 192, 384, 768, 1152] as const;
export const UPLOAD_URL_TTL_SECONDS = 3_600;
export const ADAPTER_HEADER_MAX_BYTES = 1 * MIB;
export const VERSION_PREVIEWS_MAX = 12;
/** Words that a LoRA of another program is called by, in one text. */
export const FOREIGN_WORDS_MAX_CHARACTERS = 200;
/** Previews of a new version, so that five of a strength guide have room beside them. */
export const TRAINING_SAMPLES_MAX = 7;
/** Larger adapter files come in parts, each a request of its own; the last one may be shorter. */
export const UPLOAD_MULTIPART_MAX_BYTES = 2 * 1024 * MIB;
export const UPLOAD_PART_BYTES = 8 * MIB;
/** How long an upload in parts can be resumed. */
export const UPLOAD_MULTIPART_TTL_SECONDS = 24 * 3_600;

// Versions
export const YANK_REASON_MAX_CHARACTERS = 500;
export const HASHES_LOOKED_UP_MAX = 100;
/** Of Civitai's look-up that answers with numbers alone. */
export const HASH_NUMBERS_LOOKED_UP_MAX = 10_000;
/** Previews generated for a version that was published without any. */
export const PREVIEWS_GENERATED = 4;
export const STATISTICS_DAYS = 30;
export const COMPANIONS_SHOWN = 8;
/** In a trend, an event this many days ago has half the weight. */
export const TREND_HALF_LIFE_DAYS = 3;
export const TREND_LIKE_WEIGHT = 3;

// Bases
/** A base that was published counts only so long after: every isolate has read it by then. */
export const BASE_PUBLISH_SECONDS = 10;
/** Each isolate reads the published bases at least so often. */
export const BASES_READ_SECONDS = 5;
export const BASES_PUBLISHED_MAX = 200;

// Dispatch
export const LEASE_TTL_SECONDS = 60;
export const HEARTBEAT_SECONDS = 10;
export const LEASE_WAIT_MAX_SECONDS = 25;
export const LEASE_BATCH_MAX = 32;
/** A runner names this many of its files on disk, the most recently used ones. */
export const WARM_NAMED_MAX = 256;
/** So long after its order a job may be passed by one of the same turn whose files the asking runner has. */
export const WARM_WAIT_SECONDS = 2;
/** Of the jobs of one turn, base and shape the oldest are compared by what the runner has: a lease reads no more, however many wait. */
export const WARM_LOOKED_AT_MAX = 32;
export const JOB_RUNS_MAX = 3;
/** After its nth failed run a job pauses for 2^n times the first, at most the last, with a random jitter of this fraction. */
export const JOB_PAUSE_SECONDS = 5;
export const JOB_PAUSE_MAX_SECONDS = 300;
export const JOB_PAUSE_JITTER = 0.2;
/** A job that waits so long after its order fails. */
export const JOB_DEADLINE_HOURS = 24;
export const QUEUED_JOBS_PER_OWNER_MAX = 1_000;
/** Generations that wait for one training. */
export const GENERATIONS_AWAITING_MAX = 100;
export const PREVIEW_FRAME_MAX_BYTES = 64 * 1024;
/** A runner asks for work at least so often; one that was not seen for this long is not counted. */
export const RUNNER_SEEN_SECONDS = 120;
/** Of one account, in the last hour: registered, or still heard of. */
export const RUNNERS_PER_OWNER_MAX = 1_000;
/** A registration that never led to a run is kept so long. */
export const RUNNER_IDLE_DAYS = 1;
/** Of a job's live events the newest are kept, and a day after its end none. */
export const LIVE_EVENTS_KEPT = 1_000;
/** Preview frames of a training, which show how it learned; of a generation only the newest is kept. */
export const TRAINING_FRAMES_KEPT = 24;
export const LIVE_LOG_TTL_SECONDS = 24 * 3_600;
export const SETTLE_OUTPUTS_MAX = 64;
/** As JSON. A recipe of sixteen adapters and the longest prompts takes a third of it. */
export const RECIPE_MAX_CHARACTERS = 32_768;
export const METRICS_MAX_CHARACTERS = 16_384;
export const WARNINGS_MAX = 32;

// Credits. One is a step of a picture of so many pixels; a step of a training, which goes through the model both ways and over several
// pictures, counts as several.
export const CREDITS_PER_DAY = 100_000;
/** Of an account whose email address is not verified: about a hundred pictures of the usual size, or two trainings. */
export const CREDITS_PER_DAY_UNVERIFIED = 5_000;
export const CREDIT_PIXELS = 256 * 256;
export const TRAINING_STEP_CREDITS = 4;
export const LOW_PRIORITY_FACTOR = 0.5;
export const HIGH_PRIORITY_FACTOR = 2;

// Lists and retries
export const PAGE_DEFAULT = 24;
export const PAGE_MAX = 100;
export const SEARCH_MAX_CHARACTERS = 200;
export const SEARCH_WORDS_MAX = 16;
/** How many values of one facet a query may name, and how many an answer counts. */
export const FILTER_VALUES_MAX = 20;
/** Of one query parameter that lists values. */
export const LIST_MAX_CHARACTERS = 4_000;
export const FACET_VALUES_SHOWN = 20;
export const SUGGESTIONS_MAX = 8;
export const IDEMPOTENCY_TTL_SECONDS = 24 * 3_600;
export const JSON_BODY_MAX_BYTES = 1 * MIB;
export const API_KEYS_PER_OWNER_MAX = 50;
/** Pages that one publishable key may belong to. */
export const KEY_ORIGINS_MAX = 10;
export const KEY_ORIGIN_MAX_CHARACTERS = 200;
/** The largest cap that a publishable key may be given. */
export const KEY_DAILY_GENERATIONS_MAX = 100_000;
/** A rotated key stays valid for so long beside the new one, by default. */
export const KEY_OVERLAP_HOURS = 24;
export const KEY_OVERLAP_MAX_HOURS = 7 * 24;

// Quotas. Slots of a base are few and never given back, so that no account may take them all.
export const SLOTS_PER_OWNER_MAX = 500;
/** A slot whose adapter was never published is released after so long without a training or a new version. */
export const SLOT_DRAFT_TTL_DAYS = 30;
export const BYTES_STORED_PER_OWNER_MAX = 10 * 1024 * MIB;

// Accounts
export const PERSON_NAME_MAX_CHARACTERS = 80;
export const BIO_MAX_CHARACTERS = 1_000;
export const AVATAR_MAX_BYTES = 2 * MIB;
export const PASSWORD_MIN_CHARACTERS = 8;
export const PASSWORD_MAX_CHARACTERS = 128;
export const PASSKEYS_PER_ACCOUNT_MAX = 20;
export const SESSION_TTL_SECONDS = 7 * 24 * 3_600;
/** A session is extended, and its "last seen" written, at most so often. */
export const SESSION_SEEN_SECONDS = 3_600;
/** Changing credentials and deleting the account need the password again where the sign-in is older. */
export const RECENT_SIGN_IN_SECONDS = 3_600;
export const RESET_LINK_TTL_SECONDS = 3_600;
export const VERIFY_LINK_TTL_SECONDS = 24 * 3_600;
/** For one account, from everywhere together; GUESS_LIMIT in wrangler.toml says the same. */
export const PASSWORD_GUESSES_PER_MINUTE_MAX = 10;
/** Emails of all kinds for one account, to any address. */
export const EMAILS_PER_HOUR_MAX = 5;

// Moderation
export const REPORT_DETAIL_MAX_CHARACTERS = 2_000;
export const REPORTS_PER_DAY_MAX = 30;
export const ACTION_REASON_MAX_CHARACTERS = 2_000;
export const APPEAL_MAX_CHARACTERS = 4_000;
export const APPEAL_WINDOW_DAYS = 30;
/** How long the bytes of removed content are kept: as long as an appeal may restore it. */
export const TAKEDOWN_GRACE_DAYS = APPEAL_WINDOW_DAYS;
export const BLOCKED_TERM_MAX_CHARACTERS = 64;
export const BLOCKED_TERM_MAX_WORDS = 5;
export const BLOCKED_TERMS_MAX = 5_000;
/** How many blocked terms one refusal names. */
export const BLOCKED_TERMS_NAMED_MAX = 3;

// People
export const COMMENT_MAX_CHARACTERS = 2_000;
export const COMMENTS_PER_HOUR_MAX = 20;
export const COMMENT_EDIT_SECONDS = 15 * 60;
/** A comment is listed with this many of its newest replies. */
export const REPLIES_SHOWN = 3;
/** The first this many of a comment's mentioned handles are notified. */
export const MENTIONS_MAX = 5;
export const FOLLOWS_PER_ACCOUNT_MAX = 5_000;
/** The first publication of an adapter notifies this many followers, the earliest first. */
export const FOLLOWERS_NOTIFIED_MAX = 10_000;
/** Pictures that one account may share within 24 hours, those withdrawn since included. */
export const PICTURES_SHARED_PER_DAY_MAX = 50;
export const COLLECTIONS_PER_OWNER_MAX = 200;
export const COLLECTION_ITEMS_MAX = 500;
export const COLLECTION_NOTE_MAX_CHARACTERS = 500;
/** How many of a collection's pairs that share columns are listed. */
export const CONFLICTS_SHOWN_MAX = 100;
/** An unread count beyond it reads as "100 or more". */
export const UNREAD_COUNTED_MAX = 100;
export const NOTIFICATIONS_MARKED_MAX = 100;
export const READ_NOTIFICATION_DAYS = 90;

// Webhooks
export const WEBHOOKS_PER_OWNER_MAX = 20;
export const WEBHOOK_EVENTS_MAX = 20;
export const WEBHOOK_URL_MAX_CHARACTERS = 2_000;
/** Standard Webhooks asks for less than 20 kB. */
export const WEBHOOK_BODY_MAX_BYTES = 20_000;
/** From the sending of a webhook to the last byte of the answer that is read. */
export const WEBHOOK_TIMEOUT_SECONDS = 10;
/** What is read of an answer; the rest is not waited for. */
export const WEBHOOK_ANSWER_MAX_BYTES = 4_096;
/** Pauses before the second, third, ... attempt: with the first it is 11 of them in nearly 24 hours. Each has a random jitter. */
export const WEBHOOK_RETRY_SECONDS = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/** As a fraction, in both directions. */
export const WEBHOOK_JITTER = 0.1;
/** The longest Retry-After of a receiver that is obeyed. */
export const WEBHOOK_RETRY_AFTER_MAX_SECONDS = 12 * 3_600;
/** An endpoint that has failed so often in a row, and for so long, is disabled. */
export const WEBHOOK_FAILURES_MAX = 20;
export const WEBHOOK_FAILING_DAYS_MAX = 5;
/** After a rotation the old secret signs too. */
export const WEBHOOK_OLD_SECRET_SECONDS = 24 * 3_600;
export const DELIVERY_KEPT_DAYS = 30;
/** Of a delivery the newest attempts are kept. */
export const DELIVERY_ATTEMPTS_KEPT = 20;
export const DELIVERIES_REPLAYED_MAX = 500;

// Assistants (MCP)
export const MCP_SEARCH_MAX = 50;
export const MCP_SEARCH_DEFAULT = 10;
/** Adapters that a search may ask to be composed with. */
export const MCP_COMPANIONS_MAX = 4;
/** A kind or a tag. */
export const MCP_WORD_MAX_CHARACTERS = 32;
/** Below what most clients wait for a tool. */
export const MCP_WAIT_SECONDS = 45;
/** Limits of pictures that are embedded in a response; all have a URL. */
export const MCP_IMAGES_MAX = 4;
export const MCP_IMAGE_MAX_BYTES = 1 * MIB;

/** Pictures that a certificate compares. */
export const CERTIFICATE_PROMPTS_MAX = 8;
/** Expressions of which a self-check draws samples. */
export const SELF_CHECK_EXPRESSIONS_MAX = 16;

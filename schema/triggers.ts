// Why each trigger of the database is there, by subject. `npm run x -- schema` writes these lines into schema/current/, and refuses a
// trigger without a line. docs/storage.md says why such rules are triggers at all.

/** By subject, on the tables that hold an account's id. test/structure/deleted-accounts.test.ts knows of each why, or why not. */
const NOTHING_AFTER =
  "Nothing is written in the name of a deleted account, whatever request raced with its deletion.";
const NOT_AGAIN = "What a deletion has emptied is not written again by a request that raced with it.";
const afterDeletion = (tables: string, changed = "") => ({
  ...Object.fromEntries(tables.split(" ").map((table) => [`${table}_of_deleted_account`, NOTHING_AFTER])),
  ...Object.fromEntries(
    changed
      .split(" ")
      .filter(Boolean)
      .map((table) => [`${table}_keep_deleted`, NOT_AGAIN]),
  ),
});

export const TRIGGERS: Record<string, Record<string, string>> = {
  catalog: {
    ...afterDeletion("adapters compositions mixes slots versions", "adapters compositions mixes versions"),
    adapters_rating:
      "A mix is rated at least as its strictest member: raising an adapter's rating raises its mixes'.",
    collection_items_delete: "Lists of collections show and sort by the count without reading the items.",
    collection_items_insert: "Lists of collections show and sort by the count without reading the items.",
    composition_members_insert_remixes:
      "An adapter counts the published mixes that hold it; recounted, since one mix may hold it in several versions.",
    mixes_update_remixes:
      "The same when a mix is published, hidden, withdrawn, removed or restored, whoever does it.",
  },
  credits: {
    jobs_insert_charge: "No job is stored without its charge.",
    jobs_update_refund:
      "However a job ends (settle, sweep, cancel, moderator, dependency), what its owner gets back is written with that end, once.",
    ledger_insert_charge: "The day's use is one row per owner, so that an order need not add up the ledger.",
    ledger_insert_refund: "The same for refunds: they go back to the day of the charge.",
    ledger_only_grows: "The ledger is a record: its rows are never changed.",
  },
  dispatch: {
    ...afterDeletion("jobs runners"),
    jobs_update_training_ended:
      "Whoever ordered a training is notified of its end, whatever ended it: a settle, an expired lease or a deadline.",
    jobs_update_dependents:
      "Whatever ends a training without a version fails in the same transaction what waits for it.",
    runs_insert_counts:
      "/metrics serves waiting times from counters: history would cost a scan at every scrape.",
    runs_update_counts: "/metrics serves run times from counters, by how the run ended.",
  },
  moderation: {
    ...afterDeletion("appeals blocked_terms moderation_actions reports"),
    moderation_actions_delete: "The audit log is never changed, not even by a faulty statement.",
    moderation_actions_replace: "INSERT OR REPLACE would change a row without an UPDATE.",
    moderation_actions_update: "The audit log is never changed, not even by a faulty statement.",
  },
  people: {
    ...afterDeletion("collections comments follows likes notifications"),
    comments_delete: "Pages show how many visible comments a target has.",
    comments_insert: "Pages show how many visible comments a target has.",
    comments_update:
      "The same when a comment is hidden or shown again, by its author, the owner of its target or a moderator.",
    likes_delete:
      "Takes back what the like added: counters, the day's trend, and its share of an unread notification.",
    likes_insert:
      "Counts a like on its target and its day, and notifies the owner in one row until it is read, within the like's transaction.",
    notifications_insert_email:
      "An email is due in the transaction of the notification that it repeats, so that neither is without the other.",
  },
  pictures: {
    ...afterDeletion("pictures"),
    adapters_rating_pictures:
      "A shared picture is rated at least as its strictest adapter: raising an adapter's rating raises its pictures'.",
    picture_members_delete:
      "A picture that is deleted with its owner's account, or shared again, is taken out of the notification that counts it.",
    picture_members_insert:
      "An adapter's owner is notified of a picture that others share with it, in one notification an adapter and day until it is read.",
    pictures_update_notices:
      "A picture that is withdrawn or removed is taken out of the notifications that count it, and counted again where it comes back.",
  },
  search: {
    adapters_delete: "The search index has no row of an adapter that is gone.",
    adapters_insert: "Every adapter is indexed in the transaction that makes it: lists never lag behind.",
    adapters_revision: "ETags of lists change with every adapter.",
    adapters_update:
      "The index follows every column that lists filter, sort or search by, whoever writes it.",
    adapters_update_counters: "Sort keys follow the counters, which statements of many modules move.",
    catalog_delete: "Full text, tags and counts of facets go with their row.",
    catalog_insert: "Full text, words, tags and counts of facets are written with their row.",
    catalog_tags_delete: "Counts of tags are kept per row, so that a facet reads no adapters.",
    catalog_tags_insert: "Counts of tags are kept per row, so that a facet reads no adapters.",
    catalog_update_facts: "Counts of facets move from the old values to the new ones.",
    catalog_update_slot: "ETags of lists and facets change when a slot is given or freed.",
    catalog_update_texts:
      "Full text and tags are written anew where the texts changed (`doc = doc` asks for it).",
    catalog_words_insert: "Trigrams of a word are written with it, for correcting misspelt ones.",
    mixes_delete: "Full text of a mix goes with it.",
    mixes_insert: "Full text of a mix is written with it.",
    mixes_update: "Full text of a mix follows its title and description.",
    slots_delete: "The index holds an adapter's slot, by which lists find what composes exactly.",
    slots_insert: "The index holds an adapter's slot, by which lists find what composes exactly.",
    slots_update: "The same when a slot goes to another adapter.",
    users_update_handle: "Owners' names are in the full text: a new handle is found at once.",
    users_update_listed:
      "Suspending, restoring or deleting an account takes its adapters out of lists or puts them back.",
    versions_revision_delete: "ETags of lists change with every version, which lists show.",
    versions_revision_insert: "ETags of lists change with every version, which lists show.",
    versions_revision_update: "ETags of lists change with every version, which lists show.",
  },
  webhooks: {
    ...afterDeletion("deliveries webhook_secrets webhooks"),
    job_news_insert:
      "Writes one delivery for each address that asked for the event, numbered so that receivers get them in order.",
    jobs_insert_news:
      "An order and its webhook messages are one transaction: no crash loses a message (transactional outbox).",
    jobs_update_news: "The same for every change of a job's status, by whatever statement it comes.",
  },
  accounts: afterDeletion("api_keys credentials idempotency passkeys sessions verifications", "users"),
  bases: afterDeletion("bases"),
  blobs: afterDeletion("images uploads"),
};

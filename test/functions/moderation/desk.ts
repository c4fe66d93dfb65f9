// The moderators of the tests, and short functions for what they and other people do.

import type {
  AppealCase,
  ModerationAction,
  ModerationTarget,
  MyDecision,
  Problem,
  QueueEntry,
  Report,
} from "../../../schema/contract/index.ts";
import { ask, db, Person, person, type Reply } from "../cast.ts";

export class Moderator extends Person {
  /** A request in this moderator's session. */
  act<T = Problem>(method: string, path: string, body?: unknown): Promise<Reply<T>> {
    const headers = { cookie: this.cookie };
    return ask<T>(method, path, body === undefined ? { headers } : { headers, body });
  }

  async mustAct<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await this.act<T>(method, path, body);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  decide(target: Key, action: string, more: Record<string, unknown> = {}) {
    return this.act<ModerationAction & Problem>("POST", "/v1/moderation/actions", {
      target,
      action,
      reason: `because of ${action}`,
      ...more,
    });
  }

  async mustDecide(
    target: Key,
    action: string,
    more: Record<string, unknown> = {},
  ): Promise<ModerationAction> {
    const reply = await this.decide(target, action, more);
    if (reply.status !== 201) throw new Error(`${action}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  see({ kind, id }: Key) {
    return this.mustAct<ModerationTarget>("GET", `/v1/moderation/targets/${kind}/${id}`);
  }

  async queue(query = ""): Promise<QueueEntry[]> {
    return (await this.mustAct<Page<QueueEntry>>("GET", `/v1/moderation/queue?limit=100${query}`)).items;
  }

  async cases(): Promise<AppealCase[]> {
    return (await this.mustAct<Page<AppealCase>>("GET", "/v1/moderation/appeals")).items;
  }
}

export type Page<T> = { items: T[]; next_cursor: string | null };
export type Key = { kind: string; id: string };

export async function moderator(name: string): Promise<Moderator> {
  const { handle, cookie, key } = await person(name);
  await db()
    .prepare("UPDATE users SET role = 'moderator', email_verified = 1 WHERE handle = ?")
    .bind(handle)
    .run();
  return new Moderator(handle, cookie, key);
}

export const reportOf = (who: Person, target: Record<string, string>, reason = "spam", detail = "") =>
  who.ask<Report & Problem>("POST", "/v1/reports", { target, reason, detail });

export async function mustReport(
  who: Person,
  target: Record<string, string>,
  reason = "spam",
): Promise<Report> {
  const reply = await reportOf(who, target, reason, "look");
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
  return reply.body;
}

export const adapterKey = async (ref: string): Promise<Key> => {
  const [owner, name] = ref.split("/");
  const row = await db()
    .prepare(
      "SELECT a.id FROM adapters a JOIN users u ON u.id = a.owner_id WHERE u.handle = ? AND a.name = ?",
    )
    .bind(owner, name)
    .first<{ id: string }>();
  return { kind: "adapter", id: row?.id ?? "" };
};

export const userKey = async (handle: string): Promise<Key> => {
  const row = await db()
    .prepare("SELECT id FROM users WHERE handle = ?")
    .bind(handle)
    .first<{ id: string }>();
  return { kind: "user", id: row?.id ?? "" };
};

export const decisionsAbout = async (who: Person): Promise<MyDecision[]> =>
  (await who.must<Page<MyDecision>>("GET", "/v1/decisions")).items;

export type Notification = { kind: string; target_id: string; data: Record<string, unknown> };

/** Somebody's notifications, newest first. */
export async function notificationsOf(handle: string, kind: string): Promise<Notification[]> {
  const { results } = await db()
    .prepare(
      `SELECT n.kind, n.target_id, n.data FROM notifications n JOIN users u ON u.id = n.user_id
       WHERE u.handle = ? AND n.kind = ? ORDER BY n.created_at DESC, n.rowid DESC`,
    )
    .bind(handle, kind)
    .all<{ kind: string; target_id: string; data: string }>();
  return results.map((row) => ({ ...row, data: JSON.parse(row.data) as Notification["data"] }));
}

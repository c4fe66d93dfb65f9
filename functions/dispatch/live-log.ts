// The events of one job in the SQLite of its Durable Object: numbered from 1, kept until a day after the end. Bounded: of preview frames
// only the newest is kept, or as many as their publisher asks for, of events the newest thousand.

import { LIVE_EVENTS_KEPT } from "../../schema/contract/limits.ts";
import type { LiveEvent } from "../env.ts";

export type LoggedEvent = LiveEvent & { id: number; at: number };

const TABLE = `
CREATE TABLE events (id INTEGER PRIMARY KEY, name TEXT NOT NULL, data TEXT NOT NULL, at INTEGER NOT NULL, framed INTEGER NOT NULL)`;

type Row = { id: number; name: LiveEvent["name"]; data: string; at: number };

export class LiveLog {
  readonly #sql: SqlStorage;
  /** An object without events stores nothing: the table is made with the first event. */
  #exists: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#exists = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'events'").toArray().length > 0;
  }

  /** After the storage was emptied. */
  clear(): void {
    this.#exists = false;
  }

  /** `framesKept`: of the frames so far, this one included. */
  append(event: LiveEvent, at: number, framesKept = 1): LoggedEvent {
    if (!this.#exists) this.#sql.exec(TABLE);
    this.#exists = true;
    const framed = event.name === "progress" && event.data.preview !== null;
    if (framed) {
      this.#sql.exec(
        `UPDATE events SET data = json_set(data, '$.preview', NULL), framed = 0
         WHERE framed = 1 AND id NOT IN (SELECT id FROM events WHERE framed = 1 ORDER BY id DESC LIMIT ?)`,
        framesKept - 1,
      );
    }
    const { id } = this.#sql
      .exec<{ id: number }>(
        "INSERT INTO events (name, data, at, framed) VALUES (?, ?, ?, ?) RETURNING id",
        event.name,
        JSON.stringify(event.data),
        at,
        framed ? 1 : 0,
      )
      .one();
    this.#sql.exec("DELETE FROM events WHERE id <= ?", id - LIVE_EVENTS_KEPT);
    return { ...event, id, at };
  }

  /** The first event after `id`. */
  next(id: number): LoggedEvent | null {
    return this.#first("WHERE id > ? ORDER BY id LIMIT 1", id);
  }

  newest(name: LiveEvent["name"]): LoggedEvent | null {
    return this.#first("WHERE name = ? ORDER BY id DESC LIMIT 1", name);
  }

  /** Progress of the present run: events from before the job was last requeued do not count. */
  progress(): LoggedEvent | null {
    return this.#first(
      `WHERE name = 'progress' AND id > (
         SELECT coalesce(max(id), 0) FROM events WHERE name = 'status' AND data ->> 'status' = 'queued'
       ) ORDER BY id DESC LIMIT 1`,
    );
  }

  /** Its first progress event, from which the remaining time is computed. */
  firstProgress(): LoggedEvent | null {
    return this.#first(
      `WHERE name = 'progress' AND id > (SELECT coalesce(max(id), 0) FROM events WHERE name = 'status') ORDER BY id LIMIT 1`,
    );
  }

  last(): LoggedEvent | null {
    return this.#first("ORDER BY id DESC LIMIT 1");
  }

  lastId(): number {
    return this.last()?.id ?? 0;
  }

  #first(where: string, ...bound: (string | number)[]): LoggedEvent | null {
    if (!this.#exists) return null;
    const [row] = this.#sql.exec<Row>(`SELECT id, name, data, at FROM events ${where}`, ...bound).toArray();
    return row ? ({ ...row, data: JSON.parse(row.data) } as LoggedEvent) : null;
  }
}

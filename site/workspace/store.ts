// What stays on this device: workspaces and the bytes of their pictures, in IndexedDB. Only this file knows the database.
// A browser that keeps nothing (some private windows) gets a store in memory, and the page says so.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Workspace } from "./document.ts";

export interface Listed {
  id: string;
  name: string;
  updated: number;
}

export interface Store {
  /** False where what is stored is gone with the page. */
  durable: boolean;
  /** Newest first. */
  list(): Promise<readonly Listed[]>;
  load(id: string): Promise<Workspace | null>;
  save(workspace: Workspace): Promise<void>;
  remove(id: string): Promise<void>;
  picture(id: string): Promise<Blob | null>;
  keepPicture(id: string, bytes: Blob): Promise<void>;
  dropPictures(ids: readonly string[]): Promise<void>;
}

interface Tables extends DBSchema {
  workspaces: { key: string; value: Workspace };
  pictures: { key: string; value: Blob };
}

const NAME = "orthoplex";
const VERSION = 1;
const CURRENT_KEY = "orthoplex.workspace";

let opened: Promise<Store> | null = null;

export function openStore(): Promise<Store> {
  opened ??= openDB<Tables>(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore("workspaces", { keyPath: "id" });
      db.createObjectStore("pictures");
    },
  }).then(durableStore, memoryStore);
  return opened;
}

function durableStore(db: IDBPDatabase<Tables>): Store {
  return {
    durable: true,
    list: async () => listed(await db.getAll("workspaces")),
    load: async (id) => (await db.get("workspaces", id)) ?? null,
    save: async (workspace) => {
      await db.put("workspaces", workspace);
    },
    remove: (id) => db.delete("workspaces", id),
    picture: async (id) => (await db.get("pictures", id)) ?? null,
    keepPicture: async (id, bytes) => {
      await db.put("pictures", bytes, id);
    },
    dropPictures: async (ids) => {
      await Promise.all(ids.map((id) => db.delete("pictures", id)));
    },
  };
}

function memoryStore(): Store {
  const workspaces = new Map<string, Workspace>();
  const pictures = new Map<string, Blob>();
  return {
    durable: false,
    list: async () => listed([...workspaces.values()]),
    load: async (id) => workspaces.get(id) ?? null,
    save: async (workspace) => {
      workspaces.set(workspace.id, workspace);
    },
    remove: async (id) => {
      workspaces.delete(id);
    },
    picture: async (id) => pictures.get(id) ?? null,
    keepPicture: async (id, bytes) => {
      pictures.set(id, bytes);
    },
    dropPictures: async (ids) => {
      for (const id of ids) pictures.delete(id);
    },
  };
}

const listed = (all: readonly Workspace[]): readonly Listed[] =>
  all.map(({ id, name, updated }) => ({ id, name, updated })).sort((a, b) => b.updated - a.updated);

/** The workspace that was open last on this device. */
export function currentId(): string | null {
  try {
    return localStorage.getItem(CURRENT_KEY);
  } catch {
    return null;
  }
}

export function rememberCurrent(id: string): void {
  try {
    localStorage.setItem(CURRENT_KEY, id);
  } catch {
    // Storage may be blocked; the newest workspace is opened then.
  }
}

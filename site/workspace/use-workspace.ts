// The open workspace on the compose page: loaded once, every action stored and written into the address, read again where another tab
// has stored a newer one.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Change, EMPTY_FORM, type Known } from "../composition/form.ts";
import { formOf, hashOf } from "../composition/link.ts";
import { readTray } from "../ui/tray-list.ts";
import { type Action, acted, formIn, isPristine, type Workspace, workspaceOf } from "./document.ts";
import { currentId, openStore, rememberCurrent, type Store } from "./store.ts";
import { trayEdits } from "./tray.ts";

const SAVE_PAUSE_MS = 120;
const ADDRESS_PAUSE_MS = 250;
const FIRST_NAME = "Workspace 1";
const NOTHING_KNOWN: Known = { base: null, adapters: new Map() };

export interface Opened {
  workspace: Workspace | null;
  store: Store | null;
  dispatch: (action: Action) => void;
  /** Opens another workspace, or a new one. */
  open: (workspace: Workspace) => void;
  /** The address named a composition that replaced one: offered as undo. */
  replaced: boolean;
}

export function useWorkspace(): Opened {
  const [workspace, setWorkspace] = useState<Workspace | null>(null);
  const [store, setStore] = useState<Store | null>(null);
  const [replaced, setReplaced] = useState(false);

  const dispatch = useCallback((action: Action) => {
    setWorkspace((before) => {
      const after = before && acted(before, action);
      // What is loaded is stored already, under this revision.
      if (!before || !after || after === before || action.type === "load") return after;
      return { ...after, revision: before.revision + 1, updated: Date.now() };
    });
  }, []);

  useEffect(() => {
    openStore().then(async (found) => {
      const { workspace: first, replaced: link } = withLink(withTray(await resumed(found)));
      await found.save(first).catch(() => {});
      setStore(found);
      setWorkspace(first);
      setReplaced(link);
    });
  }, []);

  useStored(store, workspace, dispatch);
  useAddress(workspace, dispatch, () => setReplaced(true));

  const open = useCallback((next: Workspace) => {
    setReplaced(false);
    setWorkspace(next);
  }, []);
  return { workspace, store, dispatch, open, replaced };
}

/** The workspace that was open last, else the newest, else a new one. */
async function resumed(store: Store): Promise<Workspace> {
  const last = currentId();
  const found = last === null ? null : await store.load(last);
  if (found) return found;
  const [newest] = await store.list();
  const other = newest && (await store.load(newest.id));
  return other ?? workspaceOf(crypto.randomUUID(), FIRST_NAME, Date.now());
}

/** What was added on other pages. A tray from before the first workspace is this one's. */
function withTray(workspace: Workspace): Workspace {
  const tray = readTray();
  const own = tray && { ...tray, workspace: tray.workspace ?? workspace.id };
  const edits = trayEdits(formIn(workspace), workspace.id, own);
  return edits.reduce(
    (now, change) => acted(now, { type: "form", change, known: NOTHING_KNOWN, at: Date.now() }),
    workspace,
  );
}

/** An address that this page wrote carries a state; any other is a link, whose composition is an edit like every other one. */
function linked(): Change | null {
  if (location.hash.length < 2 || isOwn(history.state)) return null;
  return { type: "restore", form: formOf(location.hash), label: "Open a link" };
}

const isOwn = (state: unknown) => typeof state === "object" && state !== null && "workspace" in state;

function withLink(workspace: Workspace): { workspace: Workspace; replaced: boolean } {
  const change = linked();
  if (!change || hashOf(formIn(workspace)) === location.hash.slice(1)) return { workspace, replaced: false };
  const replaced = !isPristine(workspace) && hashOf(formIn(workspace)) !== hashOf(EMPTY_FORM);
  const next = acted(workspace, { type: "form", change, known: NOTHING_KNOWN, at: Date.now() });
  return { workspace: { ...next, shown: null, revision: workspace.revision + 1 }, replaced };
}

/**
 * Only the tab in sight writes: one in the background would store its older state over what was edited elsewhere. Whoever comes into sight
 * takes what others have stored meanwhile (a second tab, a tray of another page), else stores what arrived while it was out of sight.
 */
function useStored(store: Store | null, workspace: Workspace | null, dispatch: (action: Action) => void) {
  const latest = useRef(workspace);
  latest.current = workspace;
  /** The revision that this tab read or wrote last. */
  const own = useRef<{ id: string; revision: number } | null>(null);
  const save = useCallback(async () => {
    const { current } = latest;
    if (!store || !current) return;
    own.current = { id: current.id, revision: current.revision };
    rememberCurrent(current.id);
    await store.save(current);
  }, [store]);

  useEffect(() => {
    if (!store || !workspace) return;
    const isFirst = own.current?.id !== workspace.id;
    if (isFirst) own.current = { id: workspace.id, revision: workspace.revision };
    const timer = setTimeout(() => document.visibilityState === "visible" && save(), SAVE_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [store, workspace]);

  useEffect(() => {
    if (!store) return;
    const seen = async () => {
      const mine = latest.current;
      const stored = mine && (await store.load(mine.id));
      const isForeign = stored !== null && stored.revision !== own.current?.revision;
      if (!isForeign) return save();
      own.current = { id: stored.id, revision: stored.revision };
      dispatch({ type: "load", workspace: stored });
    };
    const change = () => (document.visibilityState === "visible" ? seen() : save());
    addEventListener("focus", seen);
    addEventListener("pageshow", seen);
    // A tab that is closed out of sight has stored its last edit when it went out of sight.
    const leave = () => document.visibilityState === "visible" && save();
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", change);
    return () => {
      removeEventListener("focus", seen);
      removeEventListener("pageshow", seen);
      removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", change);
    };
  }, [store, save]);
}

function useAddress(workspace: Workspace | null, dispatch: (action: Action) => void, onLink: () => void) {
  const form = workspace && formIn(workspace);
  const id = workspace?.id;
  useEffect(() => {
    if (!form) return;
    const write = () => {
      const hash = hashOf(form);
      history.replaceState({ workspace: id }, "", hash ? `#${hash}` : location.pathname + location.search);
    };
    // At once the first time, so that a reload knows the address as its own; later browsers limit how often it may change.
    if (!isOwn(history.state)) return write();
    const timer = setTimeout(write, ADDRESS_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [form, id]);
  useEffect(() => {
    const follow = () => {
      const change = linked();
      if (!change) return;
      dispatch({ type: "form", change, known: NOTHING_KNOWN, at: Date.now() });
      dispatch({ type: "show", id: null });
      onLink();
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
}

// What was added or removed on other pages, as edits of the open workspace. Pure.

import type { Change, Form } from "../composition/form.ts";
import type { Tray } from "../ui/tray-list.ts";

/** Only of the tray that this workspace has written: another tab may have another one open. */
export function trayEdits(form: Form, workspace: string, tray: Tray | null): Change[] {
  if (tray === null || tray.workspace !== workspace) return [];
  const wanted = new Set(tray.items.map(({ ref }) => ref));
  const had = new Set(form.members.map(({ ref }) => ref));
  return [
    ...form.members.filter(({ ref }) => !wanted.has(ref)).map(({ ref }): Change => ({ type: "remove", ref })),
    ...tray.items
      .filter(({ ref }) => !had.has(ref))
      .map(({ ref, strength }): Change => ({ type: "add", ref, strength })),
  ];
}

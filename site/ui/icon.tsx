// Line icons on a 20-unit grid. Decorative; the text beside them carries the meaning.

const PATHS = {
  add: "M10 4v12M4 10h12",
  boxes: "M3.5 3.5h8v8h-8ZM8.5 8.5h8v8h-8Z",
  alert: "M10 6.5v4.5M10 13.8v.1M10 2.5 18 16.5H2Z",
  back: "M12.5 4.5 7 10l5.5 5.5",
  bell: "M5 8.5a5 5 0 0 1 10 0c0 4 1.5 5 1.5 5h-13S5 12.5 5 8.5ZM8.3 16.5a1.8 1.8 0 0 0 3.4 0",
  chevron: "M5.5 8 10 12.5 14.5 8",
  check: "M4 10.5 8.2 15 16 5.5",
  close: "M5 5l10 10M15 5 5 15",
  code: "M7 5.5 2.5 10 7 14.5M13 5.5 17.5 10 13 14.5",
  compare: "M10 2.5v15M3.5 5h4v10h-4ZM12.5 5h4v10h-4Z",
  copy: "M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5Z",
  collect: "M4 3.5h12v13l-6-4-6 4Z",
  dice: "M3.5 3.5h13v13h-13ZM7 7v.1M13 7v.1M10 10v.1M7 13v.1M13 13v.1",
  down: "M10 4v12M5 11l5 5 5-5",
  download: "M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13",
  enlarge: "M11.5 3.5h5v5M16.5 3.5 11 9M8.5 16.5h-5v-5M3.5 16.5 9 11",
  forward: "M7.5 4.5 13 10l-5.5 5.5",
  grid: "M3.5 3.5h5v5h-5ZM11.5 3.5h5v5h-5ZM3.5 11.5h5v5h-5ZM11.5 11.5h5v5h-5Z",
  heart: "M10 16.8S2.8 12.6 2.8 7.6A3.9 3.9 0 0 1 10 5.5a3.9 3.9 0 0 1 7.2 2.1c0 5-7.2 9.2-7.2 9.2Z",
  history: "M4 5v4h4M4.3 9A6.3 6.3 0 1 1 4 12M10 6.5V10l2.5 2",
  image: "M3 4h14v12H3ZM3 13.5l4-4 3.5 3.5L13 10.5l4 4M13 7.3v.1",
  info: "M10 9v5M10 6.2v.1M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15Z",
  link: "M8.5 11.5a3.5 3.5 0 0 0 5 0l2.3-2.3a3.5 3.5 0 0 0-5-5L9.6 5.4M11.5 8.5a3.5 3.5 0 0 0-5 0l-2.3 2.3a3.5 3.5 0 0 0 5 5l1.2-1.2",
  lock: "M5 9h10v7.5H5ZM7 9V6.5a3 3 0 0 1 6 0V9",
  more: "M4.5 10v.1M10 10v.1M15.5 10v.1",
  muted: "M3.5 8v4h3l4 3.5v-11L6.5 8ZM13.5 8l3.5 4M17 8l-3.5 4",
  redo: "M16 8H8a4 4 0 0 0 0 8h3M12.5 4.5 16 8l-3.5 3.5",
  search: "M9 3a6 6 0 1 1 0 12A6 6 0 0 1 9 3ZM13.5 13.5 17 17",
  spark: "M10 2.5 11.8 8.2 17.5 10l-5.7 1.8L10 17.5l-1.8-5.7L2.5 10l5.7-1.8Z",
  share:
    "M14.8 6.6a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM5.2 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM14.8 17.8a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM7.1 8.9l5.8-3.4M7.1 11.1l5.8 3.4",
  solo: "M10 4.5a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM4.5 16.5c.6-3 2.7-4.4 5.5-4.4s4.9 1.4 5.5 4.4",
  star: "M10 2.8l2.2 4.6 5 .7-3.6 3.5.9 5L10 14.2l-4.5 2.4.9-5L2.8 8.1l5-.7Z",
  trash: "M4 6h12M8 6V3.8h4V6M5.5 6l.7 10.5h7.6L14.5 6",
  undo: "M4 8h8a4 4 0 0 1 0 8H9M7.5 4.5 4 8l3.5 3.5",
  unlock: "M5 9h10v7.5H5ZM7 9V6.5a3 3 0 0 1 5.7-1.3",
  up: "M10 16V4M5 9l5-5 5 5",
  upload: "M10 13V4M6 7.5l4-4 4 4M3.5 16.5h13",
} as const;

export type IconName = keyof typeof PATHS;
export const ICON_NAMES = Object.keys(PATHS) as IconName[];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 20 20" class="inline-icon" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

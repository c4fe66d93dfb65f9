// The selected part of a page, kept in the address so that it can be linked and Back restores it.

import { useEffect, useState } from "preact/hooks";

export function useHash<T extends string>(parts: readonly T[], first: T): [T, (part: T) => void] {
  const read = () => parts.find((part) => location.hash === `#${part}`) ?? first;
  const [part, setPart] = useState(read);
  useEffect(() => {
    const changed = () => setPart(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return [
    part,
    (wanted) => {
      location.hash = wanted;
    },
  ];
}

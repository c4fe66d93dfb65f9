// Which of a page's parts is shown, kept in the address so that a link can lead there and "back" goes back.

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

// What happens when: a binary heap of acts by moment, and of one moment by the order in which they were set down. Time passes only here.

type Entry = { at: number; order: number; act: () => Promise<void> };

const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

export class Agenda {
  now = 0;
  #count = 0;
  readonly #heap: Entry[] = [];

  add(at: number, act: () => Promise<void>): void {
    const heap = this.#heap;
    const entry = { at: Math.max(at, this.now), order: this.#count++, act };
    let place = heap.push(entry) - 1;
    for (
      let above = (place - 1) >> 1;
      place > 0 && isBefore(entry, heap[above] as Entry);
      above = (place - 1) >> 1
    ) {
      heap[place] = heap[above] as Entry;
      place = above;
    }
    heap[place] = entry;
  }

  /** One act after the other until nothing is left to do or to wait for. */
  async run(goesOn: () => boolean): Promise<void> {
    for (let next = this.#take(); next; next = goesOn() ? this.#take() : null) {
      this.now = next.at;
      await next.act();
    }
  }

  #take(): Entry | null {
    const heap = this.#heap;
    const [first, last] = [heap[0], heap.pop()];
    if (!first || !last) return null;
    if (heap.length === 0) return first;
    let place = 0;
    for (let below = 1; below < heap.length; below = 2 * place + 1) {
      const right = heap[below + 1];
      if (right && isBefore(right, heap[below] as Entry)) below++;
      if (!isBefore(heap[below] as Entry, last)) break;
      heap[place] = heap[below] as Entry;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}

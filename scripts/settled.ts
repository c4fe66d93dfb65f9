/**
 * For `evaluate` in a page whose styles have just changed: two frames, so that changes have begun, and then the end of everything that moves
 * by time and has an end. What moves with scrolling never ends.
 */
export const SETTLED = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
  Promise.allSettled(document.getAnimations()
    .filter((each) => each.timeline === document.timeline && each.effect?.getComputedTiming().endTime !== Infinity)
    .map((each) => each.finished)).then(() => {}))`;

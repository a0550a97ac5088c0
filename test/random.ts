/** mulberry32: the same numbers, from 0 up to but not 1, for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same whole numbers, from 0 up to but not `below`, for the same seed. */
export function choices(seed: number): (below: number) => number {
  const next = random(seed);
  return (below) => Math.floor(next() * below);
}

/**
 * Which of several servers a topic belongs to, by rendezvous hash: the one whose name and the topic hash highest. When a
 * server is added or taken away only its own share moves.
 */
export function shardOf(topic: string, names: readonly string[]): number {
  let best = 0;
  let highest = -1;
  for (const [i, name] of names.entries()) {
    const weight = hash(topic, hash(name, 0));
    if (weight <= highest) continue;
    highest = weight;
    best = i;
  }
  return best;
}

/** FNV-1a with the finish of MurmurHash3, of UTF-16 units: as long as all nodes do the same, any mixing one will do. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

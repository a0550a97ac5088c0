/** Slots of a Redis Cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model). */
const SLOTS = 16_384;

/**
 * Hash tags whose slots lie evenly over all slots, so that masters with equal ranges have equal shares. The same on each
 * node for the same count.
 */
export function hashTags(count: number): { tag: string; slot: number }[] {
  const width = SLOTS / count;
  const found: { tag: string; slot: number }[] = [];
  for (let i = 0, n = 0; i < count; n++) {
    const tag = String(n);
    const slot = slotOf(tag);
    // The middle half of a range: who has the range has most probably this slot.
    if (Math.abs(slot - (i + 0.5) * width) > width / 4) continue;
    found.push({ tag, slot });
    i++;
  }
  return found;
}

/** CRC-16/XMODEM of an ASCII text, as Redis takes it of what stands between the braces. */
export function slotOf(text: string): number {
  let crc = 0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i) << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}

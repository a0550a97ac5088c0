/**
 * Two values of JSON, or of what other codecs carry besides (bytes, dates, maps, sets, BigInts), with the same fingerprint are, for all purposes but an attacker's, the same; the order of keys does
 * not count. 64 bits, synchronous: whoever finds two values that share one deceives nobody but himself.
 */
export function fingerprint(value: unknown): string {
  const print = new Print();
  print.value(value);
  return print.text();
}

/** Two running sums of 32 bits, each multiplied by its own odd number at every step. */
class Print {
  private high = 0x2545f491;
  private low = 0x6c8e9cf5;

  value(value: unknown): void {
    if (typeof value === "string") this.string("s", value);
    else if (typeof value === "bigint") this.string("i", String(value));
    else if (typeof value !== "object" || value === null) this.string("p", String(value));
    else if (Array.isArray(value)) this.list("a", value);
    else if (value instanceof Map) this.list("m", [...value].flat());
    else if (value instanceof Set) this.list("t", [...value]);
    else if (value instanceof ArrayBuffer) this.value(new Uint8Array(value));
    else if (ArrayBuffer.isView(value)) {
      this.string("b", String(value.byteLength));
      for (const byte of new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) this.unit(byte);
    } else if (value instanceof Date) this.string("d", String(value.getTime()));
    else {
      const keys = Object.keys(value).toSorted();
      this.string("o", String(keys.length));
      for (const key of keys) {
        this.string("k", key);
        this.value((value as Record<string, unknown>)[key]);
      }
    }
  }

  private list(kind: string, items: readonly unknown[]): void {
    this.string(kind, String(items.length));
    for (const item of items) this.value(item);
  }

  text(): string {
    return `${(this.high >>> 0).toString(16)}-${(this.low >>> 0).toString(16)}`;
  }

  /** Its kind and its length come first, so that two neighbours never read as one. */
  private string(kind: string, text: string): void {
    this.unit(kind.charCodeAt(0));
    this.unit(text.length);
    for (let i = 0; i < text.length; i++) this.unit(text.charCodeAt(i));
  }

  private unit(unit: number): void {
    this.high = Math.imul(this.high ^ unit, 0x2c1b3c6d);
    this.high ^= this.high >>> 15;
    this.low = Math.imul(this.low + unit, 0x297a2d39);
    this.low ^= this.low >>> 13;
  }
}

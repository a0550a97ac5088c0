/** A UUIDv4; made by hand (RFC 9562 §5.4) for pages without https, which have no `randomUUID`, and runtimes without `crypto`. */
export const uuid = (): string =>
  (globalThis as { crypto?: Crypto }).crypto?.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (+digit ^ ((Math.random() * 16) >> (+digit / 4))).toString(16),
  );

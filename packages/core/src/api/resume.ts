/** How much is kept of connections whose sockets broke, and for how long. */
export interface ResumeOptions {
  /** Milliseconds for which a connection without a socket waits for its client. Default 30,000. */
  windowMs?: number | undefined;
  /**
   * UTF-16 units, or bytes where the codec gives bytes, of what was sent to one connection and not confirmed. Over it the
   * oldest are let go of, without which it cannot be resumed; one that waits for its client is closed. Default 262,144.
   */
  maxKeptBytes?: number | undefined;
  /** The same for all connections of a listener: over it whoever has most lets go of all, or is closed. Default 67,108,864. */
  maxKeptBytesTotal?: number | undefined;
  /** Connections of a listener that wait for their clients; of more, the one that has waited longest is closed. Default 10,000. */
  maxSessions?: number | undefined;
}

export type ResolvedResume = { readonly [Name in keyof ResumeOptions]-?: number };

/** The same as `resume: true`. */
const DEFAULTS: ResolvedResume = {
  windowMs: 30_000,
  maxKeptBytes: 262_144,
  maxKeptBytesTotal: 67_108_864,
  maxSessions: 10_000,
};

/**
 * Fills in the defaults.
 * @throws RangeError for a figure that is no number above 0 or, of milliseconds, none that a timer takes.
 */
export function resolveResume(given: ResumeOptions | boolean | undefined): ResolvedResume | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return DEFAULTS;
  const resolved = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const most = name === "windowMs" ? 2 ** 31 - 1 : Infinity;
    if (typeof value !== "number" || !(value > 0 && value <= most)) {
      throw new RangeError(
        `resume.${name} must be a number above 0${most < Infinity ? ` up to ${most}` : ""}, not ${String(value)}`,
      );
    }
    (resolved as Record<string, number>)[name] = value;
  }
  return resolved;
}

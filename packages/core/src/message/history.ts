import { checkOptions, type Kinds } from "../base/options.ts";

/** What a topic keeps of what was published to it, for those who come back. */
export interface HistoryOptions {
  /** Messages that are kept, the last ones. Default 100. */
  readonly size?: number | undefined;
  /** UTF-16 units, or bytes where the codec gives bytes, that are kept at most. Default 1,048,576. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds after the last publish for which anything is kept. Default 300,000. */
  readonly ttlMs?: number | undefined;
  /**
   * Who may have replayed what: `granted` nobody anything from before they first followed the topic, which a grant of the
   * server's proves; `all` everybody all that is kept, as for a public topic. Default `granted`.
   */
  readonly visible?: "granted" | "all" | undefined;
  /** Milliseconds for which a grant holds after it was last given out. Default 86,400,000: a day. */
  readonly grantMs?: number | undefined;
}

/** Every option, filled in. */
export type History = Readonly<{ [Name in keyof HistoryOptions]-?: Exclude<HistoryOptions[Name], undefined> }>;

const KINDS: Kinds<HistoryOptions> = {
  size: "number",
  maxBytes: "number",
  ttlMs: "number",
  visible: "string",
  grantMs: "number",
};

const DEFAULTS: History = {
  size: 100,
  maxBytes: 1_048_576,
  ttlMs: 300_000,
  visible: "granted",
  grantMs: 86_400_000,
};

/** @throws TypeError or RangeError for an option that cannot be honoured. */
export function resolveHistory(options: HistoryOptions, pattern: string): History {
  const where = `topic(${JSON.stringify(pattern)}): history`;
  checkOptions(where, options, KINDS);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const history: History = { ...DEFAULTS, ...given };
  for (const name of ["size", "maxBytes", "ttlMs", "grantMs"] as const) {
    if (!(history[name] > 0)) throw new RangeError(`${where}: ${name} has to be over 0, not ${history[name]}`);
  }
  if (!Number.isInteger(history.size)) throw new RangeError(`${where}: size has to be whole, not ${history.size}`);
  if (history.visible !== "granted" && history.visible !== "all") {
    throw new TypeError(`${where}: visible is "granted" or "all", not ${JSON.stringify(history.visible)}`);
  }
  return Object.freeze(history);
}

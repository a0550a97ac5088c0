type Given = Readonly<Record<string, unknown>>;

const NONE = "[]";

/** What `authenticate` returned, by its keys, as one text: null stands for what is no data of JSON, and never known to be the same. */
export function recordOf(given: Given): string {
  const keys = Object.keys(given);
  // One text for all who have no record.
  return keys.length === 0 ? NONE : JSON.stringify(keys.map((key) => [key, textOf(given[key])]));
}

/** That of who has had a record before, and is given another one over it. */
export function recordOver(record: string, given: Given): string {
  return JSON.stringify([...new Map([...read(record), ...read(recordOf(given))])]);
}

/** What of a record is not as it was: the rest has been, and what a message has set over it since is newer. */
export function changesOf(record: string, given: Given): Record<string, unknown> {
  const before = read(record);
  const changes: Record<string, unknown> = { ...given };
  for (const key of Object.keys(given)) {
    const text = textOf(given[key]);
    if (text !== null && before.get(key) === text) delete changes[key];
  }
  return changes;
}

function read(record: string): Map<string, string | null> {
  return new Map(JSON.parse(record) as [string, string | null][]);
}

function textOf(value: unknown): string | null {
  try {
    return value === undefined ? "undefined" : JSON.stringify(value, plain);
  } catch {
    return null;
  }
}

/** @throws TypeError for what JSON would not tell apart. */
function plain(this: Given, key: string, value: unknown): unknown {
  const raw = this[key];
  if (typeof raw === "function" || typeof raw === "symbol" || (typeof raw === "number" && !Number.isFinite(raw))) {
    throw new TypeError("No data of JSON");
  }
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) {
    const prototype: unknown = Object.getPrototypeOf(raw);
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError("No plain object");
  }
  return value;
}

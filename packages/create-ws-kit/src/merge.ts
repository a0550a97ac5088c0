type Json = { [key: string]: unknown };

/** Whose keys are sorted in a manifest, as package managers write them. */
const SORTED = new Set(["dependencies", "devDependencies"]);

/** One JSON file over another: objects are merged, everything else is replaced. */
export function mergeJson(below: Json, above: Json): Json {
  const merged: Json = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    const both = isObject(old) && isObject(value) ? mergeJson(old, value) : value;
    merged[key] = SORTED.has(key) ? sorted(both as Json) : both;
  }
  return merged;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(entries: Json): Json {
  return Object.fromEntries(Object.entries(entries).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

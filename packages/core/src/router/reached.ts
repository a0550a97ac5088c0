/** What can be reached step by step, itself first, each once: of several ways by the first. */
export function reached<T>(from: T, next: (of: T) => Iterable<T>, into: Set<T> = new Set()): Set<T> {
  if (!into.has(from)) {
    into.add(from);
    for (const each of next(from)) reached(each, next, into);
  }
  return into;
}

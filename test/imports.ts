import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One file importing another of the same source folder, both as paths below it. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Nothing but types is imported. */
  readonly typesOnly: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s)?([^;"']*?)\s*from\s*["'](\.[^"']+)["']/gms;

/** Every import between the files of a source folder, tests left out. */
export function arrowsOf(folder: string): Arrow[] {
  const files = globSync("**/*.ts", { cwd: folder }).filter((file) => !/\.(test|test-d|bench)\.ts$/.test(file));
  return files.flatMap((from) =>
    [...readFileSync(join(folder, from), "utf8").matchAll(IMPORT)].map(([, typed, names = "", path = ""]) => ({
      from,
      to: relative(folder, join(folder, dirname(from), path)),
      typesOnly: typed !== undefined || everyNameIsAType(names),
    })),
  );
}

function everyNameIsAType(names: string): boolean {
  const inner = /^\{(.*)\}$/s.exec(names)?.[1];
  const list = inner?.split(",").filter((name) => name.trim() !== "") ?? [];
  return list.length > 0 && list.every((name) => name.trim().startsWith("type "));
}

/** Where one can come back to by following arrows: one circle, or undefined. */
export function circleIn(arrows: readonly Pick<Arrow, "from" | "to">[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (at: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at];
    if (done.has(at)) return undefined;
    for (const to of next.get(at) ?? []) {
      const circle = visit(to, [...path, at]);
      if (circle !== undefined) return circle;
    }
    done.add(at);
    return undefined;
  };
  for (const at of next.keys()) {
    const circle = visit(at, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** The folder a file stands in, or the file itself where it stands in none. */
export function roomOf(file: string): string {
  return file.split("/", 1)[0] ?? file;
}

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** Which folder may import which; types count. What a name ends with `:types` gives its types alone. */
const ROOMS: { readonly [room: string]: readonly string[] } = {
  api: [],
  steps: ["api"],
  socket: ["api", "steps"],
  link: ["api", "socket", "steps"],
  requests: ["api", "steps", "link:types"],
  handlers: ["api", "steps", "link:types"],
  topics: ["api", "steps", "link:types"],
  streams: ["api", "steps", "link:types"],
  presence: ["api", "steps", "link:types", "topics:types"],
  client: ["api", "socket", "steps", "link", "requests", "handlers", "topics", "presence", "streams"],
  // What frameworks' packages share; over a client's types.
  views: ["api:types"],
  // The entries.
  ".": ["api", "socket", "client", "views", "steps:types"],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly types: boolean;
}

const sources = globSync("**/*.ts", { cwd: import.meta.dirname }).filter((file) => !/\.test(-d)?\.ts$/.test(file));

const imports: readonly Import[] = sources.flatMap((from) => {
  const text = readFileSync(join(import.meta.dirname, from), "utf8");
  return [...text.matchAll(/^(?:import|export)\b([^;"]*)"(\.[^"]+)";/gm)].map(([, what = "", path = ""]) => {
    const named = /^ \{(.*)\}/s
      .exec(what)?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "");
    const types = what.startsWith(" type ") || !!named?.every((name) => name.trim().startsWith("type "));
    return { from, to: normalize(join(dirname(from), path)), types };
  });
});

test("imports run down the rooms only", () => {
  expect(imports.length).toBeGreaterThan(50);
  const wrong = imports.filter(({ from, to, types }) => {
    const [room, other] = [dirname(from), dirname(to)];
    const allowed = ROOMS[room] ?? [];
    return room !== other && !allowed.includes(other) && !(types && allowed.includes(`${other}:types`));
  });
  expect(wrong).toEqual([]);
});

test("no circle of files, types counted", () => {
  let left = sources;
  for (let before = -1; before !== left.length;) {
    before = left.length;
    left = left.filter((file) => imports.some(({ from, to }) => from === file && left.includes(to)));
  }
  expect(left).toEqual([]);
});

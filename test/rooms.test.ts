import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { arrowsOf, circleIn, roomOf, type Arrow } from "./imports.ts";

/** Which rooms each room of core may import: `types` where types alone. The files beside the rooms are its entries. */
const CORE: Readonly<Record<string, { all?: string; types?: string }>> = {
  base: {},
  protocol: {},
  schema: { all: "base" },
  message: { all: "base protocol schema" },
  ports: { all: "base protocol" },
  api: { types: "base message ports protocol" },
  state: { all: "protocol", types: "api base message ports" },
  sending: { all: "base message ports protocol schema state", types: "api" },
  topics: { all: "base message sending state", types: "api ports protocol" },
  contexts: { all: "message sending state topics", types: "api protocol" },
  rpc: { all: "base contexts message protocol sending state" },
  dispatch: { all: "base contexts message protocol rpc schema sending state" },
  lifecycle: { all: "base contexts dispatch protocol sending state topics", types: "api" },
  router: { all: "api base lifecycle message protocol sending state topics", types: "ports" },
  adapter: {
    all: "api base contexts dispatch lifecycle message ports protocol router rpc schema sending state topics",
  },
};

const packages = fileURLToPath(new URL("../packages/", import.meta.url));
const sourceOf = (name: string): string => `${packages}${name}/src`;

function isAllowed({ from, to, typesOnly }: Arrow): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  const { all = "", types = "" } = CORE[room] ?? {};
  return all.split(" ").includes(other) || (typesOnly && types.split(" ").includes(other));
}

describe("imports", () => {
  it.each(readdirSync(packages))("of %s go in no circle, types counted", (name) => {
    const arrows = arrowsOf(sourceOf(name));
    const rooms = arrows.map(({ from, to }) => ({ from: roomOf(from), to: roomOf(to) }));
    expect(circleIn(arrows)).toBeUndefined();
    expect(circleIn(rooms.filter(({ from, to }) => from !== to))).toBeUndefined();
  });

  it("between the rooms of core are those of the table", () => {
    const arrows = arrowsOf(sourceOf("core")).filter(
      ({ from, to }) => from.includes("/") && roomOf(from) !== roomOf(to),
    );
    expect(arrows.length).toBeGreaterThan(200);
    expect(arrows.filter((arrow) => !isAllowed(arrow))).toEqual([]);
  });

  it("count an import of types as an arrow, and find a circle of three", () => {
    const [a, b, c] = ["a.ts", "b.ts", "c.ts"];
    expect(
      circleIn([
        { from: a, to: b },
        { from: b, to: c },
        { from: c, to: a },
      ]),
    ).toEqual([a, b, c, a]);
    expect(
      circleIn([
        { from: a, to: b },
        { from: a, to: c },
        { from: b, to: c },
      ]),
    ).toBeUndefined();
  });
});

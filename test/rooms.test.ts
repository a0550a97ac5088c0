import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CORE_ROOMS } from "./core-rooms.ts";
import { arrowsOf, circleIn, roomOf, type Arrow } from "./imports.ts";

const packages = fileURLToPath(new URL("../packages/", import.meta.url));
const sourceOf = (name: string): string => `${packages}${name}/src`;

function isAllowed({ from, to, typesOnly }: Arrow): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  const { all = "", types = "" } = CORE_ROOMS[room] ?? {};
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

  it("stand in rooms that the table knows, and in no others", () => {
    const rooms = new Set(
      readdirSync(sourceOf("core"), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name),
    );
    expect([...rooms].toSorted()).toEqual(Object.keys(CORE_ROOMS).toSorted());
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

import { beforeAll, expect, it } from "vitest";
import type { RecordedFindings } from "./recorded.ts";

/** What one who returns to another node has heard. */
export const RETURNED = {
  heard: ["1", "2", "3", "4 é🎈\n", "5"],
  statuses: ["fresh", "recovered"],
  wrong: [],
};

/** Holds what an engine did with recorded topics against what it has to do. */
export function recordedSuite(find: () => Promise<RecordedFindings>): void {
  let found: RecordedFindings;
  beforeAll(async () => {
    found = await find();
  }, 120_000);

  it("who loses the connection and returns to another node is sent exactly what was missed", () => {
    expect(found.returned).toEqual(RETURNED);
    expect(found.inBytes ?? RETURNED).toEqual(RETURNED);
  });

  it("what two nodes publish at once comes to both in one order, each once", () => {
    expect(found.together).toEqual({
      same: true,
      count: 200,
      failed: [],
      statuses: ["fresh", "fresh"],
      wrong: [],
    });
  });

  it("a grant that was revoked is void at a node that begins later, and the next one is not", () => {
    expect(found.revoked).toEqual(["fresh", "gap grant", "recovered"]);
  });

  it("a message with the same id is a duplicate on every node, and none on another topic", () => {
    expect(found.repeated).toEqual({ duplicates: 3, heard: 2 });
  });

  it("killed with -9 and back with what it kept: nobody misses anything, and what is acknowledged is there", () => {
    expect(found.killed).toEqual({
      heard: ["1", "2", "3", "4", "1", "2", "3", "4"],
      statuses: ["fresh", "recovered"],
      wrong: [],
      failed: 1,
    });
  });
}

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { publicEntries, surfaces } from "./api.ts";

const entries = publicEntries();
const fileOf = (name: string): string => `${name.replace("@ws-kit/", "").replaceAll("/", ".")}.txt`;

/** The public surface, so that a change of it shows in a diff; `vitest -u` writes it anew. */
describe("what users may import", () => {
  let found: Map<string, string>;
  beforeAll(() => {
    found = surfaces(entries);
  });

  it.each(entries)("of $name", async ({ name }) => {
    await expect(found.get(name)).toMatchFileSnapshot(`api/${fileOf(name)}`);
  });

  it("is written down for no entry that is gone", () => {
    const kept = readdirSync(new URL("api/", import.meta.url));
    expect(kept.toSorted()).toEqual(entries.map(({ name }) => fileOf(name)).toSorted());
  });

  it("shows nothing of a router's inside", () => {
    for (const surface of found.values()) expect(surface).not.toContain("~core");
  });
});

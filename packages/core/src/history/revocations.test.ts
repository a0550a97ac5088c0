import { describe, expect, it } from "vitest";
import type { Revocation } from "../ports/revocation.ts";
import { newMark, Revocations } from "./revocations.ts";

const of = (mark: string, until: number, user = "ada"): Revocation => ({ topic: "room:7", user, mark, until });

describe("revocations", () => {
  it("of one user and topic: the last of those here counts, also of two at once and of one for a shorter time", () => {
    const here = new Revocations();
    const told = [of("z", 1_000), of("a", 1_000), of("b", 10)].map((one) => here.revoke(one, 0));
    expect(here.markOf("room:7", "ada")).toBe("b");
    const later = new Revocations();
    for (const one of told.toReversed()) later.learn(one, 0);
    expect(later.markOf("room:7", "ada")).toBe("b");
  });

  it("that nodes make apart end as the same everywhere, in whatever order they come", () => {
    const [one, other] = [of("a", 1_000), of("b", 1_000)];
    for (const order of [
      [one, other],
      [other, one],
    ]) {
      const node = new Revocations();
      for (const revocation of order) node.learn(revocation, 0);
      expect(node.markOf("room:7", "ada")).toBe("b");
    }
  });

  it("are forgotten when their time is over, and tell what others lack", () => {
    const here = new Revocations();
    here.revoke(of("a", 1_000, "ada"), 0);
    here.revoke(of("b", 3_000, "bob"), 2_000);
    expect(here.markOf("room:7", "ada")).toBeUndefined();
    expect(here.beyond([])).toEqual([of("b", 3_000, "bob")]);
    expect(here.beyond([of("b", 5_000, "bob")])).toEqual([]);
  });

  it("have marks that a grant may carry, each another one", () => {
    const marks = Array.from({ length: 100 }, newMark);
    expect(new Set(marks).size).toBe(100);
    for (const mark of marks) expect(mark).toMatch(/^[0-9a-z]{12}$/);
  });
});

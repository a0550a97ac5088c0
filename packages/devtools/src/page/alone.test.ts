import { expect, it } from "vitest";
import { alone } from "./alone.ts";

it("finds the figures that no line goes to", () => {
  expect(alone([3, null, 1, 2, null, undefined, 0])).toEqual([0, 6]);
  expect(alone([])).toEqual([]);
  expect(alone([1, 2, 3])).toEqual([]);
});

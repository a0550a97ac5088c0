import { v } from "@ws-kit/valibot";
import * as valibot from "valibot";
import { expect, test } from "vitest";

test("every member of v is valibot's own", () => {
  const own = new Map<string, unknown>(Object.entries(valibot));
  expect(Object.keys(v).length).toBeGreaterThan(150);
  expect(Object.entries(v).filter(([name, member]) => own.get(name) !== member)).toEqual([]);
});

import { v } from "@ws-kit/valibot";
import * as valibot from "valibot";
import { expect, test } from "vitest";

test("v is all of valibot, each member its own", () => {
  const own = new Map<string, unknown>(Object.entries(valibot));
  expect(Object.keys(v)).toEqual([...own.keys()]);
  expect(Object.entries(v).filter(([name, member]) => own.get(name) !== member)).toEqual([]);
});

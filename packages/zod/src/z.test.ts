import { z } from "@ws-kit/zod";
import * as zod from "zod";
import { expect, test } from "vitest";

test("every member of z is zod's own", () => {
  const own = new Map<string, unknown>(Object.entries(zod));
  expect(Object.keys(z).length).toBeGreaterThan(200);
  expect(Object.entries(z).filter(([name, member]) => own.get(name) !== member)).toEqual([]);
});

test("messages are in English without asking for it", () => {
  expect(z.string().safeParse(5).error?.issues[0]?.message).toBe("Invalid input: expected string, received number");
});

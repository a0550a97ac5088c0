import { z } from "@ws-kit/zod";
import * as zod from "zod";
import { expect, test } from "vitest";

/** What a bundle would carry for everyone: see z.ts. */
const LEFT_OUT = [
  "INVALID",
  "ZodCompileAsyncError",
  "ZodCompileUnsupportedError",
  "compile",
  "core",
  "fromJSONSchema",
  "locales",
  "withParser",
];
/** What the oldest zod that is taken does not have. */
const TOO_NEW = ["currencyCode"];

test("every member of z is zod's own", () => {
  const own = new Map<string, unknown>(Object.entries(zod));
  expect(Object.entries(z).filter(([name, member]) => own.get(name) !== member)).toEqual([]);
});

test("everything of zod's is there but what is meant to be left out", () => {
  const missing = Object.keys(zod).filter((name) => !(name in z));
  expect(missing.toSorted()).toEqual(["default", ...LEFT_OUT, ...TOO_NEW, "z"].toSorted());
});

test("messages are in English without asking for it", () => {
  expect(z.string().safeParse(5).error?.issues[0]?.message).toBe("Invalid input: expected string, received number");
});

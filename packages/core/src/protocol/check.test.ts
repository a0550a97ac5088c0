import { expect, test } from "vitest";
import { createDefiners } from "./define.ts";
import { ValidationError } from "./errors.ts";
import type { StandardSchema } from "./standard-schema.ts";
import { standardValidator } from "./validate.ts";

const define = createDefiners(
  (source) => standardValidator(source as StandardSchema),
  () => [],
);

function text(later = false): StandardSchema {
  const check = (value: unknown) =>
    typeof value === "string" ? { value } : { issues: [{ message: "Expected text", path: ["at"] }] };
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (later ? Promise.resolve(check(value)) : check(value)),
    },
  };
}

test("a definition checks each of its parts", () => {
  const schema = text();
  const { check } = define.rpc("ASK", schema, "ANSWER", schema, {
    meta: schema,
    progress: schema,
    errors: { NOT_FOUND: schema },
  })["~validators"];
  for (const part of ["payload", "meta", "progress", "NOT_FOUND"] as const) {
    expect(check(part, "in", "x")).toBe("x");
    expect(() => check(part, "out", 1)).toThrow(ValidationError);
  }
  expect(check("INTERNAL", "in", 1)).toBeUndefined();
  expect(define.message("PING")["~validators"].check("payload", "in", 1)).toBeUndefined();
});

test("says what was wrong, where and on which way", () => {
  const { check } = define.message("NOTE", text())["~validators"];
  const issues = [{ path: ["at"], message: "Expected text" }];
  expect(() => check("payload", "out", 1)).toThrow(expect.objectContaining({ type: "NOTE", direction: "out", issues }));
});

test("an asynchronous schema rejects instead", async () => {
  const { check } = define.message("NOTE", text(true))["~validators"];
  expect(await check("payload", "in", "x")).toBe("x");
  await expect(check("payload", "in", 1)).rejects.toThrow(ValidationError);
});

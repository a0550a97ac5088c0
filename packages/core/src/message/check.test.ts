import { expect, test } from "vitest";
import { check } from "./check.ts";
import { defineMessage, rpcMaker, type DefineKit } from "./define.ts";
import { ValidationError } from "./errors.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";
import { standardValidator } from "../schema/validator.ts";

const kit: DefineKit = {
  compile: (source) => standardValidator(source as StandardSchema),
  metaKeys: () => [],
};

function text(later = false): StandardSchema {
  const see = (value: unknown) =>
    typeof value === "string" ? { value } : { issues: [{ message: "Expected text", path: ["at"] }] };
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (later ? Promise.resolve(see(value)) : see(value)),
    },
  };
}

test("a definition checks each of its parts", () => {
  const schema = text();
  const Ask = rpcMaker(kit)("ASK", schema, "ANSWER", schema, {
    meta: schema,
    progress: schema,
    errors: { NOT_FOUND: schema },
  });
  for (const part of ["payload", "meta", "progress", "NOT_FOUND"] as const) {
    expect(check(Ask, part, "in", "x")).toBe("x");
    expect(() => check(Ask, part, "out", 1)).toThrow(ValidationError);
  }
  expect(check(Ask, "INTERNAL", "in", 1)).toBeUndefined();
  expect(check(defineMessage(kit, "PING"), "payload", "in", 1)).toBeUndefined();
});

test("says what was wrong, where and on which way", () => {
  const Note = defineMessage(kit, "NOTE", text());
  const issues = [{ path: ["at"], message: "Expected text" }];
  expect(() => check(Note, "payload", "out", 1)).toThrow(
    expect.objectContaining({ type: "NOTE", direction: "out", issues }),
  );
});

test("an asynchronous schema rejects instead", async () => {
  const Note = defineMessage(kit, "NOTE", text(true));
  expect(await check(Note, "payload", "in", "x")).toBe("x");
  await expect(check(Note, "payload", "in", 1)).rejects.toThrow(ValidationError);
});

import { expect, test } from "vitest";
import { MAX_ISSUES, redact } from "./issues.ts";
import { toIssues } from "./issues.ts";

test.each([
  ["ArkType's", { n: 987_654 }, "n must be at most 10 (was 987654)", "n must be at most 10"],
  ["Effect's", { n: "swordfish" }, 'Expected number, actual "swordfish"', "Expected number, actual (string)"],
  ["a bare text", { n: "swordfish" }, "swordfish is not allowed", "(string) is not allowed"],
  ["a number", { n: -4.5 }, "got -4.5, wanted 10 or more", "got (number), wanted 10 or more"],
  ["what an object holds", { n: { deep: ["swordfish"] } }, "got {deep: swordfish}", "got {deep: (string)}"],
  ["a text with signs of its own", { n: "a.b*(c)" }, "no a.b*(c) here", "no (string) here"],
])("takes out %s value", (_, value, message, told) => {
  expect(redact([{ message, path: ["n"] }], value)).toEqual([{ path: ["n"], message: told }]);
});

test.each([
  ["words that the message uses itself", { n: "a" }, "must be a string"],
  ["digits of other numbers", { n: 1 }, "must be 10 or more"],
  ["what was not received", { n: "x" }, 'must be "yes" or "no"'],
])("leaves %s", (_, value, message) => {
  expect(redact([{ message, path: ["n"] }], value)).toEqual([{ path: ["n"], message }]);
});

test("finds the value below keys, indexes and path items, and none where there is none", () => {
  const value = { list: [{ name: "swordfish" }] };
  const path = ["list", { key: 0 }, "name"];
  expect(redact([{ message: "swordfish?", path }], value)[0]?.message).toBe("(string)?");
  expect(redact([{ message: "swordfish?", path: ["other", "name"] }], value)[0]?.message).toBe("swordfish?");
});

test("an issue stays small, whatever the keys it names", () => {
  const issues = toIssues(
    Array.from({ length: 50 }, () => ({ message: "x".repeat(9_999), path: ["k".repeat(9_999)] })),
  );
  expect(issues).toHaveLength(MAX_ISSUES);
  expect(JSON.stringify(issues).length).toBeLessThan(MAX_ISSUES * 700);
});

import { check } from "@ws-kit/core/protocol";
import * as wv from "@ws-kit/valibot";
import * as wz from "@ws-kit/zod";
import * as v from "valibot";
import { expect, test } from "vitest";

const { z } = wz;
const secret = { password: "swordfish" };
const lazy: v.GenericSchema = v.lazy(() => v.fallback(v.string(), "?"));

// What a fallback replaces at the receiver is not sent: the sender's own copy would travel with all that is in it.
test.each([
  ["zod's catch", wz.message("M", { name: z.string().catch("?") })],
  ["zod's catch of an optional", wz.message("M", { name: z.string().optional().catch("?") })],
  ["zod's catch of a transform", wz.message("M", { name: z.string().trim().catch("?") })],
  ["zod's catch in a union", wz.message("M", { name: z.union([z.number(), z.string().catch("?")]) })],
  ["valibot's fallback", wv.message("M", { name: v.fallback(v.string(), "?") })],
  ["valibot's fallback, computed", wv.message("M", { name: v.fallback(v.string(), () => "?") })],
  ["valibot's fallback to nothing", wv.message("M", { name: v.fallback(v.optional(v.string()), undefined) })],
  ["valibot's fallback in a pipe", wv.message("M", { name: v.pipe(v.fallback(v.string(), "?"), v.trim()) })],
  ["valibot's fallback of a pipe", wv.message("M", { name: v.fallback(v.pipe(v.string(), v.trim()), "?") })],
  ["valibot's fallback in a union", wv.message("M", { name: v.union([v.number(), v.fallback(v.string(), "?")]) })],
  ["zod's catch in a catch", wz.message("M", { name: z.string().catch("?").catch("!") })],
  ["zod's default in a catch", wz.message("M", { name: z.string().default("?").catch("!") })],
  ["zod's catch in a default", wz.message("M", { name: z.string().catch("?").default("!") })],
  ["zod's prefault in a catch", wz.message("M", { name: z.string().prefault("?").catch("!") })],
  [
    "zod's catch in a transform in a catch",
    wz.message("M", {
      name: z
        .string()
        .catch("?")
        .overwrite((s) => s.trim())
        .catch("!"),
    }),
  ],
  [
    "zod's catch in a readonly nullable catch",
    wz.message("M", { name: z.string().catch("?").nullable().readonly().catch("!") }),
  ],
  ["zod's catch in a pipe", wz.message("M", { name: z.string().catch("?").pipe(z.string()).catch("!") })],
  ["valibot's fallback in a fallback", wv.message("M", { name: v.fallback(v.fallback(v.string(), "?"), "!") })],
  [
    "valibot's fallback in two of them",
    wv.message("M", {
      name: v.fallback(
        v.fallback(v.fallback(v.string(), "?"), () => "!"),
        ".",
      ),
    }),
  ],
  [
    "valibot's computed fallback in a fallback",
    wv.message("M", {
      name: v.fallback(
        v.fallback(v.string(), () => "?"),
        "!",
      ),
    }),
  ],
  [
    "valibot's fallback in the fallback of a pipe",
    wv.message("M", { name: v.fallback(v.fallback(v.pipe(v.string(), v.trim()), "?"), "!") }),
  ],
  [
    "valibot's fallback in a pipe in a fallback",
    wv.message("M", { name: v.fallback(v.pipe(v.fallback(v.string(), "?"), v.trim()), "!") }),
  ],
  [
    "valibot's fallback in an optional fallback",
    wv.message("M", { name: v.fallback(v.optional(v.fallback(v.string(), "?")), "!") }),
  ],
  [
    "valibot's fallback in a union with a fallback",
    wv.message("M", { name: v.fallback(v.union([v.number(), v.fallback(v.string(), "?")]), "!") }),
  ],
  [
    "valibot's fallback in a lazy fallback",
    wv.message("M", {
      name: v.fallback(
        v.lazy(() => v.fallback(v.string(), "?")),
        "!",
      ),
    }),
  ],
  ["valibot's fallback, lazily", wv.message("M", { name: lazy })],
  [
    "valibot's asynchronous fallback",
    wv.message(
      "M",
      v.objectAsync({
        name: v.fallbackAsync(
          v.pipeAsync(
            v.string(),
            v.checkAsync(async () => true),
          ),
          "?",
        ),
      }),
    ),
  ],
])("%s keeps at home what it would replace", async (_, M) => {
  for (const name of [secret, [secret], 5n, true]) {
    const wire = await check(M, "payload", "out", { name });
    expect(JSON.stringify(wire)).toBe("{}");
  }
  expect(await check(M, "payload", "out", { name: "ada" })).toEqual({ name: "ada" });
});

test("a fallback in a fallback lets through what its schema takes, options of a union too", () => {
  const M = wv.message("M", {
    n: v.fallback(v.fallback(v.union([v.string(), v.number()]), "?"), "!"),
    o: v.fallback(v.fallback(v.object({ id: v.number() }), { id: 0 }), { id: 1 }),
    u: v.fallback(v.optional(v.union([v.string(), v.number()])), "?"),
    p: v.fallback(v.pipe(v.union([v.string(), v.number()]), v.transform(String)), "?"),
  });
  const given = { n: 5, o: { id: 7, password: "swordfish" }, u: 6, p: 7 };
  expect(check(M, "payload", "out", given)).toEqual({ n: 5, o: { id: 7 }, u: 6, p: 7 });
});

test.each([
  ["zod's catch", wz.message("M", { name: z.email().catch("?"), list: z.array(z.number().catch(0)) })],
  [
    "valibot's fallback",
    wv.message("M", { name: v.fallback(v.pipe(v.string(), v.email()), "?"), list: v.array(v.fallback(v.number(), 0)) }),
  ],
])("%s does so with a text, too, and leaves its place in a list", (_, M) => {
  const wire = check(M, "payload", "out", { name: "swordfish", list: [1, "swordfish", 3] });
  expect(wire).toEqual({ list: [1, null, 3] });
  expect(check(M, "payload", "in", JSON.parse(JSON.stringify(wire)))).toEqual({ name: "?", list: [1, 0, 3] });
});

test.each([
  ["zod's catch", wz.message("M", { name: z.string().catch("?").nullable() })],
  ["valibot's fallback", wv.message("M", { name: v.nullable(v.fallback(v.string(), "?")) })],
  ["valibot's fallback, nullish", wv.message("M", { name: v.nullish(v.fallback(v.string(), "?")) })],
])("a null beside %s is sent, since nothing replaces it", (_, M) => {
  const wire = check(M, "payload", "out", { name: null });
  expect(wire).toEqual({ name: null });
  expect(check(M, "payload", "in", wire)).toEqual({ name: null });
});

const Coerced = wz.message("M", {
  text: z.coerce.string(),
  flag: z.coerce.boolean(),
  n: z.coerce.number(),
  at: z.coerce.date(),
  big: z.coerce.bigint(),
});

test("coercion sends what it makes of an object, and not the object", () => {
  const given = { text: secret, flag: secret, n: [5], at: new Date(0), big: 5n };
  const wire = check(Coerced, "payload", "out", given);
  expect(wire).toEqual({ text: "[object Object]", flag: true, n: 5, at: "1970-01-01T00:00:00.000Z", big: "5" });
  expect(check(Coerced, "payload", "in", JSON.parse(JSON.stringify(wire)))).toEqual({
    text: "[object Object]",
    flag: true,
    n: 5,
    at: new Date(0),
    big: 5n,
  });
  const plain = { text: 5, flag: "", n: "7", at: 0, big: "8" };
  expect(check(Coerced, "payload", "out", plain)).toEqual(plain);
});

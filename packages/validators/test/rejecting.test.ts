import { checksOf, validatorsOf, type AnyMessage } from "@ws-kit/core/schema";
import * as valibotKit from "@ws-kit/valibot";
import * as zodKit from "@ws-kit/zod";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

// Both read schemas from here on, as on a server.
zodKit.createRouter();
valibotKit.createRouter();

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

/** What a function in a schema may do that ends badly; `ok` is fine with all of them. */
const ENDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  throws: () => {
    throw new Error("the database is away");
  },
  rejects: () => Promise.reject(new Error("the database is away")),
  "rejects later": async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    throw new Error("the database is away");
  },
  "rejects for some values": (value) =>
    value === "ok" || (value as { id?: unknown } | null)?.id === "ok"
      ? true
      : Promise.reject(new Error("the database is away")),
};

type Define = (type: string, payload: unknown) => AnyMessage;
type End = (value: unknown) => never;

const ZOD: Readonly<Record<string, (end: End) => z.ZodType>> = {
  refine: (end) => z.object({ id: z.string().refine(end) }),
  "refine of an object": (end) => z.object({ id: z.string() }).refine(end),
  "refine of a strict object": (end) => z.strictObject({ id: z.string() }).refine(end),
  superRefine: (end) => z.object({ id: z.string().superRefine(end) }),
  check: (end) => z.object({ id: z.string().check(({ value }) => end(value)) }),
  transform: (end) => z.object({ id: z.string().transform(end) }),
  "transform of an object": (end) => z.object({ id: z.string() }).transform(end),
  preprocess: (end) => z.object({ id: z.preprocess(end, z.any()) }),
  codec: (end) => z.object({ id: z.codec(z.string(), z.any(), { decode: end, encode: end }) }),
  custom: (end) => z.object({ id: z.custom(end) }),
  "option of a union": (end) => z.object({ id: z.union([z.string().refine(end), z.number()]) }),
  "option that transforms": (end) => z.object({ id: z.union([z.string().transform(end), z.number()]) }),
  "two refines, then a transform": (end) =>
    z.object({
      id: z
        .string()
        .refine(end)
        .refine(end)
        .transform((x) => x),
    }),
  list: (end) => z.object({ id: z.string(), list: z.array(z.string().refine(end)).default(["x", "y"]) }),
  optional: (end) => z.object({ id: z.string().refine(end).optional() }),
  lazy: (end) => z.object({ id: z.lazy(() => z.string().refine(end)) }),
};

const VALIBOT: Readonly<Record<string, (end: End) => v.GenericSchema | v.GenericSchemaAsync>> = {
  checkAsync: (end) => v.objectAsync({ id: v.pipeAsync(v.string(), v.checkAsync<string>(end)) }),
  "checkAsync of an object": (end) => v.pipeAsync(v.object({ id: v.string() }), v.checkAsync<{ id: string }>(end)),
  transformAsync: (end) => v.objectAsync({ id: v.pipeAsync(v.string(), v.transformAsync<string, string>(end)) }),
  "option of a union": (end) =>
    v.objectAsync({ id: v.unionAsync([v.pipeAsync(v.string(), v.checkAsync<string>(end)), v.number()]) }),
};

const CASES = [
  ...Object.entries(ZOD).map(([name, make]) => ["zod", name, make, zodKit.message] as const),
  ...Object.entries(VALIBOT).map(([name, make]) => ["valibot", name, make, valibotKit.message] as const),
].flatMap(([kit, name, make, message]) =>
  Object.entries(ENDS).map(([end, fn]) => [kit, name, end, () => (message as Define)("X", make(fn as End))] as const),
);

it.each(CASES)("%s: %s that %s ends what was asked, and nothing else", async (_kit, _name, _end, define) => {
  const validator = validatorsOf(define()).payload;
  if (validator === undefined) throw new Error("no payload");
  const checks = checksOf(validator);
  const runs = [
    (value: unknown) => checks.in(value),
    (value: unknown) => checks.out(value),
    (value: unknown) => checks.validate(value),
    (value: unknown) => validator.inbound(value),
    (value: unknown) => validator.outbound(value),
  ];
  for (const id of ["ok", "bad", "ok", "bad"]) {
    for (const run of runs) {
      try {
        await run({ id });
      } catch {
        // It is told to whoever asked.
      }
    }
  }
  // Rejections that nobody holds are told once the microtasks are through.
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(unhandled.splice(0)).toEqual([]);
});

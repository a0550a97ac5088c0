import { message as plain } from "@ws-kit/core";
import type { StandardSchema } from "@ws-kit/core/schema";
import { contract, fingerprintOf, message, toJsonSchema, z } from "@ws-kit/zod";
import { expect, test } from "vitest";

const says = (type: string) =>
  ({
    "~standard": { version: 1, vendor: "other", validate: () => ({}), jsonSchema: { input: () => ({ type }) } },
  }) as unknown as StandardSchema;
const parts = (room: z.ZodType, other = "string") => ({
  Shape: message("SHAPE", { room }),
  Schema: message("SCHEMA", z.strictObject({ room })),
  Other: plain("OTHER", says(other)),
});

test("a contract says of shapes, schemas and those of others what travels", () => {
  const room = z.string().transform(Number).pipe(z.number());
  const properties = { room: { type: "string" } };
  expect(contract(parts(room)).toJSON(toJsonSchema).messages).toMatchObject([
    { name: "Other", payload: { type: "string" } },
    { name: "Schema", payload: { type: "object", properties, additionalProperties: false } },
    { name: "Shape", payload: { type: "object", properties, required: ["room"] } },
  ]);
});

test("its fingerprint needs no converter", () => {
  const print = fingerprintOf(contract(parts(z.string())));
  expect(print).toMatch(/^[\w-]{16}$/);
  // Its version, and of Other, Schema and Shape.
  expect(fingerprintOf(contract(parts(z.number()))).slice(0, 8)).toBe(print.slice(0, 8));
  expect(fingerprintOf(contract(parts(z.number()))).slice(8)).not.toContain(print.slice(12));
  expect(fingerprintOf(contract(parts(z.string(), "number"))).slice(8)).toBe(print.slice(8));
  expect(fingerprintOf(contract(parts(z.string())), () => ({}))).not.toBe(print);
});

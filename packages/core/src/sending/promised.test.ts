import { afterAll, beforeAll, expect, it } from "vitest";
import { bench, memoryLogger, settle } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

type Result = { value: unknown } | { issues: { message: string }[] };

function schema(validate: (value: unknown) => Result | Promise<Result>): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

const refused: Result = { issues: [{ message: "no text" }] };

const SCHEMAS: Readonly<Record<string, StandardSchema>> = {
  "takes anything": schema((value) => ({ value })),
  "takes anything, later": schema(async (value) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { value };
  }),
  "refuses it": schema(() => refused),
  "refuses it later": schema(async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return refused;
  }),
  throws: schema(() => {
    throw new Error("the schema fails");
  }),
};

const rejected = async (): Promise<never> => {
  await Promise.resolve();
  throw new Error("the database is away");
};

const PAYLOADS: Readonly<Record<string, () => unknown>> = {
  "the payload": () => rejected(),
  "a member": () => ({ text: rejected() }),
  "an item deep in it": () => ({ rows: [{ texts: ["x", rejected()] }] }),
};

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

const CASES = Object.keys(PAYLOADS).flatMap((place) => Object.keys(SCHEMAS).map((what) => [place, what] as const));

it.each(CASES)("a promise that rejects as %s of what a schema that %s is sent ends no process", async (place, what) => {
  const errors: Error[] = [];
  const router = createRouter({ logger: memoryLogger() }).onError((error) => void errors.push(error));
  const { connect } = bench(router);
  connect();
  const [peer] = router.connections;
  peer?.send(message("ROW", SCHEMAS[what] as StandardSchema), PAYLOADS[place]?.());
  await new Promise((resolve) => setTimeout(resolve, 10));
  await settle();
  expect(unhandled.splice(0)).toEqual([]);
  expect(errors.length).toBe(1);
});

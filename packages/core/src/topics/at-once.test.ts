import { afterAll, beforeAll, expect, it } from "vitest";
import { bench, fields, memoryLogger, settle } from "../../test/harness.ts";
import { message } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

const away = (): never => Promise.reject(new Error("the database is away")) as never;

function rig() {
  const errors: Error[] = [];
  const router = createRouter({ logger: memoryLogger() }).onError((error) => void errors.push(error));
  router.onOpen((ctx) => void ctx.topics.subscribe("room"));
  bench(router).connect();
  return { router, errors };
}

it.each([away, (async () => true) as never])("an asynchronous test of revoke is refused by name", async (test) => {
  const { router } = rig();
  await settle();
  expect(() => router.revoke("room", test)).toThrow(
    new TypeError("The test of revoke() returned a promise: it has to answer at once"),
  );
  await new Promise((resolve) => void setTimeout(resolve, 5));
  expect(unhandled.splice(0)).toEqual([]);
});

it("so is an asynchronous by of what may overflow", async () => {
  const { router, errors } = rig();
  const Moved = message("MOVED", fields({ id: "string" }), { overflow: "conflate", by: away });
  await router.publish("room", Moved, { id: "a" });
  expect(errors.map(String)).toEqual(["TypeError: overflow.by of MOVED returned a promise: it has to answer at once"]);
  await new Promise((resolve) => void setTimeout(resolve, 5));
  expect(unhandled.splice(0)).toEqual([]);
});

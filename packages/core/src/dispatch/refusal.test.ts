import { expect, test } from "vitest";
import { bench, errorOf, fields, memoryLogger, settle } from "../../test/harness.ts";
import { withoutStack } from "../message/errors.ts";
import { message, rpc } from "../message/standard.ts";
import { createRouter } from "../router/create-router.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** A schema that takes `ms` to refuse something. */
function slow(take: () => void, later = false): StandardSchema {
  const validate = () => {
    take();
    const result = { issues: [{ message: "No" }] };
    return later ? Promise.resolve(result) : result;
  };
  return { "~standard": { version: 1, vendor: "test", validate } };
}

test.each([
  ["at once", false],
  ["later", true],
])("closes a connection whose refused payloads take too long, also when told %s", async (_, later) => {
  const list = message(
    "LIST",
    slow(() => clock.freeze(60), later),
  );
  const { clock, connect } = bench(createRouter({ logger: memoryLogger() }).on(list, () => {}));
  const peer = connect();
  // What comes before a first offence is not timed: two readings of a clock would be paid for by everybody.
  peer.message("NOWHERE".repeat(40));
  for (let i = 0; i < 3; i++) {
    peer.message("LIST", {});
    await settle();
  }
  expect(peer.socket.ended).toBeUndefined();
  expect(peer.socket.take().map((frame) => errorOf(frame).code)).toEqual([
    "UNIMPLEMENTED",
    ...Array(3).fill("INVALID_ARGUMENT"),
  ]);
  peer.message("LIST", {});
  await settle();
  expect(peer.socket.ended?.code).toBe(1008);
  expect(errorOf(peer.socket.take()[0]).message).toContain("limits.maxRefusalMs");
});

test("time spent on refusals is forgotten after a minute, and that of valid payloads is not counted", async () => {
  let refuse = true;
  const schema: StandardSchema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (clock.freeze(150), refuse ? { issues: [{ message: "No" }] } : { value }),
    },
  };
  const { clock, connect } = bench(createRouter().on(message("LIST", schema), () => {}));
  const peer = connect();
  for (let i = 0; i < 2; i++) peer.message("LIST", {});
  await clock.advance(60_000);
  peer.message("LIST", {});
  refuse = false;
  for (let i = 0; i < 10; i++) peer.message("LIST", {});
  expect(peer.socket.ended).toBeUndefined();
});

test("tells as much of an unknown type again as shows what was meant", () => {
  const { connect } = bench(createRouter());
  const peer = connect();
  peer.message("x".repeat(60_000), undefined, { correlationId: "y".repeat(60_000) });
  expect(JSON.stringify(peer.socket.take()).length).toBeLessThan(500);
  peer.message("a\u0085\u2028b");
  expect(errorOf(peer.socket.take()[0]).message).toBe('Nothing here handles "a\\u0085\\u2028b"');
  // One that is so long is no mistake.
  for (let i = 0; i < 10; i++) peer.message("x".repeat(129));
  expect(peer.socket.ended?.code).toBe(1008);
});

test.each([
  ["a type that answers nobody", "NOTE"],
  ["a request", "ASK"],
  ["a type of the protocol", "$ws:abort"],
  ["an unknown type", "NOWHERE"],
])("never tells a correlation id over its limit again: %s", (_, type) => {
  const router = createRouter()
    .on(message("NOTE"), () => {})
    .rpc(rpc("ASK", undefined, "ANSWER"), () => {});
  const peer = bench(router).connect();
  peer.message(type, undefined, { correlationId: "y".repeat(65) });
  expect(JSON.stringify(peer.socket.take())).not.toContain("yyyy");
});

test("a refused payload is one error, and for middleware alone, without a stack", async () => {
  const seen: Error[] = [];
  const note = message("NOTE", fields({ n: "number" }));
  const plain = bench(createRouter().on(note, () => {})).connect();
  const watched = bench(
    createRouter()
      .use(async (_, next) => {
        try {
          await next();
        } catch (error) {
          seen.push(error as Error);
          throw error;
        }
      })
      .on(note, () => {}),
  ).connect();
  for (const peer of [plain, watched]) {
    peer.message("NOTE", { n: "1" });
    await settle();
    expect(errorOf(peer.socket.take()[0])).toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { in: "payload", issues: [{ path: ["n"] }] },
    });
  }
  expect(seen).toHaveLength(1);
  expect(seen[0]?.stack ?? "").not.toContain("\n    at ");
});

test("an error made for a peer leaves the others their stacks", () => {
  withoutStack(() => new Error("a"));
  expect(new Error("b").stack).toContain("\n    at ");
});

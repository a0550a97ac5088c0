import { expect, test, vi } from "vitest";
import { Ask, Note } from "../../test/definitions.ts";
import { createRig, useWorld } from "../../test/rig.ts";
import type { Observation } from "../api/observation.ts";

const world = useWorld();

const kinds = (seen: readonly Observation[]) => seen.map(({ kind }) => kind);

/** Meta of an answer to this. */
const correlated = (frame = "") => (JSON.parse(frame) as { meta: object }).meta;

test("an observer hears states, frames and requests in their order, with times that nobody sets", async () => {
  const rig = createRig();
  const seen: Observation[] = [];
  rig.client.observe((observation) => seen.push(observation));
  const socket = await rig.open();
  const begun = performance.now();
  const asked = rig.client.request(Ask, { n: 1 });
  rig.client.send(Note, { n: 2 });
  world.time.setClock(3_600_000);
  await world.time.advance(250);
  const answer = JSON.stringify({ type: "ANSWER", meta: correlated(socket.wire[0]), payload: { n: 3 } });
  const [ask, note] = socket.wire;
  socket.deliver(answer);
  await asked;
  socket.end(1012, "restart");

  expect(kinds(seen).join(" ")).toBe("state state sent sent received settled state state");
  expect(seen.map(({ detail }) => detail)).toEqual([
    { state: "connecting" },
    { state: "open" },
    ask,
    note,
    answer,
    { type: "ASK", correlationId: expect.any(String), startedAt: begun, error: undefined },
    { state: "closed", code: 1012, reason: "restart" },
    { state: "reconnecting", attempt: 1, delayMs: expect.any(Number) },
  ]);
  expect(seen.map(({ at }) => at - begun)).toEqual([0, 0, 0, 0, 250, 250, 250, 250]);
});

test("a request that fails settles once, with what it was rejected with", async () => {
  const rig = createRig();
  const seen: Observation[] = [];
  rig.client.observe((observation) => seen.push(observation));
  const socket = await rig.open();
  const late = rig.client.request(Ask, { n: 1 }, { timeoutMs: 100 }).catch((error: unknown) => error);
  const meta = correlated(socket.wire[0]);
  await world.time.advance(100);
  socket.deliver({ type: "ANSWER", meta, payload: { n: 3 } });
  const settled = seen.filter(({ kind }) => kind === "settled");
  expect(settled).toMatchObject([{ detail: { type: "ASK", error: await late } }]);
});

test("several observers, of which one throws and another leaves; errors of observers are the logger's alone", async () => {
  const logger = { debug: vi.fn<() => void>(), error: vi.fn<() => void>() };
  const rig = createRig({ logger });
  const [one, two]: [Observation[], Observation[]] = [[], []];
  rig.client.observe(() => {
    throw new Error("mine");
  });
  const off = rig.client.observe((observation) => one.push(observation));
  rig.client.observe((observation) => two.push(observation));
  // Sending from onError would be observed, and so on for ever, if onError were told.
  rig.client.onError(() => rig.client.send(Note, { n: 9 }));
  await rig.open();
  off();
  rig.client.send(Note, { n: 1 });
  expect(rig.read()).toEqual(["NOTE 1"]);
  expect(kinds(one)).toEqual(["state", "state"]);
  expect(kinds(two)).toEqual(["state", "state", "sent"]);
  expect(rig.errors).toEqual([]);
  expect(logger.error).toHaveBeenCalledTimes(3);
});

test("stateInfo is what onState was told last", async () => {
  const rig = createRig({ reconnect: { jitter: "none", initialDelayMs: 100 } });
  expect(rig.client.stateInfo).toEqual({});
  (await rig.open()).end(1011, "oops");
  expect(rig.client.stateInfo).toEqual({ delayMs: 100, attempt: 1 });
  await rig.client.close();
  expect(rig.client.stateInfo).toEqual({ code: 1006, reason: "by this client" });
});

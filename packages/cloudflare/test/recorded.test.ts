import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startWorkerd } from "./workerd.ts";

/** workerd evicts an object that had nothing to do for ten seconds. */
const EVICTED_AFTER_MS = 11_500;

let server: Awaited<ReturnType<typeof startWorkerd>>;
beforeAll(async () => {
  server = await startWorkerd(`${import.meta.dirname}/workers/recorded.ts`, [], {
    durableObjects: {
      ROOM: { className: "Room", useSQLite: true },
      PLAIN: { className: "Plain", useSQLite: false },
    },
  });
});
afterAll(() => server.stop());

interface Frame {
  readonly type: string;
  readonly at?: readonly [string, number];
  readonly payload: Record<string, unknown>;
}

async function open(path: string) {
  const ws = new WebSocket(`ws://${server.host}${path}`);
  onTestFinished(() => ws.terminate());
  const frames: Frame[] = [];
  ws.on("message", (data: Buffer) => void frames.push(JSON.parse(data.toString()) as Frame));
  await new Promise((resolve, reject) => ws.on("open", resolve).on("error", reject));
  const send = (type: string, payload?: object, meta?: object) => ws.send(JSON.stringify({ type, payload, meta }));
  /** The first frame of a type that has come since the last look, and all before it are forgotten. */
  const next = async (type: string): Promise<Frame> => {
    await expect.poll(() => frames.some((frame) => frame.type === type)).toBe(true);
    return frames.splice(0, frames.findIndex((frame) => frame.type === type) + 1).at(-1) as Frame;
  };
  const say = async (text: string, more: object = {}) => {
    send("SAY", { text, ...more }, { correlationId: text });
    return (await next("SAID_IT")).payload;
  };
  return { ws, frames, send, next, say };
}

test("what is recorded outlives an object's eviction, with places and grants", { timeout: 40_000 }, async () => {
  const ada = await open("/room/a");
  ada.send("JOIN");
  const { epoch, offset } = (await ada.next("$ws:subscribed")).payload;
  const { grant } = (await ada.next("$ws:grant")).payload;
  expect(offset).toBe(0);
  const { instance } = await ada.say("a");
  await ada.say("b");
  await new Promise((resolve) => setTimeout(resolve, EVICTED_AFTER_MS));
  ada.frames.splice(0);

  // The connection that slept goes on in the same log.
  const after = await ada.say("c");
  expect(after["instance"]).not.toBe(instance);
  const back = await open("/room/a");
  back.send("$ws:positions", { topics: { lobby: [epoch, 1, grant] } });
  back.send("JOIN");
  expect((await back.next("$ws:subscribed")).payload).toMatchObject({
    status: "recovered",
    count: 2,
    epoch,
    offset: 1,
  });
  await back.next("$ws:grant");
  const late = await open("/room/a");
  await back.say("d");
  late.send("$ws:positions", { topics: { lobby: [epoch, 0, grant] } });
  late.send("JOIN");
  expect((await late.next("$ws:subscribed")).payload).toMatchObject({ status: "gap", reason: "retention", offset: 4 });
});

test(
  "a grant that was revoked stays void when the object has slept, and the next one holds",
  { timeout: 40_000 },
  async () => {
    const ada = await open("/room/revoked");
    const { instance } = await ada.say("a");
    ada.send("JOIN");
    const { epoch, offset } = (await ada.next("$ws:subscribed")).payload;
    const { grant } = (await ada.next("$ws:grant")).payload;
    ada.send("CLEAR");
    await ada.next("$ws:unsubscribed");
    await new Promise((resolve) => setTimeout(resolve, EVICTED_AFTER_MS));

    const back = await open("/room/revoked");
    expect((await back.say("b"))["instance"]).not.toBe(instance);
    back.send("$ws:positions", { topics: { lobby: [epoch, offset, grant] } });
    back.send("JOIN");
    const { payload } = await back.next("$ws:subscribed");
    expect(payload).toMatchObject({ status: "gap", reason: "grant" });
    const place = [payload["epoch"], payload["offset"], (await back.next("$ws:grant")).payload["grant"]];
    const again = await open("/room/revoked");
    again.send("$ws:positions", { topics: { lobby: place } });
    again.send("JOIN");
    expect((await again.next("$ws:subscribed")).payload).toMatchObject({ status: "recovered" });
  },
);

test("an id is not taken by what could not be kept", async () => {
  const ada = await open("/room/ids");
  ada.send("JOIN");
  // A row of SQLite has at most 2 MB there.
  expect(await ada.say("x", { id: "1", times: 2_300_000 })).toMatchObject({ ok: false });
  ada.send("SAY", { text: "small", id: "1" }, { correlationId: "2" });
  expect((await ada.next("SAID")).payload).toEqual({ text: "small" });
});

test("who comes back hears in order what was said, and nothing else", async () => {
  const [speaker, first] = [await open("/room/a"), await open("/room/a")];
  first.send("JOIN");
  const { epoch, offset } = (await first.next("$ws:subscribed")).payload as { epoch: string; offset: number };
  const { grant } = (await first.next("$ws:grant")).payload;
  for (const text of ["x", "y", "z"]) await speaker.say(text);
  const back = await open("/room/a");
  back.send("$ws:positions", { topics: { lobby: [epoch, offset, grant] } });
  back.send("JOIN");
  await expect
    .poll(() => back.frames.filter(({ type }) => type === "SAID").map(({ at, payload }) => [at, payload["text"]]))
    .toEqual(["x", "y", "z"].map((text, i) => [["lobby", offset + i + 1], text]));
});

test("an object without SQLite says what its topics need", async () => {
  const { say } = await open("/plain/a");
  expect(await say("a")).toMatchObject({ ok: false, error: expect.stringContaining("new_sqlite_classes") as unknown });
});

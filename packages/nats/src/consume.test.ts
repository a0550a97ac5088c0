import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { consume } from "./jetstream.ts";
import { NatsMembers } from "./members.ts";
import { token } from "./names.ts";
import type { Streams } from "./streams.ts";

/** A message as a consumer sends it: the number in its stream, and the count of what was sent. */
type Sent = readonly [seq: number, number: number, subject?: string];

/** A server whose consumers send these, one list each, and that answers other requests so. */
function sending(consumers: readonly (readonly Sent[])[], answers: Readonly<Record<string, object>> = {}) {
  let made = 0;
  const inboxes = new Map<string, (error: null, msg: Msg) => void>();
  const connection = {
    subscribe(inbox: string, { callback }: { callback: (error: null, msg: Msg) => void }) {
      inboxes.set(inbox, callback);
      return { unsubscribe: () => inboxes.delete(inbox) };
    },
    async request(subject: string, body: string) {
      const asked = Object.keys(answers).find((part) => `${subject} ${body}`.includes(part));
      if (asked !== undefined && !subject.includes("CONSUMER")) return { json: () => answers[asked] };
      const { deliver_subject } = (JSON.parse(body) as { config: { deliver_subject: string } }).config;
      const sent = consumers[Math.min(made++, consumers.length - 1)] ?? [];
      queueMicrotask(() => {
        for (const [i, [seq, number, name = "s"]] of sent.entries()) {
          const reply = `$JS.ACK.stream.consumer.1.${seq}.${number}.0.${sent.length - i - 1}`;
          inboxes.get(deliver_subject)?.(null, { reply, subject: name, string: () => `text ${seq}` } as unknown as Msg);
        }
      });
      return { json: () => ({ num_pending: sent.length, delivered: { consumer_seq: 0 } }) };
    },
  } as unknown as NatsConnection;
  return { connection, inboxes, made: () => made };
}

const FROM_TWO = { deliver_policy: "by_start_sequence", opt_start_seq: 2, filter_subject: "s" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each<[what: string, first: readonly Sent[]]>([
  ["has none of them yet", []],
  ["lacks the last one", [[2, 1]]],
  ["begins with one that came before", [[1, 1]]],
  ["sends one that does not arrive", [[3, 2]]],
])("asks again where the server that sends messages of a stream %s", async (_, first) => {
  const whole: readonly Sent[] = [
    [2, 1],
    [3, 2],
  ];
  const { connection, inboxes, made } = sending([first, whole]);
  const reading = consume(connection, "stream", FROM_TWO, 3, (_msg, seq) => seq);
  await vi.advanceTimersByTimeAsync(100);
  expect(await reading).toEqual([2, 3]);
  expect(made()).toBe(2);
  expect(inboxes.size).toBe(0);
});

it("leaves out what came before, where the rest is there", async () => {
  const { connection, made } = sending([
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
  ]);
  expect(await consume(connection, "stream", FROM_TWO, 3, (_msg, seq) => seq)).toEqual([2, 3]);
  expect(made()).toBe(1);
});

it("fails where no server has them in time", async () => {
  const { connection, inboxes } = sending([[[2, 1]]]);
  const reading = consume(connection, "stream", FROM_TWO, 3, (_msg, seq) => seq);
  reading.catch(() => {});
  await vi.advanceTimersByTimeAsync(3_100);
  await expect(reading).rejects.toThrow("does not yet have all messages of stream");
  expect(inboxes.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it("does not say of those who are gone that they are there, where the server that sends has yet to hear of it", async () => {
  const entry = (name: string): string => `p.m.e.${token("room")}.n.${token(name)}`;
  const { connection } = sending(
    [
      [
        [1, 1, entry("gone")],
        [2, 2, entry("here")],
      ],
    ],
    {
      "MSG.GET": { message: { seq: 2 } },
      "p.m.n.*": { state: { subjects: { "p.m.n.n": 1 } } },
      "p.m.e.": { state: { subjects: { [entry("here")]: 1 } } },
    },
  );
  const streams = { members: async () => ({ leases: "l", entries: "e" }), forgetMembers() {} } as unknown as Streams;
  const found = await new NatsMembers(() => ({ connection, streams }), "p").read("room");
  expect([...(found.get("n") ?? [])]).toEqual([["here", "text 2"]]);
});

it("has everybody of a set of which the server tells in parts", async () => {
  const names = ["a", "b", "c"];
  const entry = (name: string): string => `p.m.e.${token("room")}.n.${token(name)}`;
  const sent = names.map((name, i): Sent => [i + 1, i + 1, entry(name)]);
  const part = (from: number) => ({ state: { subjects: { [entry(names[from] ?? "")]: 1 } }, total: 3 });
  const { connection } = sending([sent], {
    "MSG.GET": { message: { seq: 3 } },
    "p.m.n.*": { state: { subjects: { "p.m.n.n": 1 } }, total: 1 },
    '"offset":0': part(0),
    '"offset":1': part(1),
    '"offset":2': part(2),
  });
  const streams = { members: async () => ({ leases: "l", entries: "e" }), forgetMembers() {} } as unknown as Streams;
  const found = await new NatsMembers(() => ({ connection, streams }), "p").read("room");
  expect([...(found.get("n")?.keys() ?? [])]).toEqual(names);
});

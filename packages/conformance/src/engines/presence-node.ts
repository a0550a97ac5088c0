import { createInterface } from "node:readline";
import { Hub, type Socket } from "@ws-kit/core/adapter";
import type { Engine } from "@ws-kit/core/extend";
import { createRouter, message, topic, z } from "@ws-kit/zod";

const Said = message.fromServer("SAID", { text: z.string() });
const Room = topic("room:{id}", [Said], { presence: { state: z.object({ name: z.string() }), graceMs: 500 } });
const Join = message("JOIN", { room: z.string(), name: z.string() });

/** What a node is told to do, a line of JSON each. */
export type PresenceOrder =
  | { readonly do: "enter"; readonly user: string; readonly room: string; readonly name: string }
  /** All connections of a user, at once. */
  | { readonly do: "leave"; readonly user: string }
  | { readonly do: "look"; readonly room: string }
  | { readonly do: "list"; readonly room: string; readonly id: number };

/** What it says, a line each. */
export type PresenceLine =
  | { readonly up: true }
  | { readonly news: Readonly<Record<string, unknown>> }
  | { readonly id: number; readonly members: Readonly<Record<string, readonly string[]>> | string };

const tell = (line: PresenceLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** A node in this process, whose connections exist in its memory, until it is killed. */
export function runPresenceNode(engine: Engine): void {
  const router = createRouter<{ user: string }>({ engine, topics: [Room], identify: ({ user }) => user })
    .on(Join, async (ctx) => {
      const room = Room({ id: ctx.payload.room });
      await ctx.topics.subscribe(room);
      await ctx.presence.track(room, { name: ctx.payload.name });
    })
    .topic(Room, { authorize: () => true })
    .onLink(({ state }) => state === "up" && tell({ up: true }));
  const hub = new Hub(router);
  const users = new Map<string, (() => void)[]>();

  const connect = (user: string, heard: (frame: { type: string; payload: Record<string, unknown> }) => void) => {
    const socket: Socket = {
      send: (frame) => (heard(JSON.parse(frame as string) as never), 1),
      close() {},
      terminate() {},
      getBufferedAmount: () => 0,
    };
    const conn = hub.adopt(socket, { user }, crypto.randomUUID());
    hub.opened(conn);
    users.set(user, [...(users.get(user) ?? []), () => hub.close(conn, 1001, "")]);
    return (type: string, payload: object, meta?: object) => hub.receive(conn, JSON.stringify({ type, meta, payload }));
  };

  const obey = async (order: PresenceOrder): Promise<void> => {
    if (order.do === "enter") {
      connect(order.user, () => {})("JOIN", { room: order.room, name: order.name });
    } else if (order.do === "leave") {
      for (const close of users.get(order.user) ?? []) close();
      users.delete(order.user);
    } else if (order.do === "look") {
      const send = connect("", ({ type, payload }) => type === "$ws:presence" && tell({ news: payload }));
      const room = Room({ id: order.room });
      send("$ws:subscribe", { topic: room }, { correlationId: "1" });
      send("$ws:presence", { topic: room, watch: true });
    } else {
      const listed = router.presence.list(Room({ id: order.room }));
      const members = await listed.then(
        (found) => Object.fromEntries([...found].map(([key, states]) => [key, states.map(({ name }) => name)])),
        (error: Error) => error.message,
      );
      tell({ id: order.id, members });
    }
  };
  createInterface(process.stdin).on("line", (line) => void obey(JSON.parse(line) as PresenceOrder));
}

import { Hub } from "@ws-kit/core/adapter";
import { createRouter } from "@ws-kit/zod";
import type { z } from "zod";
import type { NullSocket } from "../dispatch/cases.ts";
import { hand, kit, type Run, Taker } from "./crowd.ts";
import { encoded, receiving, receivingLater, Rooms } from "./by-hand.ts";
import {
  checkedLater,
  Draw,
  Drawn,
  drawn,
  Later,
  Move,
  Moved,
  moved,
  ROWS,
  Said,
  Say,
  said,
  Snapshot,
  snapshot,
} from "./schemas.ts";

/** What real programs do, in process: both ways to do it, each made anew. */
export interface Life {
  readonly name: string;
  readonly byHand: () => Run;
  readonly byRouter: () => Run;
  /** How many may come before a pause, where they end later. */
  readonly inFlight?: number;
}

const MEMBERS = 25;
const most = Number.MAX_SAFE_INTEGER;

function frame(type: string, payload: object): string {
  return JSON.stringify({ type, payload });
}

const saying = (room: string) => frame("SAY", { room, text: "The quick brown fox jumps over the lazy dog" });
const moving = (room: string) =>
  frame("MOVE", {
    room,
    x: 1.5,
    y: 2.25,
    vx: 0.5,
    vy: -1,
    angle: 1.57,
    health: 90,
    ammo: 12,
    weapon: "bow",
    tick: 4_211,
  });
const asking = (room: string) => frame("SAY", { room, text: "all" });
const drawing = () => frame("DRAW", { kind: "line", to: [10, 20] });

/** Publishes what came to the room that it names, by hand. */
function spreading(type: string, back: string, schema: z.ZodType, self: boolean) {
  return (rooms: Rooms) =>
    receiving(type, schema, (peer: NullSocket, payload: { room: string }) => {
      const text = encoded(back, schema, payload);
      for (const other of rooms.of(payload.room)) if (self || other !== peer) other.send(text);
    });
}

const chat = () => createRouter().on(Say, (ctx) => void ctx.publish(ctx.payload.room, Said, ctx.payload));

/** What an answer to each message is made of, by hand. */
const answering = (handle: (peer: NullSocket, payload: never) => void) => () => receiving("SAY", said, handle);

export const LIVES: readonly Life[] = [
  {
    name: "chat: 5,000 in rooms of 25",
    byHand: hand(5_000, MEMBERS, spreading("SAY", "SAID", said, true), saying),
    byRouter: kit(5_000, MEMBERS, chat, saying),
  },
  {
    name: "chat: rooms of two",
    byHand: hand(1_000, 2, spreading("SAY", "SAID", said, true), saying),
    byRouter: kit(1_000, 2, chat, saying),
  },
  {
    name: "game: ten fields, to 19 others",
    byHand: hand(200, 20, spreading("MOVE", "MOVED", moved, false), moving),
    byRouter: kit(
      200,
      20,
      () =>
        createRouter().on(Move, (ctx) => void ctx.publish(ctx.payload.room, Moved, ctx.payload, { excludeSelf: true })),
      moving,
    ),
  },
  {
    name: "filter: to every other of 25",
    byHand: hand(
      500,
      MEMBERS,
      (rooms) =>
        receiving("SAY", said, (_: NullSocket, payload: { room: string }) => {
          const text = encoded("SAID", said, payload);
          let even = false;
          for (const other of rooms.of(payload.room)) if ((even = !even)) other.send(text);
        }),
      saying,
    ),
    byRouter: kit(
      500,
      MEMBERS,
      () =>
        createRouter().on(
          Say,
          (ctx) =>
            void ctx.publish(ctx.payload.room, Said, ctx.payload, {
              filter: (data) => (data as { even?: boolean }).even === true,
            }),
        ),
      saying,
    ),
    inFlight: 32,
  },
  {
    name: "snapshot of 20 KB",
    byHand: hand(
      100,
      1,
      answering((peer) => peer.send(encoded("SNAPSHOT", snapshot, { rows: ROWS }))),
      asking,
    ),
    byRouter: kit(100, 1, () => createRouter().on(Say, (ctx) => void ctx.send(Snapshot, { rows: ROWS })), asking),
  },
  {
    name: "burst of 50 answers",
    byHand: hand(
      100,
      1,
      answering((peer, payload) => {
        for (let i = 0; i < 50; i++) peer.send(encoded("SAID", said, payload));
      }),
      saying,
    ),
    byRouter: kit(
      100,
      1,
      () =>
        createRouter().on(Say, (ctx) => {
          for (let i = 0; i < 50; i++) ctx.send(Said, ctx.payload);
        }),
      saying,
    ),
  },
  {
    name: "one to each of 1,000, by router.connections",
    byHand: hand(
      1_000,
      1_000,
      (rooms) =>
        receiving("SAY", said, (_: NullSocket, payload: { room: string }) => {
          for (const other of rooms.of(payload.room)) other.send(encoded("SAID", said, payload));
        }),
      saying,
    ),
    byRouter: kit(
      1_000,
      1_000,
      () => {
        const router = createRouter();
        return router.on(Say, (ctx) => {
          for (const other of router.connections) other.send(Said, ctx.payload);
        });
      },
      saying,
    ),
    inFlight: 1,
  },
  {
    name: "push of a timer, to each of 100",
    byHand: () => {
      const all = Array.from({ length: 100 }, () => new Taker());
      return (i) => {
        for (const socket of all) socket.send(encoded("SAID", said, { room: "news", text: `News ${i}` }));
      };
    },
    byRouter: () => {
      const router = createRouter();
      const hub = new Hub(router);
      for (let i = 0; i < 100; i++) hub.opened(hub.adopt(new Taker(), {}, `client-${i}`));
      return (i) => {
        for (const other of router.connections) other.send(Said, { room: "news", text: `News ${i}` });
      };
    },
    inFlight: 1,
  },
  {
    name: "one comes, says something to a room of 25, and goes",
    byHand: () => {
      const rooms = new Rooms();
      for (let i = 0; i < MEMBERS; i++) rooms.join(new Taker(), "room:0");
      const receive = spreading("SAY", "SAID", said, true)(rooms);
      const text = saying("room:0");
      return () => {
        const socket = new Taker();
        rooms.join(socket, "room:0");
        receive(socket, text);
        rooms.leave(socket, "room:0");
      };
    },
    byRouter: () => {
      const router = chat().onOpen((ctx) => void ctx.topics.subscribe("room:0"));
      const hub = new Hub(router);
      for (let i = 0; i < MEMBERS; i++) hub.opened(hub.adopt(new Taker(), {}, `client-${i}`));
      const text = saying("room:0");
      return (i) => {
        const conn = hub.adopt(new Taker(), {}, `guest-${i}`);
        hub.opened(conn);
        hub.receive(conn, text);
        hub.close(conn, 1000, "");
      };
    },
  },
  {
    name: "union with defaults, in and out",
    byHand: hand(
      100,
      1,
      () =>
        receiving("DRAW", drawn, (peer: NullSocket, payload: unknown) => peer.send(encoded("DRAWN", drawn, payload))),
      drawing,
    ),
    byRouter: kit(100, 1, () => createRouter().on(Draw, (ctx) => void ctx.send(Drawn, ctx.payload)), drawing),
  },
  {
    name: "refused",
    byHand: hand(
      100,
      1,
      answering(() => {}),
      () => frame("SAY", { room: 5, text: "x" }),
    ),
    byRouter: kit(
      100,
      1,
      () => createRouter({ limits: { maxRefusalMs: most } }).on(Say, () => {}),
      () => frame("SAY", { room: 5, text: "x" }),
    ),
  },
  {
    name: "asynchronous check, guard and handler",
    byHand: hand(
      1_000,
      1,
      () =>
        receivingLater("LATER", checkedLater, async (peer: NullSocket, payload: unknown) => {
          await Promise.resolve();
          peer.send(encoded("SAID", said, payload));
        }),
      (room) => frame("LATER", { room, text: "x" }),
    ),
    byRouter: kit(
      1_000,
      1,
      () =>
        createRouter()
          .use(async (_ctx, next) => {
            await next();
          })
          .on(Later, async (ctx) => {
            await Promise.resolve();
            ctx.send(Said, ctx.payload);
          }),
      (room) => frame("LATER", { room, text: "x" }),
    ),
    inFlight: 32,
  },
];

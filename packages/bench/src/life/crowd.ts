import type { Router } from "@ws-kit/core";
import { Hub } from "@ws-kit/core/adapter";
import { NullSocket } from "../dispatch/cases.ts";
import { Rooms } from "./by-hand.ts";

/** A socket that takes everything; all of them count together. */
export class Taker extends NullSocket {
  static taken = 0;

  override send(frame: string): number {
    Taker.taken++;
    return super.send(frame);
  }
}

/** One thing that a program does, once: by hand, or by a router. */
export type Run = (i: number) => void;

/** A program by hand for so many peers, in rooms of so many, one frame of a peer after the other's. */
export function hand(
  peers: number,
  perRoom: number,
  serve: (rooms: Rooms) => (peer: NullSocket, text: string) => void,
  frameOf: (room: string) => string,
): () => Run {
  return () => {
    const rooms = new Rooms();
    const receive = serve(rooms);
    const all = Array.from({ length: peers }, (_, i) => {
      const socket = new Taker();
      const room = `room:${Math.floor(i / perRoom)}`;
      rooms.join(socket, room);
      return { socket, text: frameOf(room) };
    });
    return (i) => {
      const { socket, text } = all[(i * 7) % peers] as (typeof all)[number];
      receive(socket, text);
    };
  };
}

export function kit(
  peers: number,
  perRoom: number,
  routerOf: () => Router,
  frameOf: (room: string) => string,
): () => Run {
  return () => {
    const router = routerOf();
    const hub = new Hub(router);
    router.onOpen((ctx) => void ctx.topics.subscribe(String((ctx.data as { room?: unknown }).room)));
    const all = Array.from({ length: peers }, (_, i) => {
      const room = `room:${Math.floor(i / perRoom)}`;
      const conn = hub.adopt(new Taker(), { room, even: i % 2 === 0 }, `client-${i}`);
      hub.opened(conn);
      return { conn, text: frameOf(room) };
    });
    return (i) => {
      const { conn, text } = all[(i * 7) % peers] as (typeof all)[number];
      hub.receive(conn, text);
    };
  };
}

import type { RouterOptions } from "../src/api/options.ts";
import type { Runtime } from "../src/ports/runtime.ts";
import type { Codec, Packet } from "../src/protocol/codec.ts";
import { createRouter } from "../src/router/create-router.ts";
import { type Router } from "../src/router/router.ts";
import type { Connection } from "../src/state/connection.ts";
import { bench, type Bench, FakeSocket, memoryLogger, type Peer } from "./harness.ts";

/** JSON with each byte turned round: nothing in it reads as text. */
export const turned: Codec = {
  name: "turned",
  encode: (frame) => turn(new TextEncoder().encode(JSON.stringify(frame))),
  decode: (packet: Packet) => {
    if (Object.getPrototypeOf(packet) !== Uint8Array.prototype) throw new TypeError("not bytes of our own");
    return JSON.parse(new TextDecoder().decode(turn(packet as Uint8Array))) as unknown;
  },
};

function turn(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ 0xff);
}

export function packetOf(frame: object): Uint8Array {
  return turned.encode(frame as { type: string }) as Uint8Array;
}

/** Takes bytes, and text where it is a ping or a pong. */
export class ByteSocket extends FakeSocket {
  readonly packets: Packet[] = [];

  override send(packet: Packet): number {
    this.packets.push(packet);
    return this.buffered > 0 ? -1 : 1;
  }

  override take(): Record<string, unknown>[] {
    return this.packets
      .splice(0)
      .map((packet) => (typeof packet === "string" ? { text: packet } : turned.decode(packet)) as never);
  }
}

export interface BytePeer extends Peer {
  readonly socket: ByteSocket;
}

export interface ByteBench extends Omit<Bench, "connect"> {
  readonly router: Router;
  readonly logger: ReturnType<typeof memoryLogger>;
  readonly connect: (socket?: ByteSocket) => BytePeer;
}

/** A server of that codec. */
export function byteBench(options: RouterOptions = {}, runtime: Runtime<Connection> = {}): ByteBench {
  const logger = memoryLogger();
  const router = createRouter({ codec: turned, logger, ...options });
  const made = bench(router, runtime);
  const connect = (socket = new ByteSocket()): BytePeer => made.connect({}, socket) as BytePeer;
  return { router, logger, ...made, connect };
}

/** A peer sends a frame, or text as it is. */
export function tell({ hub }: Pick<Bench, "hub">, { conn }: Peer, frame: object | string): void {
  hub.receive(conn, typeof frame === "string" ? frame : packetOf(frame));
}

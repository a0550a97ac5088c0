import { GOAWAY_FRAME, PING_FRAME, PONG_FRAME, RESUME_PROTOCOL_PREFIX } from "@ws-kit/core/protocol";
import type { Packet } from "@ws-kit/core/protocol";
import type { ClientOptions, SocketLike } from "../api/options.ts";
import { attempt } from "../steps/attempt.ts";
import { ACK_FRAMES, ACK_MS, FIRST_FRAME_MS, FRAME_UNITS, MAX_UNNAMED } from "../steps/figures.ts";
import { createTimer } from "../steps/timer.ts";
import { ABNORMAL, TIMEOUT } from "./close-codes.ts";
import type { Hear, SocketEvent, Target } from "./dialing.ts";
import { open } from "./socket.ts";
import { addressOf } from "./token.ts";

/** What is kept of a connection, so that the next socket can go on with it. */
export interface Memory {
  /** By what the server knows it; undefined where it cannot be resumed. */
  _id?: string | undefined;
  /** For how long the server keeps it. */
  _windowMs?: number;
  /** Number of the last frame that came. */
  _received: number;
  /** Frames that were sent. */
  _sent: number;
  /** Those of them that the server has not confirmed; undefined where it keeps no connections. */
  _kept: Packet[] | undefined;
  /** The present socket, which alone counts. */
  _socket?: SocketLike | undefined;
  /** That is open, and its first frame says whether it goes on. */
  _asks?: boolean;
  /** The last one's never came. */
  _silent?: boolean;
}

export const forget = (memory: Memory): Memory =>
  Object.assign(memory, { _id: undefined, _received: 0, _sent: 0, _kept: [] });

/** Counts what is sent, or would be if there were a socket, and keeps it. */
export function keep(memory: Memory, packet: Packet): void {
  // What means something on its own socket alone.
  if (packet === PING_FRAME || packet === PONG_FRAME || packet === GOAWAY_FRAME) return;
  memory._sent++;
  // A server that has not named the connection after so many does not.
  if (memory._kept && memory._kept.push(packet) > MAX_UNNAMED && !memory._id) memory._kept = undefined;
}

/** The number of a frame; or its kind, an id and a figure, of one about the connection itself. */
const HEAD = /^\{"(?:n":(\d+)|type":"\$ws:([sra])(?:ession|esumed|ck)","payload":\{(?:"id":"(\w+)",)?"\w+":(\d+))/;

/** Opens a socket that goes on with the connection before, where the server still has that. An open tells which. */
export function openAgain(memory: Memory, options: ClientOptions, target: Target, tell: Hear): SocketLike {
  const { codec } = options;
  const arm = createTimer();
  let isFirst = true;
  /** Frames that the server has not been told of, and large ones count for more. */
  let owed = 0;

  const ack = (): void => {
    owed = 0;
    if (socket.readyState === 1)
      void attempt(() => socket.send(`{"type":"$ws:ack","payload":{"received":${memory._received}}}`), lose);
  };

  const start = (resumed?: boolean): void => {
    memory._asks = memory._silent = false;
    arm();
    if (!resumed) forget(memory);
    tell("open", { resumed } as SocketEvent);
  };

  /** No frame came: the line may have gone dead, but a server that keeps no connections any more is as silent. */
  const late = (): void => {
    // Another one has taken its place.
    if (memory._socket !== socket) return;
    memory._silent = !memory._silent;
    if (memory._silent) lose();
    else start();
  };

  /** Something is missing: the next socket goes on from what is not. */
  const lose = (): void => {
    memory._socket = undefined;
    socket.close(TIMEOUT);
    tell("close", { code: ABNORMAL, reason: "out of step" });
  };

  /** @returns whether it is for the application's part of the client. */
  const take = (data: string | ArrayBuffer): unknown => {
    const { 1: number, 2: kind, 3: id, 4: figure } = HEAD.exec(data as string) ?? [];
    if (isFirst) {
      if (memory._asks && kind !== "r") start();
      if (!kind) memory._kept = undefined;
    }
    isFirst = false;
    if (kind === "s") memory._windowMs = Number(figure);
    else if (kind) memory._kept?.splice(0, memory._kept.length + Number(figure) - memory._sent);
    if (kind === "r") {
      // Its window may have passed here meanwhile, and what was kept with it.
      if (!memory._asks || !memory._id) return lose();
      for (const packet of memory._kept ?? []) socket.send(packet as string);
      start(true);
    }
    // Which also says that this client comes back.
    if (id && (memory._id = memory._kept && id)) ack();
    const n = codec
      ? attempt(
          () => (codec.decode(typeof data === "string" ? data : new Uint8Array(data)) as { n?: number } | undefined)?.n,
          () => 0,
        )
      : Number(number);
    if (kind || !n) return !kind;
    const ahead = (n as number) - memory._received;
    if (ahead < 1) return false;
    if (ahead > 1) return lose();
    memory._received++;
    if (!owed) arm(ACK_MS, () => owed && ack());
    owed += 1 + (typeof data === "string" ? data.length : data.byteLength) / FRAME_UNITS;
    if (owed > ACK_FRAMES) ack();
    return true;
  };

  memory._asks = !!memory._id;
  const claim = memory._id && `${RESUME_PROTOCOL_PREFIX}${memory._id}.${memory._received}`;
  const socket = open(options, addressOf(options, target, claim), (type, event) => {
    if (memory._socket !== socket) return;
    if (type === "open") return memory._asks ? arm(FIRST_FRAME_MS, late) : start();
    if (type === "close") {
      arm();
      // Who says goodbye is not waited for. Deno has 0 where there was none.
      if (event.code && event.code !== ABNORMAL && event.code !== TIMEOUT) forget(memory);
    }
    if (type !== "message" || take(event.data as string)) tell(type, event);
  });
  return (memory._socket = socket);
}

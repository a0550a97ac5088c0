import { Hub, type Socket } from "@ws-kit/core/adapter";
import type { Engine } from "@ws-kit/core/extend";
import { type Codec, createRouter, message, type Router, topic, z } from "@ws-kit/zod";
import { until, wait } from "./world.ts";

export const Said = message("SAID", { text: z.string() });
const Join = message("JOIN", { id: z.string() });
export const Room = topic("room:{id}", [Said], { history: { size: 500 } });

interface Frame {
  readonly type: string;
  readonly at?: readonly [topic: string, offset: number, prev?: number];
  readonly payload: {
    readonly topic?: string;
    readonly text?: string;
    readonly status?: string;
    readonly reason?: string;
    readonly epoch?: string;
    readonly offset?: number;
    readonly grant?: string;
  };
}

/** JSON in bytes, as a codec of an application's own might be. */
export const BYTES: Codec = {
  name: "json-in-bytes",
  encode: (frame) => new TextEncoder().encode(JSON.stringify(frame)),
  decode: (packet: Uint8Array) => JSON.parse(new TextDecoder().decode(packet)) as unknown,
};

const TEXT = {
  encode: (frame: object) => JSON.stringify(frame),
  decode: (packet: string) => JSON.parse(packet) as unknown,
};

/** A node with recorded topics. */
export class RecordedNode {
  readonly router: Router;
  readonly lines: string[] = [];
  private readonly hub: Hub;
  private readonly codec: Codec | undefined;

  /** @param codec Default JSON. @param user Who all are. Default: nobody is told apart. */
  constructor(engine: Engine, codec?: Codec, user?: string) {
    this.codec = codec;
    const keep = (...line: unknown[]): void => void this.lines.push(line.map(String).join(" "));
    const identify = user === undefined ? undefined : (): string => user;
    const logger = { debug() {}, warn: keep, error: keep };
    this.router = createRouter({ engine, codec, topics: [Room], identify, logger });
    this.router.on(Join, async (ctx) => {
      await ctx.topics.subscribe(Room({ id: ctx.payload.id }));
    });
    this.hub = new Hub(this.router);
  }

  say(id: string, text: string, options: { ack?: boolean; id?: string } = {}): ReturnType<Router["publish"]> {
    return this.router.publish(Room({ id }), Said, { text }, options);
  }

  /** Takes a room from all who follow it here, and gives the engine a moment to hear of it. */
  async revoke(id: string): Promise<void> {
    this.router.revoke(Room({ id }), () => true);
    await wait(250);
  }

  up(): Promise<void> {
    return until(() => this.router.cluster?.state === "up");
  }

  /** Connects somebody who follows a room, and says first where he stood. */
  async join(peer: RecordedPeer): Promise<void> {
    const { decode, encode } = (this.codec ?? TEXT) as typeof TEXT;
    const socket: Socket = {
      send: (frame) => (peer.hear(decode(frame as string) as Frame), 1),
      close() {},
      terminate() {},
      getBufferedAmount: () => 0,
    };
    const conn = this.hub.adopt(socket, {}, crypto.randomUUID());
    this.hub.opened(conn);
    peer.arrived(() => this.hub.close(conn, 1006, ""));
    const send = (frame: object): void => this.hub.receive(conn, encode(frame));
    if (peer.place !== undefined) send({ type: "$ws:positions", payload: { topics: { [peer.topic]: peer.place } } });
    send({ type: "JOIN", payload: { id: peer.room } });
    await until(() => peer.statuses.length === peer.connections && (peer.place?.length ?? 0) === 3);
  }

  close(): Promise<void> {
    return this.hub.dispose();
  }
}

/** One who follows a room, on one node after another, and keeps to the protocol. */
export class RecordedPeer {
  readonly topic: string;
  readonly room: string;
  readonly heard: string[] = [];
  /** What became of each subscription, and of the topic while it was followed. */
  readonly statuses: string[] = [];
  /** Messages that came twice, or behind a hole. */
  readonly wrong: string[] = [];
  place: [epoch: string, offset: number, grant?: string] | undefined = undefined;
  connections = 0;
  private hangUp: (() => void) | undefined = undefined;

  constructor(room: string) {
    this.room = room;
    this.topic = Room({ id: room });
  }

  arrived(hangUp: () => void): void {
    this.connections++;
    this.hangUp = hangUp;
  }

  /** Its connection is lost. */
  lose(): void {
    this.hangUp?.();
    this.hangUp = undefined;
  }

  hear({ type, at, payload }: Frame): void {
    if (at !== undefined) {
      const [, offset, prev = offset - 1] = at;
      const stood = this.place?.[1] ?? 0;
      if (offset <= stood || prev > stood) this.wrong.push(`${offset} (after ${prev}) behind ${stood}`);
      if (this.place !== undefined) this.place[1] = offset;
      this.heard.push(payload.text ?? "");
    } else if (type === "$ws:subscribed") {
      const { epoch = "", offset = 0, status, reason } = payload;
      this.statuses.push(reason === undefined ? String(status) : `${status} ${reason}`);
      this.place = [epoch, offset];
    } else if (type === "$ws:grant" && this.place !== undefined && payload.epoch === this.place[0]) {
      this.place[2] = payload.grant ?? "";
    }
  }
}

import type { ExtensionListener } from "../api/extensions.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import type { AnyMessage, SendOptions } from "../message/message.ts";
import type { Packet } from "../protocol/codec.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { Meta } from "../protocol/envelope.ts";
import { encodeWhole } from "../sending/encode.ts";
import { close } from "../sending/frames.ts";
import { report } from "../sending/report.ts";
import { post, sendMessage } from "../sending/send.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Registry } from "../state/registry.ts";
import { deliverLocally } from "../topics/deliver.ts";
import { publishFrom } from "../topics/publish.ts";

const NOBODY: ReadonlySet<Connection> = new Set();

/**
 * A listener as one extension sees it. Closures, so that its functions can be taken out of it.
 * @param control The extension's own type of control frame.
 * @param leaveOut Has some of its hooks told no longer.
 */
export function listenerFor(
  hub: Listener,
  control: string | undefined,
  leaveOut: ExtensionListener["leaveOut"],
  countEnds: ExtensionListener["countEnds"],
): ExtensionListener {
  const encode = (payload: unknown, meta: Meta | undefined, conn?: Connection): Packet | undefined => {
    try {
      if (control === undefined)
        throw new TypeError("An extension that sends control frames names their type: `control`");
      return encodeWhole(hub, { type: control, ...(meta !== undefined && { meta }), payload });
    } catch (error) {
      report(hub, error, undefined, conn);
      return undefined;
    }
  };
  const listener: Untyped = {
    logger: hub.logger,
    clock: hub.clock,
    codec: hub.codec,
    limits: hub.limits,
    connections: hub.connections,
    leaveOut,
    countEnds,
    keepAddresses: () => void (hub.addresses ??= new WeakMap()),
    get draining() {
      return hub.draining;
    },
    topics: () => hub.followers.names(),
    followers: (topic) => hub.followers.of(topic) ?? NOBODY,
    buffered: (conn) => conn.socket.getBufferedAmount(),
    send: sendMessage,
    publish: (topic, message, payload, options) => publishFrom(hub, undefined, topic, message, payload, options),
    close: (conn, code = CLOSE.NORMAL, reason = "") => close(conn, code, reason),
    sendControl(conn, payload, meta) {
      const frame = encode(payload, meta, conn);
      return frame !== undefined && post(conn, frame, control ?? "", undefined);
    },
    publishControl(topic, payload, meta) {
      const frame = encode(payload, meta);
      if (frame === undefined) return 0;
      const matched = deliverLocally(hub, topic, frame, undefined);
      hub.hooks?.published(undefined, topic, control ?? "", frame, matched, undefined, undefined);
      return matched;
    },
  };
  return listener as unknown as ExtensionListener;
}

/** `ExtensionListener` as it is inside: with connections, and messages of whatever type. */
interface Untyped extends Pick<
  ExtensionListener,
  "logger" | "clock" | "codec" | "limits" | "draining" | "keepAddresses" | "leaveOut" | "countEnds" | "topics"
> {
  readonly connections: Registry<Connection>;
  followers(topic: string): ReadonlySet<Connection>;
  buffered(conn: Connection): number;
  send(conn: Connection, message: AnyMessage, payload: unknown, options: SendOptions | undefined): boolean;
  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult>;
  close(conn: Connection, code?: number, reason?: string): void;
  sendControl(conn: Connection, payload?: unknown, meta?: Meta): boolean;
  publishControl(topic: string, payload?: unknown, meta?: Meta): number;
}

import type { ExtensionConnection, ExtensionListener } from "../api/extensions.ts";
import type { Limits } from "../api/limits.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { AnyMessage, SendOptions } from "../message/message.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { Meta } from "../protocol/envelope.ts";
import { close } from "../sending/frames.ts";
import { report } from "../sending/report.ts";
import { post, sendMessage } from "../sending/send.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { Registry } from "../state/registry.ts";
import { deliverLocally, publishFrom } from "../topics/publish.ts";

const NOBODY: ReadonlySet<Connection> = new Set();

/** A listener as one extension sees it. */
class Facade {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits: Readonly<Limits>;
  readonly connections: Registry<Connection>;
  private readonly hub: Listener;
  private readonly type: string | undefined;

  constructor(hub: Listener, control: string | undefined) {
    this.logger = hub.logger;
    this.clock = hub.clock;
    this.limits = hub.limits;
    this.connections = hub.connections;
    this.hub = hub;
    this.type = control;
  }

  get draining(): boolean {
    return this.hub.draining;
  }

  topics(): Iterable<string> {
    return this.hub.followers.names();
  }

  followers(topic: string): ReadonlySet<ExtensionConnection> {
    return this.hub.followers.of(topic) ?? NOBODY;
  }

  buffered(conn: Connection): number {
    return conn.socket.getBufferedAmount();
  }

  send(conn: Connection, message: AnyMessage, payload?: unknown, options?: SendOptions): boolean {
    return sendMessage(conn, message, payload, options);
  }

  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult> {
    return publishFrom(this.hub, undefined, topic, message, payload, options);
  }

  close(conn: Connection, code: number = CLOSE.NORMAL, reason = ""): void {
    close(conn, code, reason);
  }

  sendControl(conn: Connection, payload?: unknown, meta?: Meta): boolean {
    const frame = this.encode(payload, meta, conn);
    return frame !== undefined && post(conn, frame, this.type ?? "", undefined);
  }

  publishControl(topic: string, payload?: unknown, meta?: Meta): number {
    const frame = this.encode(payload, meta, undefined);
    if (frame === undefined) return 0;
    // Only a filter may have to be waited for.
    const matched = deliverLocally(this.hub, topic, frame, undefined, {}) as number;
    this.hub.hooks?.published(undefined, topic, this.type ?? "", frame.length, matched);
    return matched;
  }

  private encode(payload: unknown, meta: Meta | undefined, conn: Connection | undefined): string | undefined {
    const { hub, type } = this;
    try {
      if (type === undefined) throw new TypeError("An extension that sends control frames names their type: `control`");
      return hub.codec.encode({ type, ...(meta !== undefined && { meta }), payload });
    } catch (error) {
      report(hub, error, undefined, conn);
      return undefined;
    }
  }
}

/** @param control The extension's own type of control frame. */
export function listenerFor(hub: Listener, control: string | undefined): ExtensionListener {
  return new Facade(hub, control) as unknown as ExtensionListener;
}

import type { ResolvedHeartbeat } from "../api/heartbeat.ts";
import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import type { DrainOptions } from "../lifecycle/drain.ts";
import { expel as expelConnection } from "../lifecycle/heartbeat.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Socket } from "../ports/socket.ts";
import type { Tuning } from "../ports/tuning.ts";
import { RouterConnections } from "../router/connections.ts";
import { RouterUsers } from "../router/users.ts";
import { RouterPresence } from "../router/presence.ts";
import { coreOf, type Router } from "../router/router.ts";
import { prepare as prepareData, type WebSocketCallbacks, websocketCallbacks } from "../router/websocket.ts";
import type { Connection as KnownConnection } from "../state/connection.ts";
import type { KeptPresence } from "../state/presence.ts";
import type { Entrance } from "./entrance.ts";
import { ListenerHub } from "./hub.ts";

/** What a runtime tells the hub of one connection. All are synchronous and none of them throws. */
export interface HubEvents {
  /** Runs `onOpen` for a connection that was taken in: apart from `adopt` where a socket may close meanwhile. */
  opened(conn: Connection): void;
  /** A frame arrived. */
  receive(conn: Connection, data: string | ArrayBufferLike | ArrayBufferView): void;
  /**
   * Somebody closes the runtime's own socket (`ctx.ws.close()`): what was sent before has to leave first. True where the hub
   * takes it in hand, and calls `close` of the socket anew; false where it is the hub that calls.
   */
  hangUp(conn: Connection, code?: number, reason?: string): boolean;
  /** The socket's buffer has room again. */
  drained(conn: Connection): void;
  /** A ping or pong frame arrived (RFC 6455 §5.5). */
  seen(conn: Connection): void;
  /** The socket closed: once, whichever side began. */
  close(conn: Connection, code: number, reason: string): void;
}

/** One socket that a hub has taken in, as its adapter sees it. */
export interface Connection {
  readonly hub: HubEvents;
  readonly clientId: string;
  /** `ctx.data`. */
  readonly data: Record<string, unknown>;
  readonly socket: Socket;
  /** The topics it follows, in the order in which it joined them. */
  readonly following: readonly string[] | undefined;
  /** How this side chose to close, where the runtime would report something else. */
  readonly ending: { readonly code: number; readonly reason: string } | undefined;
  /** `onOpen` is through with it. */
  readonly opened: boolean;
  readonly closed: boolean;
  /** A handler of it runs, something waits for one, or a frame has yet to be sent. */
  readonly busy: boolean;
}

/** What one listener (one server, one Durable Object) keeps alive: connections, topics, timers. */
export interface Hub extends HubEvents, Entrance {
  /** Settings that its sockets have. */
  readonly tuning: Tuning;
  /** The router's, in milliseconds; undefined where it asks for none. */
  readonly heartbeat: ResolvedHeartbeat | undefined;
  /** A handler of any connection runs, an `onClose` included. */
  readonly busy: boolean;
  readonly connections: Iterable<Connection> & { readonly size: number };

  /**
   * Takes in a socket without running `onOpen`. Everything later is told about the connection this returns.
   * @param ws The runtime's own socket, for `ctx.ws`, where `socket` wraps it.
   */
  adopt(socket: Socket, data: Record<string, unknown>, clientId: string, ws?: unknown): Connection;
  /**
   * Takes in a connection that was open before this hub woke up, with what was kept of it.
   * @param topics Those it followed; they were allowed once, and are not asked about again.
   */
  restore(
    socket: Socket,
    data: Record<string, unknown>,
    clientId: string,
    topics: Iterable<string>,
    ws?: unknown,
  ): Connection;
  /** As `router.publish`; of a listener that is `apart`, to its own connections and other nodes. */
  publish(topic: string, message: AnyMessage, payload?: unknown, options?: AnyPublishOptions): Promise<PublishResult>;
  /** As `router.drain`, of this listener alone. */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Looks at connections that may not stay for ever, where there are no timers to do so (`runtime.expires`).
   * @returns when to look the next time, in milliseconds since the epoch; Infinity for never.
   */
  expire(): number;
  /** Lets go of timers and, the last one, of the engine; the connections are the adapter's to close. */
  dispose(): Promise<void>;
}

/**
 * Makes the hub of one listener; the router and those merged into it reach its connections from then on.
 *
 * @example
 * const hub = new Hub(router, { publish: (topic, frame) => server.publish(topic, frame) });
 */
export const Hub: new <Data>(router: Router<Data>, runtime?: Runtime<Connection>) => Hub = ListenerHub;

/** The live connections of one hub, as `router.connections` shows those of all. */
export function connectionsOf<Data>(hub: Hub): RouterConnections<Data> {
  const hubs = new Set([hub as ListenerHub]);
  return new RouterConnections<Data>({ servedBy: () => hubs });
}

/** The users of one hub's connections, as `router.users` has those of all. */
export function usersOf(hub: Hub): RouterUsers {
  const hubs = new Set([hub as ListenerHub]);
  return new RouterUsers(() => ({ servedBy: () => hubs, unreachable: () => undefined }));
}

/** Who is there among the connections of one hub, as `router.presence` shows it of all. */
export function presenceOf(hub: Hub): RouterPresence {
  return new RouterPresence(() => [hub as ListenerHub]);
}

/** What is to be kept of a connection's presence while its hub sleeps; undefined for nothing. */
export function keptPresence(conn: Connection): readonly KeptPresence[] | undefined {
  const known = conn as unknown as KnownConnection;
  return known.hub.presence?.kept(known);
}

/** Gives a connection that was restored its presence again. */
export function restorePresence(conn: Connection, kept: readonly KeptPresence[]): void {
  const known = conn as unknown as KnownConnection;
  known.hub.presence?.restore(known, kept);
}

/** What a runtime drives for a listener with these settings: `router.websocket` itself, where they are the router's. */
export function websocketFor<Data>(router: Router<Data>, tuning: Tuning): WebSocketCallbacks {
  const core = coreOf(router);
  return tuning === core.tuning ? router.websocket : websocketCallbacks(core, tuning);
}

/** Makes a connection's data ready for a socket that is about to open, where the runtime drives `router.websocket`. */
export function prepare(hub: Hub, data: Record<string, unknown>, clientId: string): Record<string, unknown> {
  return prepareData(hub as ListenerHub, data, clientId);
}

/** Ends a connection whose peer is presumed dead, after `onStaleConnection`: no handshake, but `onClose` says 4408. */
export function expel(conn: Connection): void {
  expelConnection(conn as Parameters<typeof expelConnection>[0]);
}

import {
  POSITIONS_TYPE,
  SUBSCRIBE_TYPE,
  SUBSCRIBED_TYPE,
  UNSUBSCRIBE_TYPE,
  UNSUBSCRIBED_TYPE,
} from "@ws-kit/core/protocol";
import type { AnyMessage, AnyRpc, Codec, GapReason, Position, SavedPosition } from "@ws-kit/core/protocol";
import type { Off } from "../api/client.ts";
import { ServerError, StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { RecordedOptions, Subscribed, Subscription } from "../api/topics.ts";
import type { Link } from "../link/link.ts";
import { attempt } from "../steps/attempt.ts";
import type { CheckedMessage } from "../steps/check.ts";
import { AGAIN_MS, RESUBSCRIBE_MS } from "../steps/figures.ts";
import { type Listeners, STATE } from "../steps/listeners.ts";
import { createTimer } from "../steps/timer.ts";
import { createPositions, type TopicFrame } from "./positions.ts";

export type { TopicFrame };

/** A topic that the application has asked for. */
interface Wanted {
  _ready: Promise<Subscribed>;
  _settle: (subscribed: Subscribed) => void;
  _refuse: (error: unknown) => void;
  /** The application's subscriptions, by what each of them listens to. */
  _users: Map<readonly Off[], RecordedOptions["onGap"] | undefined>;
  /** By what the connection has been asked for it. */
  _asked: Ask | undefined;
}

/** `request`, past what waits in the queue, on one connection. */
type Ask = (rpc: AnyRpc, payload: unknown) => Promise<CheckedMessage>;

const passes = (value: unknown): object => ({ value });

/** Frames of the protocol, as messages: their payload passes as it is. */
const control = (type: string, response?: AnyMessage): AnyRpc => {
  return { type, response, "~validators": { payload: { inbound: passes, outbound: passes } } } as unknown as AnyRpc;
};

const SUBSCRIBE = /* @__PURE__ */ control(SUBSCRIBE_TYPE, /* @__PURE__ */ control(SUBSCRIBED_TYPE));

export interface Topics {
  /** Takes note of a frame. @returns false for a repeat, which nobody gets; or what to do before it is handled. */
  readonly _see: (frame: TopicFrame) => false | (() => unknown) | undefined;
  /** What a handler is told beside the message. */
  readonly _placed: (at: TopicFrame["at"]) => { topic: string; position: Position } | undefined;
  /** As `client.subscribe`. */
  readonly _subscribe: (topic: string, options?: Partial<RecordedOptions>) => Subscription<AnyMessage>;
  /** What of them the application gets. */
  readonly _surface: { readonly subscribe: Topics["_subscribe"] };
}

/** What they need of the client. */
interface Following {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  /** As `client.on`. */
  readonly _on: (message: AnyMessage, handler: (received: never) => unknown) => Off;
  /** Whether it is this client that says where all stand, of those who share its socket. */
  readonly _leads: () => boolean;
}

/** The recorded topics that this client's connections follow, and those that the application has asked for by itself. */
export function createTopics(host: Following): Topics {
  const { _options, _codec: codec, _link: link, _listeners: listeners, _on: on } = host;
  const { share } = _options;
  const positions = createPositions();
  const wanted = new Map<string, Wanted>();
  const arm = createTimer();
  /** On the present connection, or the last one. */
  let request: Ask;
  /** Where it said that this client stands, of what it has not been told to follow yet. */
  let claims: Record<string, SavedPosition> = {};

  /** Tells of a gap: who asked for the topic, or else `onError`. */
  const gap = (topic: string, reason: GapReason): void => {
    const handlers = [...(wanted.get(topic)?._users.values() ?? [])].filter((onGap) => onGap !== undefined);
    if (!handlers[0])
      listeners._report("gap", new StateError(`Messages of ${topic} were missed (${reason})`), { message: topic });
    for (const handler of handlers) void attempt(handler, listeners._failed, { topic, reason });
  };

  const ask = (topic: string, want: Wanted): void => {
    const asked = (want._asked = request);
    void asked(SUBSCRIBE, { topic, since: positions._of(topic) }).then(
      ({ payload }) => want._settle(payload as Subscribed),
      (error: unknown) => {
        if (wanted.get(topic) !== want || want._asked !== asked) return;
        // Where no server has answered, nothing is decided.
        const { code = "UNAVAILABLE", retryAfterMs = AGAIN_MS } = error as Partial<ServerError>;
        if (code !== "UNAVAILABLE") return end(topic, error);
        want._asked = undefined;
        // Otherwise the next connection asks.
        if (link._state === "open") setTimeout(follow, retryAfterMs * (1 + Math.random()));
      },
    );
  };

  /** Asks for what is wanted and has not been asked for. */
  const follow = (): void => {
    if (link._state === "open") for (const [topic, want] of wanted) if (!want._asked) ask(topic, want);
  };

  const forget = (topic: string, error: unknown): void => {
    wanted.get(topic)?._refuse(error);
    wanted.delete(topic);
    positions._forget(topic);
  };

  const end = (topic: string, error: unknown): void => {
    forget(topic, error);
    listeners._report("server", error, { message: topic });
  };

  const begin = (topic: string): Wanted => {
    const want = { _users: new Map() } as Wanted;
    want._ready = new Promise((settle, refuse) => {
      want._settle = settle;
      want._refuse = refuse;
    });
    // Whoever does not wait for it learns of a refusal through onError.
    want._ready.catch(() => {});
    wanted.set(topic, want);
    // An opening asks at its end for all that are wanted; on a connection that is open already this one is asked for.
    link._opens();
    if (link._state === "open") ask(topic, want);
    return want;
  };

  link._begins = ({ request: asks }: { readonly request: Ask }) => {
    request = asks;
    // A connection that goes on has said where this client stands.
    if (!link._resumed) {
      claims = positions._renewed();
      if (Object.keys(claims)[0] && host._leads())
        link._transmit(codec.encode({ type: POSITIONS_TYPE, payload: { topics: claims } }));
      for (const [topic, want] of wanted) {
        want._asked = undefined;
        // Nobody waits for the server to follow it again by itself.
        delete claims[topic];
      }
    }
    if (Object.keys(claims)[0])
      arm(RESUBSCRIBE_MS, () => {
        for (const topic in claims) {
          positions._forget(topic);
          gap(topic, "not-resubscribed");
        }
      });
    return follow;
  };
  listeners._add(STATE, (state) => state === "open" || arm());

  const subscribe: Topics["_subscribe"] = (topic, { onGap, since } = {}) => {
    const offs: Off[] = [];
    const known = positions._of(topic);
    if (since) {
      if (!known) positions._begin(topic, since);
      // What this client has heard before, this one has not.
      else if (since[0] !== known[0] || since[1] < known[1])
        queueMicrotask(() => attempt(() => onGap?.({ topic, reason: "hole" }), listeners._failed));
    }
    const want = wanted.get(topic) ?? begin(topic);
    want._users.set(offs, onGap);
    return {
      topic,
      ready: want._ready,
      on(message: AnyMessage, handler: (received: never) => unknown) {
        const off = on(
          message,
          (received: { topic?: string }) => received.topic !== topic || handler(received as never),
        );
        offs.push(off);
        return off;
      },
      unsubscribe() {
        for (const off of offs) off();
        if (!want._users.delete(offs) || want._users.size || wanted.get(topic) !== want) return;
        forget(topic, new StateError("Let go"));
        // Others on the same socket may follow it still.
        if (!share) link._pass(codec.encode({ type: UNSUBSCRIBE_TYPE, payload: { topic } }));
      },
    };
  };

  return {
    _see(frame) {
      const seen = positions._see(frame);
      const { topic, code } = Object(frame.payload) as { topic: string; code?: string };
      if (frame.type === UNSUBSCRIBED_TYPE && code) {
        return (): void => end(topic, new ServerError({ code, message: "Not allowed", retryable: false }));
      }
      return seen && ((): void => gap(...seen));
    },
    _placed: (at) => at && { topic: at[0], position: { epoch: String(positions._of(at[0])?.[0]), offset: at[1] } },
    _subscribe: subscribe,
    _surface: { subscribe },
  };
}

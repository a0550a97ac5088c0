import { PRESENCE_TYPE, SUBSCRIBED_TYPE } from "@ws-kit/core/protocol";
import type { AnyMessage, Codec, Envelope } from "@ws-kit/core/protocol";
import { StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { PresenceDiff, WithPresence } from "../api/presence.ts";
import type { RecordedOptions, Subscription } from "../api/topics.ts";
import type { Link } from "../link/link.ts";
import { attempt } from "../steps/attempt.ts";
import { type Listeners, STATE } from "../steps/listeners.ts";
import type { TopicFrame } from "../topics/positions.ts";

type States = readonly unknown[];
type Handler = (diff: PresenceDiff<unknown>) => unknown;

/** What a server says of a topic. */
interface News {
  readonly topic: string;
  readonly version: number;
  readonly state?: Readonly<Record<string, States>>;
  readonly join?: Readonly<Record<string, States>>;
  readonly update?: Readonly<Record<string, States>>;
  readonly leave?: readonly string[];
  readonly count: number;
}

class Members extends Map<string, States> {
  count = 0;
}

/** What is known of one topic, however many subscriptions to it there are. */
interface Room {
  readonly _members: Members;
  readonly _handlers: Set<Handler>;
  _users: number;
  /** Somebody looks. */
  _isLooked: boolean;
  /** The present connection follows the topic. */
  _isFollowed: boolean;
  /** What this client says of itself; undefined where it is not there. */
  _state: object | undefined;
  /** Of what was told last; undefined while it is not known what came before. */
  _version: number | undefined;
}

/** What it needs of the client. */
interface Watching {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  readonly _control: (frame: Envelope) => void;
  readonly _see: (frame: TopicFrame) => false | (() => unknown) | undefined;
  readonly _subscribe?: (topic: string, options?: Partial<RecordedOptions>) => Subscription<AnyMessage>;
}

/** Who is there in topics that this client has subscribed to, and what it says there of itself. */
export function createPresence(host: Watching) {
  const { _codec: codec, _control: control, _link: link, _listeners: listeners, _see: see } = host;
  const subscribe = host._subscribe as NonNullable<Watching["_subscribe"]>;
  const rooms = new Map<string, Room>();

  const post = (topic: string, said: object): void => {
    link._pass(codec.encode({ type: PRESENCE_TYPE, payload: { topic, ...said } }));
  };

  /** All that a connection that has begun to follow the topic has to know. */
  const begin = (topic: string, { _isLooked: watch, _state: state }: Room): void => {
    if (watch || state) post(topic, { watch: watch || undefined, state });
  };

  const look = (topic: string, room: Room): void => {
    if (room._isLooked) return;
    room._isLooked = true;
    if (room._isFollowed) post(topic, { watch: true });
  };

  const take = (news: News): void => {
    const { topic, version, state, join, update, leave, count } = news;
    const room = rooms.get(topic);
    if (!room) return;
    const { _members: members } = room;
    const isDiff = join ?? update ?? leave;
    if (isDiff && room._version !== version - 1) {
      // Once: what comes until the answer is of no use either.
      if (room._version !== undefined) post(topic, { watch: true });
      room._version = undefined;
      return;
    }
    room._version = version;
    const [joined, updated, left] = [new Map<string, States>(), new Map<string, States>(), new Map<string, States>()];
    const given = new Map(Object.entries({ ...state, ...join, ...update }));
    for (const [key, states] of given) {
      const before = members.get(key);
      if (!before) joined.set(key, states);
      else if (JSON.stringify(before) !== JSON.stringify(states)) updated.set(key, states);
      members.set(key, states);
    }
    // Neither a diff nor everything: nobody is named.
    const gone = leave ?? (isDiff ? [] : [...members.keys()].filter((key) => !given.has(key)));
    for (const key of gone) {
      const states = members.get(key);
      if (states && members.delete(key)) left.set(key, states);
    }
    const isNew = members.count !== count || joined.size + updated.size + left.size > 0;
    members.count = count;
    const diff = { joined, updated, left, count };
    if (isNew) for (const handler of room._handlers) void attempt(() => handler(diff), listeners._failed);
  };

  listeners._add(STATE, (state) => {
    // One that goes on follows what it did, and nothing of it was lost.
    if (state === "open" && !link._resumed) for (const room of rooms.values()) room._isFollowed = false;
  });

  const withPresence = (
    topic: string,
    subscription: Subscription<AnyMessage>,
  ): Subscription<AnyMessage> & WithPresence<object, unknown> => {
    let room = rooms.get(topic);
    if (!room) {
      room = {
        _members: new Members(),
        _handlers: new Set(),
        _users: 0,
        _isLooked: false,
        _isFollowed: false,
        _state: undefined,
        _version: undefined,
      };
      rooms.set(topic, room);
    }
    const mine = room;
    const handlers = new Set<Handler>();
    let isUsed = true;
    mine._users++;
    const say = (state: object | undefined): void => {
      mine._state = state;
      if (mine._isFollowed && isUsed) post(topic, state ? { state } : { leave: true });
    };
    return {
      ...subscription,
      on: subscription.on.bind(subscription),
      get presence() {
        look(topic, mine);
        return mine._members;
      },
      onPresence(handler) {
        look(topic, mine);
        // Each call is another one, and its own to take off.
        const own: Handler = (diff) => handler(diff);
        mine._handlers.add(own);
        handlers.add(own);
        return () => void mine._handlers.delete(own);
      },
      track: say,
      update(part) {
        if (!mine._state) throw new StateError(`Nothing was tracked in ${topic}`);
        say({ ...mine._state, ...part });
      },
      untrack: () => say(undefined),
      unsubscribe() {
        for (const handler of handlers) mine._handlers.delete(handler);
        if (isUsed && --mine._users === 0 && rooms.get(topic) === mine) rooms.delete(topic);
        isUsed = false;
        subscription.unsubscribe();
      },
    };
  };

  return {
    _see(frame: TopicFrame) {
      const seen = see(frame);
      if (frame.type !== SUBSCRIBED_TYPE) return seen;
      const { topic } = Object(frame.payload) as { topic: string };
      const room = rooms.get(topic);
      if (room) {
        room._isFollowed = true;
        begin(topic, room);
      }
      return seen;
    },
    _control(frame: Envelope) {
      if (frame.type === PRESENCE_TYPE) take(frame.payload as News);
      else control(frame);
    },
    _surface: {
      subscribe: (topic: string, options?: Partial<RecordedOptions>) => withPresence(topic, subscribe(topic, options)),
    },
  };
}

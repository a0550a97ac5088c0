import { PRESENCE_TYPE, SUBSCRIBED_TYPE, UNSUBSCRIBED_TYPE } from "@ws-kit/core/protocol";
import type { AnyMessage, Codec, Envelope } from "@ws-kit/core/protocol";
import { StateError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { PresenceDiff, WithPresence } from "../api/presence.ts";
import type { RecordedOptions, Subscription } from "../api/topics.ts";
import type { Link } from "../link/link.ts";
import { attempt } from "../steps/attempt.ts";
import { type Listeners, OPEN } from "../steps/listeners.ts";
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
  /** As told last with names: what those are compared with that come next. */
  readonly _known: Map<string, States>;
  readonly _handlers: Set<Handler>;
  _users: number;
  /** Somebody looks. */
  _isLooked: boolean;
  /** The present connection follows the topic. */
  _isFollowed: boolean;
  /** What each subscription says of this client, in order of saying: the last one speaks. */
  readonly _states: Map<object, object>;
  /** Of what was told last; undefined while it is not known what came before. */
  _version: number | undefined;
}

/** What this client says of itself; undefined where it is not there. */
const stateOf = ({ _states: states }: Room): object | undefined => [...states.values()].at(-1);

/** What it needs of the client. */
interface Watching {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  readonly _see?: (frame: TopicFrame) => false | (() => unknown) | undefined;
  readonly _subscribe?: (topic: string, options?: Partial<RecordedOptions>) => Subscription<AnyMessage>;
}

/** Who is there in topics that this client has subscribed to, and what it says there of itself. */
export function createPresence(host: Watching) {
  const { _codec: codec, _link: link, _listeners: listeners } = host;
  const see = host._see as NonNullable<Watching["_see"]>;
  const subscribe = host._subscribe as NonNullable<Watching["_subscribe"]>;
  const rooms = new Map<string, Room>();

  const post = (topic: string, said: object): void => {
    link._pass(codec.encode({ type: PRESENCE_TYPE, payload: { topic, ...said } }));
  };

  /** All that a connection that has begun to follow the topic has to know. */
  const begin = (topic: string, room: Room): void => {
    const { _isLooked: watch } = room;
    const state = stateOf(room);
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
    const { _members: members, _known: known } = room;
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
      const before = known.get(key);
      if (!before) joined.set(key, states);
      else if (JSON.stringify(before) !== JSON.stringify(states)) updated.set(key, states);
      known.set(key, states);
    }
    const gone = leave ?? (state ? [...known.keys()].filter((key) => !given.has(key)) : []);
    for (const key of gone) {
      const states = known.get(key);
      if (states && known.delete(key)) left.set(key, states);
    }
    members.clear();
    // Neither a diff nor everything: nobody is named, which does not mean that somebody has left.
    if (isDiff ?? state) for (const [key, states] of known) members.set(key, states);
    const isNew = members.count !== count || joined.size + updated.size + left.size > 0;
    members.count = count;
    const diff = { joined, updated, left, count };
    if (isNew) for (const handler of room._handlers) void attempt(handler, listeners._failed, diff);
  };

  listeners._add(PRESENCE_TYPE, take);
  listeners._add(OPEN, () => {
    // One that goes on follows what it did, and nothing of it was lost.
    if (!link._resumed) for (const room of rooms.values()) room._isFollowed = false;
  });

  const withPresence = (
    topic: string,
    subscription: Subscription<AnyMessage>,
  ): Subscription<AnyMessage> & WithPresence<object, unknown> => {
    let room = rooms.get(topic);
    if (!room) {
      room = {
        _members: new Members(),
        _known: new Map(),
        _handlers: new Set(),
        _users: 0,
        _isLooked: false,
        _isFollowed: false,
        _states: new Map(),
        _version: undefined,
      };
      rooms.set(topic, room);
    }
    const mine = room;
    const handlers = new Set<Handler>();
    let isUsed = true;
    mine._users++;
    const say = (state?: object): void => {
      const before = stateOf(mine);
      mine._states.delete(handlers);
      // As it goes out: what is changed later was not said.
      const copy = state && (codec.decode(codec.encode({ type: PRESENCE_TYPE, payload: state })) as Envelope);
      if (copy && isUsed) mine._states.set(handlers, copy.payload as object);
      const now = stateOf(mine);
      if (mine._isFollowed && now !== before) post(topic, now ? { state: now } : { leave: true });
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
        const state = mine._states.get(handlers);
        if (!state) throw new StateError(`Nothing was tracked in ${topic}`);
        say({ ...state, ...part });
      },
      untrack: () => say(),
      unsubscribe() {
        for (const handler of handlers) mine._handlers.delete(handler);
        // The topic may be followed on, by another subscription or by who shares the socket.
        say();
        if (isUsed && --mine._users === 0 && rooms.get(topic) === mine) rooms.delete(topic);
        isUsed = false;
        subscription.unsubscribe();
      },
    };
  };

  return {
    _see(frame: TopicFrame) {
      const seen = see(frame);
      const isFollowed = frame.type === SUBSCRIBED_TYPE;
      if (!isFollowed && frame.type !== UNSUBSCRIBED_TYPE) return seen;
      const { topic } = Object(frame.payload) as { topic: string };
      const room = rooms.get(topic);
      if (room) {
        room._isFollowed = isFollowed;
        if (isFollowed) begin(topic, room);
        else {
          take({ topic, version: 0, state: {}, count: 0 });
          room._version = undefined;
        }
      }
      return seen;
    },
    _surface: {
      subscribe: (topic: string, options?: Partial<RecordedOptions>) => withPresence(topic, subscribe(topic, options)),
    },
  };
}

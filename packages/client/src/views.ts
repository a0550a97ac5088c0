export {
  type Answer,
  ask,
  type Asked,
  type AskedOf,
  type AskArgs,
  type AskedStream,
  type AskedStreamOf,
  type AskOptions,
  type Call,
  type Calls,
  createCalls,
  keyOf,
  unasked,
  type WhyNotShown,
} from "./views/asking.ts";
export { CONNECTING, type Connection, CONNECTION_FIELDS, connectionOf, watchConnection } from "./views/connection.ts";
export { type Latency, UNMEASURED, watchLatency } from "./views/connection.ts";
export { fieldsOf, type Given, read } from "./views/fields.ts";
export { createHooks, type Framework } from "./views/create-hooks.ts";
export type { ArgsIn, Form, GivenArgs, GivenIn, Hooks, PlainForm, Refetched, ShownIn } from "./views/hooks.ts";
export { createPresence, type MembersShown, NOBODY, type Presence } from "./views/presence.ts";
export type { Show } from "./views/show.ts";
export {
  type FollowedLiveTopic,
  type FollowedTopic,
  followTopic,
  type Handler,
  listen,
  type Source,
  UNFOLLOWED,
} from "./views/topics.ts";
export type { NeedsOnGap, NoGaps } from "./api/topics.ts";
export type { Reporting } from "./api/requests.ts";

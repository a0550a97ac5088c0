import type { topic as define } from "@ws-kit/core";
import { topicMaker } from "@ws-kit/core/schema";
import { compile } from "./compile.ts";

/**
 * Defines a family of topics. Parameters are escaped where they are filled in (percent-encoded, RFC 3986), so that none of
 * them can stand for more than itself.
 *
 * @throws TypeError for a pattern in which two parameters cannot be told apart, for what is no message that servers send,
 *   for options that do not fit together, and for a `presence.state` that JSON cannot carry (a date, say).
 *
 * @example
 * const Room = topic("room:{roomId}", [Said], { history: { size: 50 } });
 * ctx.topics.subscribe(Room({ roomId }));
 */
export const topic: typeof define = /* @__PURE__ */ topicMaker((state, what) => {
  if ("_zod" in state) compile(state, what);
});

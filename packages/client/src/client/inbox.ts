import { CONTROL_PREFIX, ERROR_TYPE, GOAWAY_FRAME, GOAWAY_TYPE, isEnvelope, when } from "@ws-kit/core/protocol";
import type { AnyMessage, Envelope, ErrorPayload } from "@ws-kit/core/protocol";
import { ServerError } from "../api/errors.ts";
import type { Receive } from "../link/link.ts";
import { attempt } from "../steps/attempt.ts";
import { checked } from "../steps/check.ts";
import { createLane } from "../steps/lane.ts";
import { UNHANDLED } from "../steps/listeners.ts";
import type { TopicFrame } from "../topics/positions.ts";
import type { Host } from "./host.ts";
import { MAX_HOLD_OFF_MS } from "../steps/figures.ts";

/** A frame's way in: decoded, then to the request that it answers or to those who listen to its type. */
export function createInbox(host: Host): Receive {
  const { _codec: codec, _link: link, _listeners: listeners } = host;
  const lane = createLane();

  /** Hands a frame that answers no request to whoever wants it, once its schema has seen it. */
  const deliver = ({ type, meta = {}, payload, at }: Envelope & TopicFrame, session: number): void | Promise<void> => {
    if (session !== link._session) return;
    if (type.startsWith(CONTROL_PREFIX)) {
      // Parts listen to these: one that such a part cannot read is no frame.
      for (const { _call } of listeners._groups(type).get(undefined) ?? []) _call(payload as never);
      return undefined;
    }
    if (type === ERROR_TYPE) {
      const message = meta["inReplyTo"] as string;
      return listeners._report("server", new ServerError(payload as ErrorPayload), { message });
    }
    // Each schema sees it once, however many listen.
    const groups = listeners._groups(type);
    if (!groups.size) return listeners._emit(UNHANDLED, { type, meta, payload }, session);
    let done: void | Promise<void> = undefined;
    for (const [message, those] of groups) {
      done = when(done, () =>
        attempt(
          () =>
            when(checked(message as AnyMessage, "in", meta, payload), (received) =>
              listeners._emit(type, Object.assign(received, host._placed?.(at)), session, those),
            ),
          (error) => listeners._report("validation", error, { message: type }),
        ),
      );
    }
    return done;
  };

  const unread = (error: unknown): void => listeners._report("parse", error);

  return (packet) =>
    attempt<unknown>(() => {
      const frame = codec.decode(packet);
      if (!isEnvelope(frame)) throw new SyntaxError("Not a frame");
      // A server may send anything.
      const id = frame.meta?.correlationId as string | number | undefined;
      if (frame.type === GOAWAY_TYPE) {
        const { reconnectAfterMs } = Object(frame.payload) as { reconnectAfterMs?: number };
        link._holdOffMs = Math.min(Math.abs(Number(reconnectAfterMs)) || 0, MAX_HOLD_OFF_MS);
        // Nothing more is sent on this connection; the pong says that everything before has arrived.
        link._transmit(GOAWAY_FRAME);
        link._pulse._probe();
      } else {
        const session = link._session;
        const gap = host._see?.(frame);
        // A repeat.
        if (gap === false) return;
        if (gap) void lane(gap);
        void lane(() =>
          attempt<unknown>(() => (id === undefined ? deliver(frame, session) : host._take(String(id), frame)), unread),
        );
      }
    }, unread);
}

import { ERROR_TYPE, when } from "@ws-kit/core/protocol";
import type { AnyMessage, Envelope, ErrorPayload, Meta } from "@ws-kit/core/protocol";
import { checked, type CheckedMessage, type Guard, type Report } from "./check.ts";
import { ServerError } from "./errors.ts";
import { createListeners, type Listeners } from "./listeners.ts";
import type { Off } from "./types.ts";

export type Unhandled = Envelope & { meta: Meta };

/** What the application wants to hear. */
export interface Inbox {
  readonly on: (message: AnyMessage, handler: (message: CheckedMessage) => unknown) => Off;
  readonly onUnhandled: (handler: (frame: Unhandled) => unknown) => Off;
  /** Hands a frame that answers no request to whoever wants it, once its schema has seen it. */
  readonly deliver: (frame: Envelope) => void | Promise<void>;
}

/** @param stopped Whether the client has been closed, after which no handler fires. */
export function createInbox(report: Report, guard: Guard, stopped: () => boolean): Inbox {
  const handlers = new Map<AnyMessage, Listeners<[CheckedMessage]>>();
  const unhandled = createListeners<[Unhandled]>(guard, stopped);

  return {
    on(message, handler) {
      const listeners = handlers.get(message) ?? createListeners(guard, stopped);
      handlers.set(message, listeners);
      return listeners.add(handler);
    },
    onUnhandled: unhandled.add,
    deliver({ type, meta = {}, payload }) {
      if (type === ERROR_TYPE) {
        const error = { ...(payload as ErrorPayload) };
        return report("server", new ServerError(error, error.details), meta["inReplyTo"] as string);
      }
      const wanted = [...handlers].filter(([message, listeners]) => message.type === type && listeners.size());
      if (!wanted[0]) return unhandled.emit({ type, meta, payload });
      return wanted.reduce<void | Promise<void>>(
        (before, [message, { emit }]) =>
          when(before, () => checked(message, "in", meta, payload, emit, (error) => report("validation", error, type))),
        undefined,
      );
    },
  };
}

import { ERROR_TYPE } from "@ws-kit/core/protocol";
import type { AnyMessage, Envelope, ErrorPayload, Meta } from "@ws-kit/core/protocol";
import { attempt, chain, checkMessage, type CheckedMessage } from "./check.ts";
import { ServerError } from "./errors.ts";
import { createListeners, type Listeners } from "./listeners.ts";
import type { ErrorContext, Off } from "./types.ts";

export type Unhandled = Envelope & { meta: Meta };

/** What the application wants to hear, by type. */
export interface Inbox {
  readonly on: (message: AnyMessage, handler: (message: CheckedMessage) => unknown) => Off;
  readonly onUnhandled: (handler: (frame: Unhandled) => unknown) => Off;
  /** Hands a frame that answers no request to whoever wants it, after its schema has seen it. */
  readonly deliver: (frame: Envelope) => void | Promise<void>;
}

/** @param stopped Whether the client has been closed, after which no handler fires. */
export function createInbox(report: (error: unknown, context: ErrorContext) => void, stopped: () => boolean): Inbox {
  const routes = new Map<string, Map<AnyMessage, Listeners<[CheckedMessage]>>>();
  const unhandled = createListeners<[Unhandled]>((error) => report(error, { type: "handler" }), stopped);

  return {
    on(message, handler) {
      const { type } = message;
      const group = routes.get(type) ?? new Map<AnyMessage, Listeners<[CheckedMessage]>>();
      routes.set(type, group);
      const listeners =
        group.get(message) ?? createListeners((error) => report(error, { type: "handler", message: type }), stopped);
      group.set(message, listeners);
      return listeners.add(handler);
    },
    onUnhandled: unhandled.add,
    deliver(frame) {
      const { type, meta = {}, payload } = frame;
      if (type === ERROR_TYPE) {
        const error = payload as ErrorPayload;
        report(new ServerError(error, error.details), { type: "server", message: meta["inReplyTo"] as string });
        return;
      }
      const wanted = [...(routes.get(type) ?? [])].filter(([, listeners]) => listeners.size > 0);
      if (wanted.length === 0) return unhandled.emit({ type, meta, payload });
      return wanted.reduce<void | Promise<void>>(
        (before, [message, listeners]) =>
          chain(before, () =>
            attempt(
              () => chain(checkMessage(message, "in", frame), listeners.emit),
              (error) => report(error, { type: "validation", message: type }),
            ),
          ),
        undefined,
      );
    },
  };
}

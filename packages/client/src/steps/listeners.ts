import type { AnyMessage } from "@ws-kit/core/protocol";
import type { ErrorContext, ErrorKind, Off } from "../api/client.ts";
import type { Observation } from "../api/observation.ts";
import type { ClientLogger } from "../api/options.ts";
import { attempt, type Fail } from "./attempt.ts";

/** What one can listen to. */
type Key = AnyMessage | "state" | "error" | "unhandled" | "observe" | "open";
export type Listener = (...args: never[]) => unknown;

/** The functions of the application, each under what it listens to, and how it learns of what went wrong. */
export interface Listeners {
  /** @returns its undoing. */
  readonly _add: (key: Key, listener: Listener) => Off;
  /** Calls those of one key. What one throws is reported and does not stop the others. */
  readonly _emit: (key: Key, ...args: unknown[]) => void;
  /** Tells those who observe; undefined while there are none, so that nothing is made for nobody. */
  _tell?: (kind: Observation["kind"], detail: unknown) => void;
  readonly _of: (key: Key) => Listener[];
  /** The definitions of this type that somebody listens to. */
  readonly _messages: (type: string) => AnyMessage[];
  /** Tells of a failure that is no call's own. */
  readonly _report: (type: ErrorKind, cause: unknown, about?: Omit<ErrorContext, "type">) => void;
  /** Told what a function of the application threw. */
  readonly _failed: Fail;
  /** Writes to the application's log, whose own failures change nothing. */
  readonly _log: (level: keyof ClientLogger, text: string, details: unknown) => void;
}

export function createListeners(logger: ClientLogger | undefined): Listeners {
  // Replaced, never changed, so that it can be walked while listeners come and go.
  let all: readonly (readonly [key: Key, listener: Listener])[] = [];

  const listeners: Listeners = {
    _add(...entry) {
      all = [...all, entry];
      return () => {
        all = all.filter((other) => other !== entry);
      };
    },
    _emit(key, ...args) {
      // What goes wrong while errors are told, or what onError does is observed, must not be told again.
      const fail =
        key === "error" || key === "observe"
          ? (error: unknown) => listeners._log("error", "onError or an observer failed", error)
          : listeners._failed;
      for (const entry of all) {
        const [wanted, listener] = entry;
        if (wanted === key && all.includes(entry)) void attempt(() => listener(...(args as never[])), fail);
      }
    },
    _of: (key) => all.filter(([wanted]) => wanted === key).map(([, listener]) => listener),
    _messages: (type) =>
      // Keys that are no messages have no type.
      [...new Set(all.map(([key]) => key as AnyMessage))].filter((message) => message.type === type),
    _report(type, cause, about) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      const context: ErrorContext = { type, ...about };
      listeners._log("error", error.message, { error, ...context });
      listeners._emit("error", error, context);
    },
    _failed: (error) => listeners._report("handler", error),
    _log: (level, text, details) =>
      void attempt<unknown>(
        () => logger?.[level](text, details),
        () => {},
      ),
  };
  return listeners;
}

import type { AnyMessage } from "@ws-kit/core/protocol";
import type { ErrorContext, ErrorKind, Off } from "../api/client.ts";
import type { Observation } from "../api/observation.ts";
import type { ClientLogger } from "../api/options.ts";
import { attempt, type Fail } from "./attempt.ts";

// What one can listen to beside messages, which go by their type: no text, so that no type is one of them.
export const STATE = 0;
export const ERROR = 1;
export const UNHANDLED = 2;
export const OBSERVE = 3;
export const OPEN = 4;

type Key = number | string;

export interface Listener {
  readonly _call: (...args: never[]) => unknown;
  readonly _message: AnyMessage | undefined;
}

/** The functions of the application, each under what it listens to, and how it learns of what went wrong. */
export interface Listeners {
  /**
   * @param message Whose schema is to see what it is given.
   * @returns its undoing.
   */
  readonly _add: (key: Key, call: Listener["_call"], message?: AnyMessage) => Off;
  readonly _of: (key: Key) => Listener[];
  /** Calls those of one key, which may come and go meanwhile. What one throws is reported and does not stop the others. */
  readonly _emit: (key: Key, ...args: unknown[]) => void;
  /** Tells those who observe; undefined while there are none, so that nothing is made for nobody. */
  _tell?: (kind: Observation["kind"], detail: unknown) => void;
  /** Tells of a failure that is no call's own. */
  readonly _report: (type: ErrorKind, cause: unknown, about?: Omit<ErrorContext, "type">) => void;
  /** Told what a function of the application threw. */
  readonly _failed: Fail;
  /** Writes to the application's log, whose own failures change nothing. */
  readonly _log: (level: keyof ClientLogger, text: string, details: unknown) => void;
}

export function createListeners(logger: ClientLogger | undefined): Listeners {
  const all = new Map<Key, Set<Listener>>();

  const listeners: Listeners = {
    _add(key, _call, _message) {
      const listener = { _call, _message };
      const those = all.get(key) ?? new Set();
      all.set(key, those.add(listener));
      return () => {
        those.delete(listener);
      };
    },
    _of: (key) => [...(all.get(key) ?? [])],
    _emit(key, ...args) {
      // What goes wrong while errors are told, or what onError does is observed, must not be told again.
      const fail =
        key === ERROR || key === OBSERVE
          ? (error: unknown) => listeners._log("error", "onError or an observer failed", error)
          : listeners._failed;
      for (const listener of listeners._of(key)) {
        if (all.get(key)?.has(listener)) void attempt(() => listener._call(...(args as never[])), fail);
      }
    },
    _report(type, cause, about) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      const context: ErrorContext = { type, ...about };
      listeners._log("error", error.message, { error, ...context });
      listeners._emit(ERROR, error, context);
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

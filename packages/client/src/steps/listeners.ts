import type { AnyMessage } from "@ws-kit/core/protocol";
import type { ErrorContext, ErrorKind, Off } from "../api/client.ts";
import type { Observation } from "../api/observation.ts";
import type { ClientLogger } from "../api/options.ts";
import { asError, attempt, type Fail } from "./attempt.ts";

// What one can listen to beside messages, which go by their type: no text, so that no type is one of them.
export const STATE = 0;
export const ERROR = 1;
export const UNHANDLED = 2;
export const OBSERVE = 3;
export const OPEN = 4;

type Key = number | string;

export interface Listener {
  readonly _call: (...args: never[]) => unknown;
}

/** Those of one key that listen by one definition. */
export interface Group {
  readonly _message: AnyMessage | undefined;
  readonly _those: Set<Listener>;
}

/** The functions of the application, each under what it listens to, and how it learns of what went wrong. */
export interface Listeners {
  /**
   * @param message Whose schema is to see what it is given.
   * @returns its undoing.
   */
  readonly _add: (key: Key, call: Listener["_call"], message?: AnyMessage) => Off;
  readonly _groups: (key: Key) => readonly Group[];
  /**
   * Calls those of one key, or of one of its groups, which may come and go meanwhile: who comes is not called yet. What one
   * throws is reported and does not stop the others.
   */
  readonly _emit: (key: Key, first: unknown, second?: unknown, group?: Group) => void;
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
  const all = new Map<Key, readonly Group[]>();
  // What goes wrong while errors are told, or what onError does is observed, must not be told again.
  const logged: Fail = (error) => listeners._log("error", "onError failed", error);

  const listeners: Listeners = {
    _add(key, _call, message) {
      const listener = { _call };
      const groups = listeners._groups(key);
      const group = groups.find(({ _message }) => _message === message) ?? { _message: message, _those: new Set() };
      const { _those } = group;
      if (!_those.size) all.set(key, [...groups, group]);
      _those.add(listener);
      return () => {
        _those.delete(listener);
        if (!_those.size)
          all.set(
            key,
            listeners._groups(key).filter((other) => other !== group),
          );
      };
    },
    _groups: (key) => all.get(key) ?? [],
    _emit(key, first, second, group = listeners._groups(key)[0]) {
      const fail = key === ERROR || key === OBSERVE ? logged : listeners._failed;
      const those = group?._those ?? new Set();
      const present = [...those];
      for (const listener of present) {
        if (those.has(listener)) void attempt(() => listener._call(first as never, second as never), fail);
      }
    },
    _report(type, cause, about) {
      const error = asError(cause);
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

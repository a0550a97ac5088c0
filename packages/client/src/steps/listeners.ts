import { type AnyMessage, checkHandler } from "@ws-kit/core/protocol";
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

declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

type Key = number | string;

export interface Listener {
  readonly _call: (...args: never[]) => unknown;
}

/** Those of one key, by the definition that they listen by. */
type Groups = ReadonlyMap<AnyMessage | undefined, Set<Listener>>;

/** The functions of the application, each under what it listens to, and how it learns of what went wrong. */
export interface Listeners {
  /**
   * @param message Whose schema is to see what it is given.
   * @returns its undoing.
   */
  readonly _add: (key: Key, call: Listener["_call"], message?: AnyMessage) => Off;
  /** Stays as it is while who is in a group may come and go. */
  readonly _groups: (key: Key) => Groups;
  /**
   * Calls those of one key, or of one of its groups, which may come and go meanwhile: who comes is not called yet. What one
   * throws is reported and does not stop the others.
   */
  readonly _emit: (key: Key, first: unknown, second?: unknown, those?: Set<Listener>) => void;
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
  const all = new Map<Key, Groups>();
  // What goes wrong while errors are told, or what onError does is observed, must not be told again.
  let deep = 0;
  const logged: Fail = (error) => listeners._log("error", "onError failed", error);

  const listeners: Listeners = {
    _add(key, _call, message) {
      if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
        checkHandler(
          `client.${["onState", "onError", "onUnhandled", "observe", "onOpen"][key as number] ?? "on"}()`,
          _call,
        );
      }
      const listener = { _call };
      const groups = listeners._groups(key);
      const those = groups.get(message) ?? new Set();
      if (!those.size) all.set(key, new Map(groups).set(message, those));
      those.add(listener);
      return () => {
        if (!those.delete(listener) || those.size) return;
        const left = new Map(listeners._groups(key));
        left.delete(message);
        all.set(key, left);
      };
    },
    _groups: (key) => all.get(key) ?? new Map(),
    _emit(key, first, second, those = listeners._groups(key).get(undefined) ?? new Set()) {
      const fail = key === ERROR || key === OBSERVE ? logged : listeners._failed;
      const present = [...those];
      for (const listener of present) {
        if (those.has(listener))
          void attempt<unknown, never, never>(listener._call, fail, first as never, second as never);
      }
    },
    _report(type, cause, about) {
      const error = asError(cause);
      const context: ErrorContext = { type, ...about };
      listeners._log("error", error.message, { error, ...context });
      // What onError does may fail in turn, and so on: each of several would make as many of it.
      if (deep++ < 2) listeners._emit(ERROR, error, context);
      deep--;
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

import { AUTH_TYPE, jsonCodec } from "@ws-kit/core/protocol";
import type { Envelope } from "@ws-kit/core/protocol";
import type { ClientOptions, Token } from "../api/options.ts";
import { type Listeners, STATE } from "../steps/listeners.ts";
import { createTimer } from "../steps/timer.ts";
import type { Link } from "./link.ts";
import { SHORTEST_MS } from "../steps/figures.ts";

/**
 * Asks for tokens: for each dial, and while connected, before the time is over for which the server says that a connection
 * may stay.
 *
 * @param leads Whether it is this client that brings new tokens, of those who share its socket.
 * @returns what takes the frames in which it says so.
 */
export function createRenewal(
  { auth, codec = jsonCodec }: ClientOptions,
  link: Link,
  listeners: Listeners,
  leads: () => boolean,
): ((frame: Envelope) => void) | undefined {
  if (!auth) return undefined;
  let asked: Promise<Token> | undefined;
  const arm = createTimer();
  /** Counts what the server has said, and changes of state: a token that was asked for before the last of them is not sent. */
  let turn = 0;

  const ask = (link._token = (refresh: boolean): Promise<Token> =>
    (asked ??= (async () => auth.getToken({ refresh }))().finally(() => {
      asked = undefined;
    })));

  const next = (ms: number): void => {
    const mine = ++turn;
    arm(ms, () => {
      if (leads())
        ask(true).then(
          (token) => token && mine === turn && link._transmit(codec.encode({ type: AUTH_TYPE, payload: { token } })),
          (error: unknown) => listeners._report("auth", error),
        );
    });
  };

  listeners._add(STATE, (state) => state === "open" || next(Infinity));
  return ({ type, payload }) => {
    // Not all at once whose tokens are of one age.
    if (type === AUTH_TYPE)
      next(Math.max((payload as { expiresInMs: number }).expiresInMs, SHORTEST_MS) * (0.9 - Math.random() / 5));
  };
}

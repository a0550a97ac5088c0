import { AUTH_TYPE } from "@ws-kit/core/protocol";
import type { Codec } from "@ws-kit/core/protocol";
import type { ClientOptions, Token } from "../api/options.ts";
import { type Listeners, STATE } from "../steps/listeners.ts";
import { createTimer } from "../steps/timer.ts";
import type { Link } from "./link.ts";
import { SHORTEST_MS } from "../steps/figures.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };
/** There reading NODE_ENV takes a permission. */
declare const Deno: unknown;

/** What it needs of the client. */
interface Renewing {
  readonly _options: ClientOptions;
  readonly _codec: Codec;
  readonly _link: Link;
  readonly _listeners: Listeners;
  /** Whether it is this client that brings new tokens, of those who share its socket. */
  readonly _leads: () => boolean;
}

/**
 * Asks for tokens: for each dial, and while connected, before the time is over for which the server says that a connection
 * may stay.
 */
export function createRenewal(host: Renewing): void {
  const { _options, _codec, _link: link, _listeners: listeners } = host;
  const { auth } = _options;
  if (!auth) return;
  let asked: Promise<Token> | undefined;
  const arm = createTimer();
  /** Counts what the server has said, and changes of state: a token that was asked for before the last of them is not sent. */
  let turn = 0;

  const ask = (link._token = (refresh: boolean): Promise<Token> =>
    (asked ??= (async () => {
      const token = await auth.getToken({ refresh });
      if (typeof process === "object" && typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
        if (token && typeof token !== "string") throw new TypeError("getToken gives a text");
      }
      return token;
    })().finally(() => {
      asked = undefined;
    })));

  const next = (ms: number): void => {
    const mine = ++turn;
    arm(ms, () => {
      if (host._leads())
        ask(true).then(
          (token) => token && mine === turn && link._transmit(_codec.encode({ type: AUTH_TYPE, payload: { token } })),
          (error: unknown) => listeners._report("auth", error),
        );
    });
  };

  listeners._add(STATE, (state) => state === "open" || next(Infinity));
  listeners._add(AUTH_TYPE, ({ expiresInMs }: { expiresInMs: number }) => {
    // Not all at once whose tokens are of one age.
    next(Math.max(expiresInMs, SHORTEST_MS) * (0.9 - Math.random() / 5));
  });
}

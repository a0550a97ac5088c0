import { CLOSE, isTerminalClose, tokenProtocols } from "@ws-kit/core/protocol";
import { backoff } from "./backoff.ts";
import { ConnectionClosedError } from "./errors.ts";
import type { ClientOptions, SocketLike } from "./options.ts";
import { TRANSITIONS, type ConnectionState } from "./states.ts";
import type { ErrorKind, StateInfo } from "./types.ts";

/** What the connection tells the client. */
export interface LinkEvents {
  readonly state: (state: ConnectionState, info: StateInfo) => void;
  readonly data: (data: unknown) => void;
  /**
   * The connection is gone, `final` unless it will be dialed again. No user code may run in here; what it returns runs
   * after the state's listeners.
   *
   * @param clean Whether it was closed from here and the server confirmed, so that it has read all that was sent.
   */
  readonly down: (reason: string, final: boolean, clean: boolean) => () => void;
  /** The device came back: online again, or the page visible again. */
  readonly wake: () => void;
  readonly report: (error: unknown, kind: ErrorKind) => void;
}

/** One connection that is dialed again whenever it is lost: the state machine, without any message in it. */
export interface Link {
  readonly state: () => ConnectionState;
  readonly open: () => void;
  readonly close: (code?: number, reason?: string) => void;
  /** Gives up a connection that seems dead, and reconnects. */
  readonly drop: (code: number, reason: string) => void;
  /** Whether the socket took it. */
  readonly send: (text: string) => boolean;
  /** Unsent bytes in the socket. */
  readonly buffered: () => number;
  /** Waits at least this long before the next dial, as the server asked. */
  readonly holdOff: (ms: number) => void;
}

/** What only some runtimes have. */
const runtime = globalThis as {
  navigator?: { onLine?: boolean };
  document?: { hidden?: boolean };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
};
const WAKE_EVENTS = ["online", "pageshow", "visibilitychange"];
/** What a side sees where no close frame came (RFC 6455 §7.4.1). */
const ABNORMAL = 1006;

export function createLink(options: ClientOptions, events: LinkEvents): Link {
  const { auth, reconnect = {}, connectTimeoutMs = 10_000, closeTimeoutMs = 2_000 } = options;
  const { enabled = true, maxAttempts = Infinity, stableAfterMs = 5_000, shouldReconnect } = reconnect;

  let state: ConnectionState = "closed";
  let socket: SocketLike | undefined;
  /** Counts connections; what an earlier one still does is ignored. */
  let turn = 0;
  /** Whether the user wants to be connected, so that a loss is followed by another dial. */
  let wanted = false;
  /** Dials since the last stable connection, the first one not counted. */
  let attempt = 0;
  let openedAt = 0;
  let refresh = false;
  let holdOffMs = 0;
  /** The only timer: it bounds the dial, the wait or the close, whichever is going on. */
  let timer: ReturnType<typeof setTimeout> | undefined;

  function enter(to: ConnectionState): void {
    if (!TRANSITIONS[state].includes(to)) throw new Error(`No way from ${state} to ${to}`);
    clearTimeout(timer);
    state = to;
  }

  function move(to: ConnectionState, info: StateInfo = {}): void {
    enter(to);
    events.state(to, info);
  }

  async function dial(): Promise<void> {
    const mine = ++turn;
    move("connecting");
    if (mine !== turn) return;
    timer = setTimeout(() => drop(CLOSE.TIMEOUT, "dial timed out"), connectTimeoutMs);
    let step: ErrorKind = "connect";
    let hopeless = false;
    try {
      const url = typeof options.url === "function" ? await options.url() : options.url;
      step = "auth";
      const token = await auth?.getToken({ refresh });
      if (mine !== turn) return;
      step = "connect";
      // The same URL will not be accepted the next time either.
      hopeless = typeof options.url !== "function";
      connect(String(url), token ?? "");
    } catch (error) {
      if (mine !== turn) return;
      events.report(error, step);
      if (mine === turn) drop(ABNORMAL, String(error), hopeless);
    }
  }

  function connect(url: string, token: string): void {
    const mine = turn;
    const offered = options.protocols ?? [];
    const protocols = typeof offered === "string" ? [offered] : [...offered];
    if (token && auth?.attach === "protocol") protocols.push(...tokenProtocols(token));
    else if (token) {
      url += `${url.includes("?") ? "&" : "?"}${encodeURIComponent(auth?.queryParam ?? "token")}=${encodeURIComponent(token)}`;
    }
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    const made: SocketLike = new Socket(url, protocols);
    socket = made;
    made.addEventListener("open", () => mine === turn && opened());
    made.addEventListener("message", ({ data }: { data: unknown }) => {
      if (mine === turn && state === "open") events.data(data);
    });
    made.addEventListener("close", ({ code, reason }: { code: number; reason: string }) => {
      if (mine === turn) drop(code, reason);
    });
    // A close follows every error. Without a listener the `ws` package would throw it.
    made.addEventListener("error", () => {});
  }

  function opened(): void {
    openedAt = Date.now();
    move("open");
  }

  function drop(code: number, reason: string, hopeless = false): void {
    const mine = ++turn;
    hangUp(code, reason);
    socket = undefined;
    if (state === "open" && Date.now() - openedAt >= stableAfterMs) {
      attempt = 0;
      refresh = false;
    }
    const refused = hopeless || isTerminalClose(code) || (code === CLOSE.UNAUTHENTICATED && refresh);
    refresh ||= code === CLOSE.UNAUTHENTICATED;
    const again =
      wanted && (state === "closing" || (enabled && !refused && attempt < maxAttempts && agreed(code, reason)));
    const gaveUp = wanted && !again;
    if (!again) want(false);
    const clean = state === "closing" && code !== ABNORMAL;
    enter("closed");
    const after = events.down(`${code} ${reason}`.trim(), !again, clean);
    events.state("closed", { code, reason });
    after();
    if (gaveUp) events.report(new ConnectionClosedError(`Gave up: ${code} ${reason}`.trim(), false), "connect");
    if (again && wanted && mine === turn) wait();
  }

  function agreed(code: number, reason: string): boolean {
    try {
      return shouldReconnect?.({ code, reason, attempt }) ?? true;
    } catch (error) {
      events.report(error, "handler");
      return true;
    }
  }

  function wait(): void {
    const mine = turn;
    const delayMs = holdOffMs + backoff(attempt, reconnect);
    holdOffMs = 0;
    move("reconnecting", { delayMs, attempt: attempt + 1 });
    if (mine === turn) timer = setTimeout(redial, delayMs);
  }

  function redial(): void {
    // While the device is offline the next dial waits for the `online` event instead of using up attempts.
    if (state !== "reconnecting" || runtime.navigator?.onLine === false) return;
    attempt++;
    void dial();
  }

  function wake(): void {
    if (runtime.document?.hidden) return;
    if (state === "open") events.wake();
    else redial();
  }

  function want(value: boolean): void {
    wanted = value;
    for (const type of WAKE_EVENTS) runtime[value ? "addEventListener" : "removeEventListener"]?.(type, wake);
  }

  function hangUp(code?: number, reason?: string): void {
    try {
      socket?.close(code, reason);
    } catch {
      // A code that only a peer may send, or a socket that was never open.
      socket?.close();
    }
  }

  return {
    state: () => state,
    open() {
      const fresh = !wanted;
      want(true);
      if (state === "reconnecting") redial();
      else if (fresh && state === "closed") {
        attempt = 0;
        refresh = false;
        void dial();
      }
    },
    close(code = CLOSE.NORMAL, reason = "") {
      want(false);
      if (state === "open") {
        const mine = turn;
        move("closing");
        if (mine !== turn) return;
        hangUp(code, reason);
        timer = setTimeout(() => drop(ABNORMAL, "close timed out"), closeTimeoutMs);
      } else if (state !== "closed" && state !== "closing") drop(code, reason);
    },
    drop: (code, reason) => drop(code, reason),
    send(text) {
      if (state !== "open" || socket?.readyState !== 1) return false;
      socket.send(text);
      return true;
    },
    buffered: () => socket?.bufferedAmount ?? 0,
    holdOff(ms) {
      holdOffMs = ms;
    },
  };
}

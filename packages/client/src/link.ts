import { isTerminalClose, tokenProtocols } from "@ws-kit/core/protocol";
import { backoff } from "./backoff.ts";
import type { Guard, Report } from "./check.ts";
import { ABNORMAL, TIMEOUT, UNAUTHENTICATED } from "./close-codes.ts";
import { ConnectionClosedError } from "./errors.ts";
import type { ClientOptions, Token } from "./options.ts";
import { join, type Socket } from "./share.ts";
import type { ConnectionState } from "./states.ts";
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
}

/** `idle` nothing has happened yet, `on` a connection is wanted, `off` the user closed it, `over` the client gave up. */
export type Phase = "idle" | "on" | "off" | "over";

/** One connection that is dialed again whenever it is lost: the state machine, without any message in it. */
export interface Link {
  readonly state: () => ConnectionState;
  readonly phase: () => Phase;
  readonly open: () => void;
  readonly close: (code?: number, reason?: string) => void;
  /** Gives up a connection that seems dead, and reconnects. */
  readonly drop: (reason: string) => void;
  /** Whether the socket took it. */
  readonly send: (text: string) => boolean;
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

export function createLink(options: ClientOptions, report: Report, guard: Guard, events: LinkEvents): Link {
  const { auth, reconnect = {}, connectTimeoutMs = 10_000, closeTimeoutMs = 2_000 } = options;
  const { enabled = true, maxAttempts = Infinity, stableAfterMs = 5_000, shouldReconnect } = reconnect;

  let state: ConnectionState = "closed";
  let phase: Phase = "idle";
  let socket: Socket | undefined;
  /** Counts connections; what an earlier one still does is ignored. */
  let turn = 0;
  /** Dials since the last stable connection, the first one not counted. */
  let attempt = 0;
  let openedAt = 0;
  let refresh = false;
  let holdOffMs = 0;
  let closeCode: number | undefined;
  /** The only timer: it bounds the dial, the wait or the close, whichever is going on. */
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Listeners may do anything: whoever goes on after this asks whether it is still its turn. */
  function move(to: ConnectionState, info: StateInfo = {}): void {
    clearTimeout(timer);
    state = to;
    events.state(to, info);
  }

  async function dial(): Promise<void> {
    const mine = ++turn;
    move("connecting");
    if (mine !== turn) return;
    timer = setTimeout(drop, connectTimeoutMs, "dial timed out");
    let step: ErrorKind = "connect";
    let hopeless = false;
    try {
      const url = await (typeof options.url === "function" ? options.url() : options.url);
      step = "auth";
      const token = await auth?.getToken({ refresh });
      step = "connect";
      if (mine !== turn) return;
      // What the socket's class does not take now it will not take the next time either.
      hopeless = true;
      connect(String(url), token);
    } catch (error) {
      if (mine === turn) report(step, error);
      if (mine === turn) down(ABNORMAL, String(error), hopeless);
    }
  }

  function connect(address: string, token: Token): void {
    const mine = turn;
    const { share, protocols = [] } = options;
    const offered = typeof protocols === "string" ? [protocols] : [...protocols];
    let url = address;
    if (token) {
      const { attach, queryParam = "token" } = auth ?? {};
      if (attach === "protocol") offered.push(...tokenProtocols(token));
      else url += (url.includes("?") ? "&" : "?") + new URLSearchParams([[queryParam, token]]).toString();
    }
    socket = join(
      share ? JSON.stringify(share === true ? [url, offered] : [address, share]) : Symbol(),
      () => new (options.WebSocket ?? WebSocket)(url, offered),
      {
        open() {
          if (mine !== turn) return;
          openedAt = Date.now();
          move("open");
        },
        message(data) {
          if (mine === turn && state === "open") events.data(data);
        },
        close(code, reason) {
          if (mine === turn) down(code, reason);
        },
      },
    );
  }

  /** Does not wait for a server that may be gone. */
  function drop(reason: string): void {
    const dead = socket;
    down(ABNORMAL, reason);
    dead?.close(TIMEOUT, reason);
  }

  function down(code: number, reason: string, hopeless = false): void {
    const mine = ++turn;
    const expired = code === UNAUTHENTICATED;
    // A server echoes the code it was closed with (RFC 6455 §5.5.1); another one says that it hung up by itself.
    const clean = state === "closing" && code === closeCode;
    if (state === "open" && Date.now() - openedAt >= stableAfterMs) {
      attempt = 0;
      refresh = false;
    }
    const refused = hopeless || !enabled || attempt >= maxAttempts || isTerminalClose(code) || (expired && refresh);
    refresh ||= expired;
    socket = undefined;
    // A new connect() while closing is followed whatever ended the old one.
    const again =
      phase === "on" &&
      (state === "closing" || (!refused && guard(() => shouldReconnect?.({ code, reason, attempt })) !== false));
    const gaveUp = phase === "on" && !again;
    if (gaveUp) enter("over");
    const tell = events.down(`${code} ${reason}`, !again, clean);
    move("closed", { code, reason });
    tell();
    if (gaveUp) report("connect", new ConnectionClosedError(`${code} ${reason}`));
    if (again && mine === turn && phase === "on") wait();
  }

  function wait(): void {
    const mine = turn;
    const delayMs = backoff(attempt, holdOffMs, reconnect);
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
    redial();
  }

  function enter(to: Phase): void {
    phase = to;
    for (const type of WAKE_EVENTS) runtime[to === "on" ? "addEventListener" : "removeEventListener"]?.(type, wake);
  }

  return {
    state: () => state,
    phase: () => phase,
    open() {
      if (phase === "on") return redial();
      enter("on");
      attempt = 0;
      refresh = false;
      if (state === "closed") void dial();
    },
    close(code = 1000, reason) {
      enter("off");
      if (state === "open") {
        const mine = turn;
        closeCode = code;
        move("closing");
        if (mine !== turn) return;
        timer = setTimeout(drop, closeTimeoutMs, "close timed out");
        socket?.close(code, reason);
      } else if (state !== "closed" && state !== "closing") drop("by this client");
    },
    drop,
    send(text) {
      const left = state === "open" && socket?.readyState === 1;
      if (left) socket?.send(text);
      return left;
    },
    holdOff(ms) {
      holdOffMs = ms;
    },
  };
}

import { isTerminalClose, PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { Client, ErrorKind, StateInfo } from "../api/client.ts";
import { ConnectionClosedError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ConnectionState } from "../api/states.ts";
import { backoff } from "./backoff.ts";
import { createOutbox, type Outgoing } from "./outbox.ts";
import { createPulse } from "./pulse.ts";
import { ABNORMAL, TIMEOUT, UNAUTHENTICATED } from "../socket/close-codes.ts";
import type { Dialing } from "../socket/dialing.ts";
import type { Hear, Socket } from "../socket/socket.ts";
import { attempt, type Fail, type Report } from "../steps/attempt.ts";
import type { Add, Emit } from "../steps/listeners.ts";

/**
 * What can be done with one connection that is dialed again whenever it is lost, and with what waits for it: all but the
 * meaning of messages. It is a tuple, as elsewhere in here, since a bundler shortens the names of variables alone.
 */
export type Link = [
  /** What of it the application gets. */
  surface: Pick<Client, "state" | "isConnected" | "latencyMs" | "connect" | "close" | typeof Symbol.asyncDispose>,
  /** Whether the user has closed it, after which no handler fires. */
  stopped: () => boolean,
  /** Dials where that is what sending does. @returns whether there is, or may come to be, a connection to send to. */
  opens: () => boolean,
  post: (item: Outgoing) => boolean,
  remove: (item: Outgoing) => boolean,
  /** Sends at once or not at all. @returns whether the socket took it. */
  transmit: (text: string) => boolean,
  /** The server has announced its end: what is posted waits for the next connection, and that at least this long. */
  drain: (holdOffMs: number) => void,
];

/** What only some runtimes have. */
const runtime = globalThis as {
  navigator?: { onLine?: boolean };
  document?: { hidden?: boolean };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
};

const WAKE_EVENTS = ["online", "pageshow", "visibilitychange"];

/**
 * @param failed Told what a function of the application threw.
 * @param receive Given what comes, beside pings and pongs.
 */
export function createLink(
  options: ClientOptions,
  { connect, address }: Dialing,
  add: Add<"state">,
  emit: Emit<"state">,
  report: Report,
  failed: Fail,
  receive: (data: unknown) => void,
): Link {
  const { reconnect = {}, connectTimeoutMs = 10_000, closeTimeoutMs = 2_000, share } = options;
  const { enabled = true, maxAttempts = Infinity, stableAfterMs = 5_000, shouldReconnect } = reconnect;

  let { autoConnect } = options;
  let state: ConnectionState = "closed";
  /** `idle` sending may dial, `on` a connection is wanted, `over` only `connect()` leads back. */
  let phase: "idle" | "on" | "over" = "idle";
  let stopped = false;
  let socket: Socket | undefined;
  /** Counts connections; what an earlier one still does is ignored. */
  let turn = 0;
  /** Dials since the last stable connection, the first one not counted. */
  let attempts = 0;
  let openedAt = 0;
  let refresh = false;
  /** Present while the server drains, and until the next dial. */
  let holdOffMs: number | undefined;
  let closeCode: number | undefined;
  /** Why the last connection ended. */
  let end = "";
  /** The only timer: it bounds the dial, the wait or the close, whichever is going on. */
  let timer: ReturnType<typeof setTimeout> | undefined;

  const transmit = (text: string): boolean => state === "open" && !!socket?.send(text);

  const [post, flush, remove, mark, hangUp, lose] = createOutbox(options, (text) => {
    const left = holdOffMs === undefined && transmit(text);
    if (left) sent();
    return left;
  });
  const [latencyMs, resetPulse, sent, heard, probe] = createPulse(
    () => {
      const confirm = mark();
      return transmit(PING_FRAME) && confirm;
    },
    () => drop("no sign of life"),
    options.heartbeat,
  );

  /** Listeners may do anything: whoever goes on after this asks whether it is still its turn. */
  const move = (to: ConnectionState, info: StateInfo = {}, ms?: number, next?: () => void): void => {
    clearTimeout(timer);
    if (next) timer = setTimeout(next, ms);
    state = to;
    options.logger?.debug(to, info);
    emit("state", to, info);
  };

  const dial = async (): Promise<void> => {
    const mine = ++turn;
    holdOffMs = undefined;
    move("connecting", {}, connectTimeoutMs, () => drop("dial timed out"));
    if (mine !== turn) return;
    let step: ErrorKind | undefined = "connect";
    try {
      const base = String(await (typeof options.url === "function" ? options.url() : options.url));
      step = "auth";
      const token = await options.auth?.getToken({ refresh });
      if (mine !== turn) return;
      // What the socket's class does not take now it will not take the next time either.
      step = undefined;
      const [url, offered] = address(options, base, token);
      socket = connect(
        share ? JSON.stringify(share === true ? [url, offered] : [base, share]) : Symbol(),
        () => new (options.WebSocket ?? WebSocket)(url, offered),
        (type, event) => {
          if (mine === turn) hear(type, event);
        },
      );
    } catch (error) {
      if (mine === turn) report(step ?? "connect", error);
      if (mine === turn) down(ABNORMAL, String(error), !step);
    }
  };

  const hear: Hear = (type, { data, code, reason }) => {
    if (type === "close") down(code, reason);
    else if (type === "open") {
      state = type;
      resetPulse();
      flush();
      openedAt = Date.now();
      move(type);
    } else if (type === "message" && state === "open") {
      heard(data === PONG_FRAME);
      if (data === PING_FRAME) transmit(PONG_FRAME);
      else if (data !== PONG_FRAME) receive(data);
    }
  };

  /** Does not wait for a server that may be gone. */
  const drop = (reason: string): void => {
    if (socket) socket.close(TIMEOUT, reason);
    else down(ABNORMAL, reason);
  };

  const down = (code: number, reason: string, hopeless = false): void => {
    const mine = ++turn;
    const closing = state === "closing";
    const expired = code === UNAUTHENTICATED;
    end = `${code} ${reason}`;
    if (state === "open" && Date.now() - openedAt >= stableAfterMs) forgive();
    const wanted = phase === "on";
    // A new connect() while closing is followed whatever ended the old one.
    const again =
      wanted &&
      (closing ||
        (enabled &&
          !hopeless &&
          attempts < maxAttempts &&
          !isTerminalClose(code) &&
          !(expired && refresh) &&
          attempt<unknown>(() => shouldReconnect?.({ code, reason, attempt: attempts }), failed) !== false));
    refresh ||= expired;
    socket = undefined;
    const gaveUp = wanted && !again;
    if (gaveUp) enter("over");
    resetPulse(Infinity);
    // A server echoes the code it was closed with (RFC 6455 §5.5.1); another one says that it hung up by itself.
    const tell = lose(end, !again, closing && code === closeCode);
    move("closed", { code, reason });
    tell();
    if (gaveUp) report("connect", new ConnectionClosedError(end));
    if (!again || mine !== turn || phase !== "on") return;
    const delayMs = backoff(attempts, holdOffMs, reconnect);
    move("reconnecting", { delayMs, attempt: attempts + 1 }, delayMs, redial);
  };

  const redial = (): void => {
    // While the device is offline the next dial waits for the `online` event instead of using up attempts.
    if (state !== "reconnecting" || runtime.navigator?.onLine === false) return;
    attempts++;
    void dial();
  };

  const wake = (): void => {
    if (runtime.document?.hidden) return;
    if (state === "open") probe();
    redial();
  };

  const forgive = (): void => {
    attempts = 0;
    refresh = false;
  };

  const enter = (to: typeof phase): void => {
    phase = to;
    for (const type of WAKE_EVENTS) runtime[to === "on" ? "addEventListener" : "removeEventListener"]?.(type, wake);
  };

  const open = (): void => {
    stopped = false;
    if (phase === "on") return redial();
    enter("on");
    forgive();
    if (state === "closed") void dial();
  };

  /** Waits for a state; rejects when it cannot come any more. */
  const until = (wanted: ConnectionState): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (now: ConnectionState): void => {
        if (now === wanted) resolve();
        else if (now === "closed" && phase !== "on") reject(new ConnectionClosedError(end));
        else return;
        off();
      };
      const off = add("state", look);
      look(state);
    });

  const close = async (code = 1000, reason?: string): Promise<void> => {
    const byUs = "by this client";
    hangUp(byUs);
    stopped = true;
    enter(autoConnect ? "idle" : "over");
    if (state === "open") {
      closeCode = code;
      move("closing", {}, closeTimeoutMs, () => drop("close timed out"));
      socket?.close(code, reason);
    } else if (state !== "closed" && state !== "closing") drop(byUs);
    await until("closed");
  };

  if (autoConnect) {
    queueMicrotask(() => {
      if (phase === "idle" && !stopped) open();
    });
  }

  const surface = {
    get state() {
      return state;
    },
    get isConnected() {
      return state === "open";
    },
    get latencyMs() {
      return latencyMs();
    },
    connect() {
      open();
      const opened = until("open");
      // Whoever does not wait for it learns of a failure through onState and onError.
      opened.catch(() => {});
      return opened;
    },
    close,
    [Symbol.asyncDispose]() {
      autoConnect = false;
      return close();
    },
  };

  const opens = (): boolean => {
    if (phase === "idle" && autoConnect !== false) open();
    return phase !== "over";
  };

  const drain = (ms: number): void => {
    holdOffMs = ms;
  };

  return [surface, () => stopped, opens, post, remove, transmit, drain];
}

import { PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import type { ErrorKind } from "../api/client.ts";
import { ConnectionClosedError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ConnectionState, StateInfo } from "../api/states.ts";
import { ABNORMAL, fitCode, NORMAL, TIMEOUT, UNAUTHENTICATED } from "../socket/close-codes.ts";
import type { Connect, Hear, Socket, Target } from "../socket/dialing.ts";
import { attempt } from "../steps/attempt.ts";
import { type Listener, type Listeners, OPEN, STATE } from "../steps/listeners.ts";
import { now } from "../steps/now.ts";
import { createTimer } from "../steps/timer.ts";
import { fitReason } from "../steps/utf8.ts";
import type { Greet, Link, Receive } from "./link.ts";
import { createOutbox } from "./outbox.ts";
import { createPulse } from "./pulse.ts";
import { redact, withoutToken } from "./redact.ts";
import { createRetries } from "./retries.ts";
import { runtime, WAKE_EVENTS } from "./runtime.ts";

export function createLink(
  options: ClientOptions,
  connect: Connect,
  listeners: Listeners,
  receive: Receive,
  greet: Greet,
): Link {
  const { connectTimeoutMs = 10_000 } = options;
  const retries = createRetries(options.reconnect, listeners._failed);
  /** `idle` sending may dial, `on` a connection is wanted, `over` only `connect()` leads back. */
  let phase: "idle" | "on" | "over" = "idle";
  let socket: Socket | undefined;
  /** Counts connections; what an earlier one still does is ignored. */
  let turn = 0;
  /** The number of a connection whose `onOpen` handlers are at it: the queue waits for them. */
  let opening = 0;
  /** Where the last dial went, without what may be secret. */
  let where = "";
  let openedAt = 0;
  let closeCode: number | undefined;
  /** Why the last connection ended. */
  let end = "";
  /** What the socket said of it before, where it says anything: browsers do not. */
  let why = "";
  /** The only timer: it bounds the dial, the wait or the close, whichever is going on. */
  const arm = createTimer();

  const outbox = createOutbox(options, (packet, on) => {
    const allowed = (on ? on === turn : !opening) && link._holdOffMs === undefined && pulse._hasRoom();
    const left = allowed && link._transmit(packet);
    if (left) pulse._sent(packet.length);
    return left;
  });

  const pulse = createPulse(
    options.heartbeat,
    () => {
      const confirm = outbox._mark();
      return link._transmit(PING_FRAME) && confirm;
    },
    () => drop("no sign of life"),
  );

  /** Listeners may do anything: whoever goes on after this asks whether it is still its turn. */
  const move = (to: ConnectionState, info: StateInfo = {}, ms?: number, over = redial): void => {
    arm(ms, over);
    opening = 0;
    link._state = to;
    link._info = info;
    listeners._log("debug", to, info);
    listeners._tell?.("state", { ...info, state: to });
    listeners._emit(STATE, to, info);
  };

  const dial = async (): Promise<void> => {
    const mine = ++turn;
    link._holdOffMs = undefined;
    why = "";
    move("connecting", {}, connectTimeoutMs, () => drop("dial timed out"));
    if (mine !== turn) return;
    let step: ErrorKind | undefined = "connect";
    try {
      const given = await (typeof options.url === "function" ? options.url() : options.url);
      // What is no URL now, or what the socket's class does not take, will not do the next time either.
      step = undefined;
      const url = new URL(given, runtime.location?.href);
      // No server's business, and some sockets refuse it.
      url.hash = "";
      step = "auth";
      const token = await link._token?.(retries._refresh || retries._doubts === 1);
      if (mine !== turn) return;
      step = undefined;
      const protocols = [options.protocols ?? [], options.codec?.name ? `ws-kit.${options.codec.name}` : []].flat();
      where = url.origin + url.pathname;
      const target: Target = { _url: url.href, _protocols: protocols, _token: token };
      socket = connect(options, target, (type, event) => {
        if (mine === turn) hear(type, event);
      });
    } catch (error) {
      const told = step ? error : withoutToken(error as Error);
      if (mine === turn) listeners._report(step ?? "connect", told);
      if (mine === turn) down(ABNORMAL, String(told), !step);
    }
  };

  const hear: Hear = (type, { data, code, reason, message, error }) => {
    if (type === "close") down(code, reason || why);
    else if (type === "error") why = redact(message || error?.code || "");
    else if (type === "open") void opened();
    else if (type === "message" && link._state === "open") {
      const packet = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
      listeners._tell?.("received", packet);
      pulse._heard(packet === PONG_FRAME);
      if (packet === PING_FRAME) link._transmit(PONG_FRAME);
      else if (packet !== PONG_FRAME) receive(packet);
    }
  };

  const opened = async (): Promise<void> => {
    const mine = (opening = turn);
    openedAt = now();
    link._state = "open";
    link._failure = undefined;
    pulse._reset();
    link._begins?.(greet(turn) as never);
    const present = [...(listeners._groups(OPEN)[0]?._those ?? [])];
    for (const handler of present) {
      if (opening === mine)
        await Promise.race([new Promise<void>((late) => arm(connectTimeoutMs, late)), greeted(handler)]);
    }
    if (opening !== mine) return;
    opening = 0;
    outbox._flush();
    move("open");
  };

  const greeted = ({ _call }: Listener): unknown => {
    link._greets = true;
    const result = attempt(() => _call(greet(turn) as never), listeners._failed);
    link._greets = false;
    return result;
  };

  /** Does not wait for a server that may be gone. */
  const drop = (reason: string, code: number = TIMEOUT): void => {
    socket?._close(code, reason);
    down(ABNORMAL, reason);
  };

  const down = (code: number, reason: string, hopeless = false): void => {
    const mine = ++turn;
    const closing = link._state === "closing";
    end = `${code} ${reason}`.trim();
    if (link._state === "open") retries._lasted(now() - openedAt);
    const wanted = phase === "on";
    // A new connect() while closing is followed whatever ended the old one.
    const again = wanted && (closing || (!hopeless && retries._allow(code, reason)));
    retries._refresh ||= code === UNAUTHENTICATED;
    const failed = wanted && socket && link._state === "connecting";
    if (failed) retries._doubts++;
    socket = undefined;
    const gaveUp = wanted && !again;
    if (gaveUp) enter(retries._spent() ? "idle" : "over");
    pulse._reset(Infinity);
    // A server echoes the code it was closed with (RFC 6455 §5.5.1); another one says that it hung up by itself.
    const tell = outbox._lose(end, !again, closing && code === closeCode);
    move("closed", { code, reason });
    tell();
    if (failed) {
      const failure = new Error(
        `Cannot connect to ${where} (${end}). Usually: port, path, Origin, token (401); the server's log tells`,
      );
      // Each cause once, until a connection opens.
      if (failure.message !== link._failure?.message) listeners._report("connect", (link._failure = failure));
    }
    if (gaveUp) listeners._report("connect", new ConnectionClosedError(end));
    if (!again || mine !== turn || phase !== "on") return;
    // What the server had announced is no failure.
    if (link._holdOffMs !== undefined) retries._forgive();
    const delayMs = retries._delayMs(link._holdOffMs);
    move("reconnecting", { delayMs, attempt: retries._attempts + 1 }, delayMs);
  };

  const redial = (): void => {
    if (link._state !== "reconnecting") return;
    // Also offline: a device may be wrong about that, and not every one tells when it is over.
    retries._attempts++;
    void dial();
  };

  const wake = ({ type }: { type: string }): void => {
    // Also a hidden page dials at once when the network is back.
    if (type !== "online" && runtime.document?.hidden) return;
    retries._forgive();
    if (link._state === "open") pulse._probe();
    redial();
  };

  const enter = (to: typeof phase): void => {
    phase = to;
    for (const type of WAKE_EVENTS) runtime[to === "on" ? "addEventListener" : "removeEventListener"]?.(type, wake);
  };

  const open = (): void => {
    if (phase === "on") return redial();
    enter("on");
    retries._forgive();
    if (link._state === "closed") void dial();
  };

  /** Waits for a state; rejects when it cannot come any more. */
  const until = (wanted: ConnectionState): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (state: ConnectionState): void => {
        if (state === wanted) resolve();
        else if (state === "closed" && phase !== "on") reject(new ConnectionClosedError(end));
        else return;
        off();
      };
      const off = listeners._add(STATE, look);
      look(link._state);
    });

  const link: Link = {
    _state: "closed",
    _info: {},
    _pulse: pulse,
    _outbox: outbox,
    _failure: undefined,
    _session: 0,
    _greets: false,
    _autoConnect: options.autoConnect,
    _holdOffMs: undefined,
    _connect() {
      open();
      const connected = until("open");
      // Whoever does not wait for it learns of a failure through onState and onError.
      connected.catch(() => {});
      return connected;
    },
    async _close(code = NORMAL, reason = "") {
      const byUs = "by this client";
      outbox._hangUp(byUs);
      link._session++;
      enter(link._autoConnect ? "idle" : "over");
      if (link._state === "open") {
        closeCode = fitCode(code);
        move("closing", {}, options.closeTimeoutMs ?? 2_000, () => drop("close timed out"));
        socket?._close(closeCode, fitReason(reason));
      } else if (link._state !== "closed" && link._state !== "closing") drop(byUs, NORMAL);
      await until("closed");
    },
    _wish: () =>
      queueMicrotask(() => {
        if (!link._session) link._opens();
      }),
    _opens() {
      if (phase === "idle" && link._autoConnect !== false) open();
      return phase !== "over";
    },
    _buffered: () => socket?._buffered() ?? 0,
    _pass: (packet) => link._transmit(packet),
    _transmit(packet) {
      const left = link._state === "open" && !!socket?._send(packet);
      if (left) listeners._tell?.("sent", packet);
      return left;
    },
  };

  if (options.autoConnect) link._wish();
  return link;
}

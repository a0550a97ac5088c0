import { type Packet, PING_FRAME, PONG_FRAME } from "@ws-kit/core/protocol";
import { ConnectionClosedError } from "../api/errors.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ConnectionState, StateInfo } from "../api/states.ts";
import { ABNORMAL, fitCode, NORMAL, TIMEOUT, UNAUTHENTICATED } from "../socket/close-codes.ts";
import type { Connect, Hear, Socket, Target } from "../socket/dialing.ts";
import { asError, attempt } from "../steps/attempt.ts";
import { type Listeners, OPEN, STATE } from "../steps/listeners.ts";
import { now } from "../steps/now.ts";
import { createTimer } from "../steps/timer.ts";
import { fitReason } from "../steps/utf8.ts";
import type { Greet, Link, Receive } from "./link.ts";
import { createOutbox } from "./outbox.ts";
import { IDLE, ON, OVER } from "./phase.ts";
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
  const { connectTimeoutMs = 10_000, closeTimeoutMs = 2_000 } = options;
  const retries = createRetries(options.reconnect, listeners._failed);
  let phase: number = IDLE;
  let socket: Socket | undefined;
  /** Counts connections; what an earlier one still does is ignored. */
  let turn = 0;
  /** The number of a connection whose `onOpen` handlers are at it: the queue waits for them, and the state with it. */
  let opening = 0;
  /** What of the application's the dial waits for. */
  let asked: "" | "url()" | "getToken()" = "";
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

  /** Moved to while another one is being told: each listener hears of all, in their order. */
  const untold: [ConnectionState, StateInfo][] = [];

  const isUp = (): boolean => opening > 0 || link._state === "open";

  const transmit = (packet: Packet): boolean => {
    const left = isUp() && !!socket?._send(packet);
    if (left) listeners._tell?.("sent", packet);
    return left;
  };

  const dead = (): void => drop("no sign of life");
  /** Of what is our own: a socket that throws at it is of no use, whatever it says of itself. */
  const pass = (packet: Packet): boolean => attempt<unknown, Packet>(transmit, dead, packet) as boolean;

  const outbox = createOutbox(options, (packet, on) => {
    const allowed = (on ? on === turn : !opening) && link._holdOffMs === undefined && pulse._hasRoom();
    const left = allowed && transmit(packet);
    if (left) pulse._sent(packet.length);
    return left;
  });

  const pulse = createPulse(
    options.heartbeat,
    () => {
      const confirm = outbox._mark();
      return pass(PING_FRAME) && confirm;
    },
    dead,
  );

  /** Listeners may do anything: whoever goes on after this asks whether it is still its turn. */
  const move = (to: ConnectionState, info: StateInfo = {}, ms?: number, over = redial): void => {
    arm(ms, over);
    opening = 0;
    link._state = to;
    link._info = info;
    listeners._log("debug", to, info);
    listeners._tell?.("state", { ...info, state: to });
    if (untold.push([to, info]) > 1) return;
    for (const state of untold) listeners._emit(STATE, ...state);
    untold.length = 0;
  };

  const dial = async (): Promise<void> => {
    const mine = ++turn;
    link._holdOffMs = undefined;
    why = "";
    move("connecting", {}, connectTimeoutMs, dead);
    if (mine !== turn) return;
    try {
      asked = "url()";
      const given = await (typeof options.url === "function" ? options.url() : options.url);
      if (mine !== turn) return;
      // What is no URL now, or what the socket's class does not take, will not do the next time either.
      asked = "";
      // React Native's own URL changes what it is given, and most of its members throw.
      const isNative = runtime.navigator?.product === "ReactNative";
      // What a page's own sockets go by, also in a frame without an address.
      const base = runtime.document?.baseURI ?? runtime.location?.href;
      // The fragment is no server's business, and some sockets refuse it.
      const url = String(isNative ? given : new URL(given, base)).replace(/#.*/, "");
      asked = "getToken()";
      const token = await link._token?.(retries._refresh || retries._doubts === 1);
      if (mine !== turn) return;
      asked = "";
      const protocols = [options.protocols ?? [], options.codec?.name ? `ws-kit.${options.codec.name}` : []].flat();
      where = redact(url);
      const target: Target = { _url: url, _protocols: protocols, _token: token };
      socket = connect(options, target, (type, event) => {
        if (mine === turn) hear(type, event);
      });
    } catch (error) {
      if (mine !== turn) return;
      const failure = asked ? asError(error) : withoutToken(asError(error));
      down(ABNORMAL, String(failure), failure);
    }
  };

  const hear: Hear = (type, { data, code, reason, message, error }) => {
    if (type === "close") down(code || ABNORMAL, reason || why);
    else if (type === "error") {
      why = redact(message || error?.code || "");
      // A dial that the page's policy forbids is closed, and Chromium tells of no close.
      if (!isUp()) arm(0, () => drop(why));
    } else if (type === "open") void opened();
    else if (isUp()) {
      const packet = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
      listeners._tell?.("received", packet);
      pulse._heard(packet === PONG_FRAME);
      if (packet === PING_FRAME) pass(PONG_FRAME);
      else if (packet !== PONG_FRAME) receive(packet);
    }
  };

  const opened = async (): Promise<void> => {
    const mine = (opening = turn);
    const opens = greet(turn);
    link._greeted = false;
    openedAt = now();
    link._failure = undefined;
    pulse._reset();
    const follow = link._begins?.(opens as never);
    const those = listeners._groups(OPEN).get(undefined) ?? new Set();
    for (const handler of Array.from(those)) {
      if (opening !== mine || !those.has(handler)) continue;
      const late = new Promise<void>((done) => arm(connectTimeoutMs, done));
      link._greets = true;
      const greeted = attempt(handler._call, listeners._failed, opens as never);
      link._greets = false;
      await Promise.race([late, greeted]);
    }
    if (opening !== mine) return;
    link._greeted = true;
    link._state = "open";
    // A login among them may be what lets this client follow.
    follow?.();
    opening = 0;
    outbox._flush();
    if (link._state === "open") move("open");
  };

  /** Does not wait for a server that may be gone. */
  const drop = (reason: string, code: number = TIMEOUT): void => {
    socket?._close(code, reason);
    down(ABNORMAL, reason);
  };

  /** @param failure Why no socket could be made; but for what the application was asked for, it would not be the next time. */
  const down = (code: number, reason: string, failure?: Error): void => {
    const mine = ++turn;
    const closing = link._state === "closing";
    end = `${code} ${reason}`.trim();
    if (isUp() && now() - openedAt >= retries._stableMs) retries._forgive();
    const wanted = phase === ON;
    const failed = wanted && link._state === "connecting" && !opening;
    // A new connect() while closing is followed whatever ended the old one.
    const again = wanted && (closing || ((asked || !failure) && retries._allow(code, reason)));
    retries._refresh ||= code === UNAUTHENTICATED;
    if (failed && socket) retries._doubts++;
    socket = undefined;
    const gaveUp = wanted && !again;
    if (gaveUp) enter(retries._spent() ? IDLE : OVER);
    pulse._reset(Infinity);
    // A server echoes the code it was closed with (RFC 6455 §5.5.1); another one says that it hung up by itself.
    const tell = outbox._lose(end, !again, closing && code === closeCode);
    move("closed", { code, reason });
    tell();
    if (failed) {
      failure ??= new Error(`Cannot connect to ${asked || where} (${end}). Usually: port, path, Origin, token (401)`);
      // Each cause once, until a connection opens.
      if (failure.message !== link._failure?.message)
        listeners._report(asked === "getToken()" ? "auth" : "connect", (link._failure = failure));
    }
    if (gaveUp) listeners._report("connect", new ConnectionClosedError(end));
    if (!again || mine !== turn || phase !== ON) return;
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
    // What was sent before a page is left is confirmed while it can still hear of it.
    pulse._probe();
    // Also a hidden page dials at once when the network is back.
    if (type === "online" || !runtime.document?.hidden) {
      retries._forgive();
      redial();
    }
  };

  const enter = (to: number): void => {
    phase = to;
    for (const type of WAKE_EVENTS) runtime[to === ON ? "addEventListener" : "removeEventListener"]?.(type, wake);
  };

  const open = (): void => {
    if (phase === ON) return redial();
    enter(ON);
    retries._forgive();
    if (link._state === "closed") void dial();
  };

  /** Waits for a state; rejects when it cannot come any more. */
  const until = (wanted: ConnectionState): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (state: ConnectionState): void => {
        if (state === wanted) resolve();
        else if (state === "closed" && phase !== ON) reject(new ConnectionClosedError(end));
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
    _greeted: false,
    _autoConnect: options.autoConnect,
    _holdOffMs: undefined,
    _connect() {
      open();
      // A handler of the opening would wait for its own end.
      const connected = until(link._greets ? link._state : "open");
      // Whoever does not wait for it learns of a failure through onState and onError.
      connected.catch(() => {});
      return connected;
    },
    async _close(code = NORMAL, reason = "") {
      const byUs = "by this client";
      outbox._hangUp(byUs);
      link._session++;
      enter(link._autoConnect ? IDLE : OVER);
      if (isUp()) {
        closeCode = fitCode(code);
        move("closing", {}, closeTimeoutMs, dead);
        socket?._close(closeCode, fitReason(reason));
      } else if (link._state === "closed") outbox._lose(byUs, true, false)();
      else if (link._state !== "closing") drop(byUs, NORMAL);
      await until("closed");
    },
    _wish: () =>
      queueMicrotask(() => {
        if (!link._session) link._opens();
      }),
    _opens() {
      if (phase === IDLE && link._autoConnect !== false) open();
      return phase !== OVER;
    },
    _buffered: () => socket?._buffered() ?? 0,
    _pass: pass,
    _transmit: pass,
  };

  if (options.autoConnect) link._wish();
  return link;
}

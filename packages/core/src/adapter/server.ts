import type { MaybePromise } from "../api/data.ts";
import { checkDrain, pause, type DrainOptions } from "../lifecycle/drain.ts";
import { systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { isUpgrade } from "./endpoint.ts";
import { isA } from "../base/thrown.ts";
import { unsendable } from "./headers.ts";
import { isPromise } from "../base/when.ts";

/** What `serve` takes on every runtime, besides its handler's options. `More` is what `fetch` gets beside the request. */
export interface ServeBase<More extends unknown[] = []> {
  /** Default 3000; 0 takes a free one. */
  port?: number | undefined;
  /** Default: every interface. */
  hostname?: string | undefined;
  /** Path of the WebSocket endpoint; the rest goes to `fetch`. Default: every upgrade is taken. */
  path?: string | undefined;
  /** Answers what is no upgrade. Default: 404, or 426 on the endpoint's own path. */
  fetch?: ((req: Request, ...more: More) => MaybePromise<Response>) | undefined;
}

/** How a server stops. */
export type StopOptions = Pick<DrainOptions, "timeoutMs">;

/** A running server, as `serve` gives it on every runtime. */
export interface ServerHandle<Native = unknown> {
  /**
   * Resolves once it listens. Where the port is taken it rejects on Node; Bun and Deno listen before `serve` returns, which throws
   * there.
   */
  readonly ready: Promise<void>;
  readonly port: number;
  readonly hostname: string;
  readonly url: URL;
  /** The runtime's own server. */
  readonly server: Native;
  /** Stops listening, drains every connection and closes it with 1012. `timeoutMs` as for `router.drain`. */
  stop(options?: StopOptions): Promise<void>;
}

/**
 * A stop that runs once: whoever asks again waits for the first. It rejects with a RangeError, and stops nothing, for a
 * time that is none.
 */
export function stopOnce(stop: (options: StopOptions) => Promise<void>): ServerHandle["stop"] {
  let stopping: Promise<void> | undefined;
  return (options = {}) => {
    try {
      checkDrain(options);
    } catch (error) {
      return Promise.reject(error);
    }
    return (stopping ??= stop(options));
  };
}

/**
 * Whether a request is for the WebSocket endpoint of a `serve`: an upgrade on its path, or whatever comes there where no
 * `fetch` would answer it.
 */
export function isForEndpoint(req: Request, { path, fetch }: { path?: string | undefined; fetch?: unknown }): boolean {
  if (path !== undefined && new URL(req.url).pathname !== path) return false;
  return isUpgrade(req.headers.get("upgrade")) || (path !== undefined && fetch === undefined);
}

/**
 * A port, also as a text of the environment; undefined where none was given.
 * @throws RangeError for what is none: a runtime would take some texts for the name of a pipe.
 */
export function portOf(port: unknown): number | undefined {
  if (port === undefined) return undefined;
  const figure = typeof port === "string" && /^\d+$/.test(port) ? Number(port) : port;
  if (typeof figure === "number" && Number.isInteger(figure) && figure >= 0 && figure < 65_536) return figure;
  throw new RangeError(`A port is a whole number from 0 to 65535, not ${JSON.stringify(port)}`);
}

/** Waits until nothing is left, or until a reading of `performance.now()`. */
export async function untilNone(left: () => number, until: number): Promise<void> {
  while (left() > 0 && systemClock.monotonic() < until) await pause(systemClock);
}

/**
 * What an application's `fetch` answers; one that fails, or returns no response that can be sent, is a 500 and an entry in
 * the log. Never throws or rejects.
 */
export function answered(logger: Logger, fetch: () => unknown): MaybePromise<Response> {
  const failed = (error: unknown) => fetchFailed(logger, error);
  try {
    const given = fetch();
    return isPromise(given) ? Promise.resolve(given).then(sendable).catch(failed) : sendable(given);
  } catch (error) {
    return failed(error);
  }
}

/** For what a runtime finds wrong with a response itself, like a body that something else reads. */
export function fetchFailed(logger: Logger, error: unknown): Response {
  logger.error("fetch failed", error);
  return new Response("Internal server error", { status: 500 });
}

/** @throws TypeError that says what to return instead. */
function sendable(given: unknown): Response {
  if (!isA(given, Response)) throw new TypeError("fetch has to return a Response");
  if (given.bodyUsed) throw new TypeError("fetch returned a Response that has been sent: make one for each request");
  // 101 is another handler's upgrade, where the runtime makes a response of it.
  const { status } = given;
  if (status === 0) throw new TypeError("fetch returned Response.error(), which cannot be sent");
  // Of a class of its own it may have any.
  if (!(status >= 101 && status <= 599)) throw new TypeError(`fetch returned a Response with status ${status}`);
  const name = unsendable(given.headers);
  if (name !== undefined)
    throw new TypeError(`fetch returned a Response whose header ${name} has a control character in it`);
  return given;
}

/** Where a server is reached from this machine; one that listens on every interface is `localhost`. */
export function urlOf(scheme: "http" | "https", hostname: string, port: number): URL {
  const host = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname.replace(/^.*:.*$/, "[$&]");
  return new URL(`${scheme}://${host}:${port}/`);
}

import type { Extension, MaybePromise } from "@ws-kit/core/extend";
import { assets } from "./assets.ts";
import { answer, answerJson, bodyOf, turnedAway } from "./door.ts";
import { Observer } from "./observer.ts";
import { checked, type DevtoolsOptions } from "./options.ts";
import { redactor } from "./redact.ts";
import { catalogue, send, sendables, type SendingRouter } from "./send.ts";
import { writeSession } from "./session/format.ts";
import { Recorder, type Recording, type RecordOptions } from "./session/record.ts";
import { framesOf, rowsFor, whole } from "./views.ts";
import type { Look, Seen, SendRequest } from "./wire.ts";

export type { DevtoolsOptions } from "./options.ts";
export type { RedactRule } from "./redact.ts";
export type { Recording, RecordOptions } from "./session/record.ts";

/** A router, as far as its tools need it. */
export interface ToolsRouter extends SendingRouter {
  extend(extension: Extension): unknown;
}

/** In this repository alone: what is published has the page in it. */
const NOT_BUNDLED = `This page is bundled from its sources, by what is not installed here. End the server, and then:
npx -y pnpm@12 install
npx -y pnpm@12 start
`;

/** Serves the page: the `fetch` of a server. */
export interface Devtools {
  (req: Request, ...more: unknown[]): Promise<Response>;
  /** Answers a request for the page; undefined for every other one. */
  handle(this: void, req: Request): Promise<Response> | undefined;
  /**
   * Writes down what clients send and are sent from now on, redacted, for `replay`.
   * @throws Error while another session is being recorded.
   */
  record(this: void, options?: RecordOptions): Recording;
}

/**
 * Serves a page that shows what a router does: who is connected, topics, frames, requests, errors. Call it before other
 * extensions are added, so that a recorded session has the frames that they take; while nobody looks it keeps nothing but errors.
 *
 * @returns what answers requests for the page under `/devtools`, and others as the option `fetch` does.
 * @throws TypeError in production without a `guard`, and for an option that there is not; RangeError for a figure out of range.
 * @example
 * serve(router, { port: 3000, path: "/ws", fetch: devtools(router) }); // http://localhost:3000/devtools
 */
export function devtools(router: ToolsRouter, options: DevtoolsOptions = {}): Devtools {
  const { path, guard, maxFrames = 5_000, maxFrameBytes = 8_388_608, ...given } = checked(options);
  const observer = new Observer(maxFrames, maxFrameBytes);
  const redact = redactor(given.redact);
  router.extend(observer.extension);

  const seen = (look: Look): Seen => {
    observer.look();
    const now = Date.now();
    const rows = rowsFor(look, observer, redact);
    const { recorder, seats } = observer;
    const topics = new Set([...seats].flatMap(({ listener }) => [...listener.topics()]));
    return {
      now,
      connections: [...seats].reduce((sum, { listener }) => sum + listener.connections.size, 0),
      topics: topics.size,
      errors: observer.errors.end,
      listeners: seats.size,
      recording: recorder ? { frames: recorder.frames, since: recorder.since, dropped: recorder.dropped } : null,
      points: observer.figures.since(look.second ?? 0, now),
      ...(rows !== undefined && { rows }),
    };
  };

  const record: Devtools["record"] = (recordOptions = {}) => {
    if (observer.recorder !== undefined) throw new Error("A session is being recorded already: stop that one first");
    const recorder = new Recorder(given.redact, Date.now(), recordOptions);
    observer.recorder = recorder;
    for (const { listener } of observer.seats) {
      for (const connection of listener.connections) recorder.opened(connection, recorder.since, true);
    }
    return {
      get frames() {
        return recorder.frames;
      },
      get dropped() {
        return recorder.dropped;
      },
      since: recorder.since,
      stop() {
        if (observer.recorder === recorder) observer.recorder = undefined;
        return writeSession(recorder.session);
      },
    };
  };
  let recording: Recording | undefined;
  let recorded = "";

  const posts: Record<string, (body: never) => MaybePromise<unknown>> = {
    look: (body: Look) => seen(body),
    frame: ({ n }: { n: number }) => {
      const frame = observer.frames.ring.at(n);
      return { frame: whole(frame?.packet, redact, observer) ?? null };
    },
    pair: (body: Parameters<typeof framesOf>[0]) => ({ frames: framesOf(body, redact, observer) }),
    messages: () => sendables(catalogue(router, given.messages), given.toJsonSchema),
    send: (body: SendRequest) => send(body, router, catalogue(router, given.messages)),
    record: () => {
      recording = record();
      return { ok: true };
    },
    stop: () => {
      recorded = recording?.stop() ?? recorded;
      recording = undefined;
      return { ok: true };
    },
  };

  const respond = async (req: Request, name: string): Promise<Response> => {
    const reason = await turnedAway(req, guard);
    if (reason !== undefined) return answer(`${reason}\n`, "text/plain", 403);
    if (req.method === "GET") {
      if (name === "session.jsonl") {
        return answer(recorded, "application/jsonl", 200, {
          "content-disposition": `attachment; filename="session.jsonl"`,
        });
      }
      const files = await assets();
      if (files === undefined) return answer(NOT_BUNDLED, "text/plain", 503);
      const { html, js, css } = files;
      if (name === "") return answer(html, "text/html");
      if (name === "page.js") return answer(js, "text/javascript");
      if (name === "page.css") return answer(css, "text/css");
    }
    const post = req.method === "POST" && Object.hasOwn(posts, name) ? posts[name] : undefined;
    if (post === undefined) return answer("Not found\n", "text/plain", 404);
    const body = await bodyOf(req);
    if (typeof body !== "object" || body === null) return answer("Not JSON\n", "text/plain", 400);
    return answerJson(await post(body as never));
  };

  const handle: Devtools["handle"] = (req) => {
    const { pathname } = new URL(req.url);
    // Relative to the folder, wherever a proxy puts it.
    if (pathname === path)
      return Promise.resolve(
        answer(null, "text/plain", 302, { location: `${path.slice(path.lastIndexOf("/") + 1)}/` }),
      );
    return pathname.startsWith(`${path}/`) ? respond(req, pathname.slice(path.length + 1)) : undefined;
  };
  const fetch = given.fetch as ((req: Request, ...more: unknown[]) => MaybePromise<Response>) | undefined;
  const tools = async (req: Request, ...more: unknown[]): Promise<Response> =>
    (await handle(req)) ?? (await fetch?.(req, ...more)) ?? new Response("Not found", { status: 404 });
  return Object.assign(tools, { handle, record });
}

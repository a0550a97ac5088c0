import { createRouter, type Router, type RouterOptions } from "@ws-kit/zod";
import type { Codec, UpgradeOptions } from "@ws-kit/core";
import type { Extension } from "@ws-kit/core/extend";
import { authenticate, refusals, type Data } from "./auth.ts";
import { Gates } from "./gates.ts";
import { addHandlers, addLifecycle } from "./handlers.ts";
import { addRouting } from "./routing.ts";
import { createAuthenticate, LEASED } from "./tokens.ts";

export { control, type Outside } from "./control.ts";
export type { Data } from "./auth.ts";
export { codecCalled } from "./codec.ts";

/** One WebSocket endpoint of the fixture: its router, and who may connect. */
export interface Endpoint {
  readonly path: `/${string}`;
  readonly router: Router<Data>;
  readonly options: UpgradeOptions<Data>;
}

/** Limits low enough to reach, and times short enough to wait for. */
export const TIGHT = {
  maxMessageBytes: 1_000,
  maxDepth: 8,
  maxPendingMessages: 4,
  maxInflightRequests: 2,
  maxStreamBytes: 500,
  maxTopics: 3,
  maxTopicBytes: 16,
  maxBufferedBytes: 65_536,
  maxViolations: 3,
  requestTimeoutMs: 300,
  maxRequestTimeoutMs: 600,
  handlerTimeoutMs: 300,
  openTimeoutMs: 300,
  closeGraceMs: 300,
  authTimeoutMs: 300,
} as const;

export const PULSE = { intervalMs: 400, timeoutMs: 200 } as const;

/** The endpoints that every adapter serves, side by side on one server. */
export interface App {
  readonly main: Endpoint;
  /** The same with low limits. */
  readonly tight: Endpoint;
  /** With a heartbeat. */
  readonly pulse: Endpoint;
  /** With a list of origins and without `authenticate`. */
  readonly listed: Endpoint;
  /** With an asynchronous decision on origins, and a limit for connections with the same `share` in their query. */
  readonly decided: Endpoint;
  /** Whose connections end with their tokens. */
  readonly leased: Endpoint;
  /** Whose router decides on upgrades, and nobody else. */
  readonly own: Endpoint;
  /** Whose connections outlive their sockets. */
  readonly resumed: Endpoint;
  /** To be drained. */
  readonly restart: Endpoint;
}

const logger: NonNullable<RouterOptions["logger"]> = {
  debug: () => {},
  warn: (message) => console.error(`[warn] ${message}`),
  error: (message, cause) => console.error(`[error] ${message}`, cause instanceof Error ? cause.message : ""),
};

/** Remembers the upgrades that are refused. */
const doorman: Extension = {
  name: "doorman",
  setup: () => ({ upgradeRefused: (_, { status, cause, path }) => void refusals.push({ status, cause, path }) }),
};

const DECIDED = {
  allowedOrigins: async (origin: string): Promise<boolean> => {
    await Promise.resolve();
    if (origin === "https://broken.example") throw new Error("the origins cannot be read");
    return origin === "https://truthy.example" ? ("yes" as never) : origin === "https://app.example";
  },
  maxConnectionsPer: {
    key: (req: Request) => new URL(req.url).searchParams.get("share") ?? undefined,
    limit: 2,
  },
};

/** Another one's where the second upgrade says what a message has assigned. */
const whose = ({ user, role, resume }: Data) => (resume !== undefined && resume === role ? resume : user);

/** @param codec That of every endpoint. */
export function createApp(codec?: Codec): App {
  const gates = new Gates();
  const stale = new Set<string>();

  function router(options: RouterOptions<Data> = {}): Router<Data> {
    const made = createRouter<Data>({ logger, ...(codec && { codec }), ...options });
    addLifecycle(made, gates, stale);
    addHandlers(made, gates);
    return made;
  }

  function leased(): Omit<Endpoint, "path"> {
    let now = Date.now;
    const made = router(LEASED).extend({
      name: "clock",
      setup({ clock }) {
        now = () => clock.now();
        return {};
      },
    });
    return { router: made, options: { authenticate: createAuthenticate(() => now()) } };
  }

  function resumed(): Router<Data> {
    const made = router({ resume: true, identify: whose });
    made.onResume(({ data, clientId, ws }) => {
      if (data.resume === "ctx.ws") ws.close(4403, "banned meanwhile");
      if (data.resume === "connections") made.connections.get(clientId)?.close(4403, "banned meanwhile");
    });
    return made;
  }

  const options = { authenticate, protocols: ["chat.v2", "chat.v1"] };
  const main = router({
    authorizeTopic(topic) {
      if (topic === "secret") return false;
      return topic === "secret-async" ? Promise.resolve(false) : true;
    },
  });
  addRouting(main);
  return {
    main: { path: "/main", router: main, options },
    tight: { path: "/tight", router: router({ limits: TIGHT }), options },
    pulse: {
      path: "/pulse",
      router: router({ heartbeat: { ...PULSE, onStaleConnection: (clientId) => void stale.add(clientId) } }),
      options,
    },
    listed: { path: "/listed", router: router(), options: { allowedOrigins: ["https://app.example"] } },
    decided: { path: "/decided", router: router().extend(doorman), options: { authenticate, ...DECIDED } },
    leased: { path: "/leased", ...leased() },
    own: { path: "/own", router: router({ authenticate }), options: {} },
    resumed: { path: "/resumed", router: resumed(), options },
    restart: { path: "/restart", router: router(), options },
  };
}

import { createRouter, message, z, type Router } from "@ws-kit/zod";

interface Running {
  readonly port: number;
  readonly ready?: Promise<void>;
}

interface Options {
  port: number;
  hostname: string;
  path: string;
  authenticate: (req: Request) => object;
  fetch: (req: Request) => Response;
}

/** A runtime's own, as far as this is concerned. */
type Serve = (router: Router, options: Options) => Running;

/** What became of one peer. */
export interface Fate {
  /** Messages that were handled, the last of them, and whether each came after the one before it. */
  handled: number;
  last: number;
  inOrder: boolean;
  /** Whether it is among the connections, and whether `onClose` was called for it. */
  open: boolean;
  closed: boolean;
}

const Work = message("WORK", { n: z.number() });

/** Serves handlers of 2 ms; tells by HTTP what became of each peer, which names itself in the query of its URL. */
export async function serveSlowly(serve: Serve): Promise<void> {
  const fates: Record<string, Fate> = {};
  const router = createRouter();
  router.onOpen(({ data }) => {
    fates[data["name"] as string] = { handled: 0, last: -1, inOrder: true, open: true, closed: false };
  });
  router.on(Work, async ({ data, payload: { n } }) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const fate = fates[data["name"] as string] as Fate;
    fate.inOrder &&= n > fate.last;
    fate.last = n;
    fate.handled++;
  });
  router.onClose(({ data }) => {
    (fates[data["name"] as string] as Fate).closed = true;
  });
  const server = serve(router, {
    port: 0,
    hostname: "127.0.0.1",
    path: "/ws",
    authenticate: (req) => ({ name: new URL(req.url).searchParams.get("name") }),
    fetch() {
      const open = new Set([...router.connections].map(({ data }) => data["name"]));
      for (const [name, fate] of Object.entries(fates)) fate.open = open.has(name);
      return Response.json(fates);
    },
  });
  await server.ready;
  console.log(`LISTENING ${server.port}`);
}

import { connect } from "node:net";
import { createRouter } from "@ws-kit/zod";
import { quiet, start, wait, type Serve } from "./serving.ts";

/** What came of what a `fetch` returned. */
export interface Fetched {
  readonly nothing: number;
  readonly again: number[];
  readonly error: number;
  readonly controls: number[];
  /** A body that something else reads: status, and whether the answer shows the source. */
  readonly locked: (readonly [status: number, shown: boolean])[];
  readonly page: number;
  readonly many: string;
}

const streamed = (): ReadableStream => new Blob(["a secret"]).stream();

function locked(given: Response): Response {
  given.body?.getReader();
  return given;
}

/** The first line of an answer, which has more headers than `fetch` takes. */
async function lineOf(port: number, path: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const line = new Promise<string>((resolve) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk.toString("latin1").split("\r\n")[0] ?? ""));
  });
  const first = await Promise.race([line, wait(3_000).then(() => "late")]);
  socket.destroy();
  return first;
}

/** Asks for what a `fetch` should not have returned, and for what it may. */
export async function fetched(serve: Serve): Promise<Fetched> {
  const same = new Response("once");
  const answers: Record<string, () => Response> = {
    "/nothing": () => undefined as unknown as Response,
    "/again": () => same,
    "/error": () => Response.error(),
    "/control": () => new Response("x", { headers: { "x-own": "a\u0001b" } }),
    "/delete": () => new Response("x", { headers: { "x-own": "a\u007fb" } }),
    "/cookie": () => new Response("x", { headers: { "set-cookie": "a=\u0001" } }),
    "/date": () => new Response("x", { headers: { date: "\u0002" } }),
    "/locked": () => locked(new Response("x")),
    "/locked-stream": () => locked(new Response(streamed())),
    "/teed": () => {
      const given = new Response(streamed());
      given.body?.tee();
      return given;
    },
    "/page": () => new Response("page"),
    "/many": () => new Response("x", { headers: Array.from({ length: 8_000 }, (_, i) => [`x-${i}`, "y"]) }),
  };
  const server = await start(serve, createRouter({ logger: quiet }), {
    path: "/ws",
    fetch: (req) => (answers[new URL(req.url).pathname] as () => Response)(),
  });
  const status = async (path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    await response.arrayBuffer();
    return response.status;
  };
  const answer = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, (await response.text()).includes("secret")] as const;
  };
  const found = {
    nothing: await status("/nothing"),
    again: [await status("/again"), await status("/again")],
    error: await status("/error"),
    controls: await Promise.all(["/control", "/delete", "/cookie", "/date"].map(status)),
    locked: await Promise.all(["/locked", "/locked-stream", "/teed"].map(answer)),
    page: await status("/page"),
    many: await lineOf(server.port, "/many"),
  };
  await server.stop({ timeoutMs: 100 });
  return found;
}

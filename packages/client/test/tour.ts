import { isServerError, wsClient, type ClientOptions } from "@ws-kit/client/zod";
import { handlers } from "@ws-kit/client/parts";
import { streams } from "@ws-kit/client/streams";
import { codecFor } from "./codecs.ts";
import { Add, Copy, Count, Double, Echo, Find, Guess, Note } from "./messages.ts";

/** Goes once through what a client does, in whatever runtime. Answers `ok`. */
export async function tour(url: string, options: Partial<ClientOptions> = {}): Promise<string> {
  const client = wsClient({
    url,
    heartbeat: { intervalMs: 50 },
    auth: { getToken: () => "a b", attach: "protocol" },
    ...codecFor(url),
    ...options,
    use: [handlers(), streams()],
  });
  const echoed = new Promise<number>((resolve) => client.once(Echo, ({ payload }) => resolve(payload.n)));
  client.send(Note, { n: 7 });
  assert((await echoed) === 7, "echo");
  assert((await client.request(Add, { a: 1, b: 2 })).payload.sum === 3, "request");
  let progress = 0;
  for await (const { at } of client.stream(Count, { to: 3 })) progress += at;
  assert(progress === 6, "progress");
  const error = await client.request(Find, { id: "x" }).catch((reason: unknown) => reason);
  assert(isServerError(error, Find) && error.code === "NOT_FOUND" && error.context?.id === "x", "error");
  client.handle(Guess, (request) => {
    const { payload } = request;
    request.progress({ at: payload.n });
    return { n: payload.n * 2 };
  });
  const { payload: doubled } = await client.request(Double, { n: 4 });
  assert(doubled.n === 8 && doubled.at === 4, "asked by the server");
  // More than one window (256 KiB) each way.
  const text = "x".repeat(8_000);
  const copy = client.stream(Copy, {}, { send: Array.from({ length: 40 }, () => ({ text })) });
  let copied = 0;
  for await (const item of copy) copied += item.text.length;
  assert(copied === 320_000 && (await copy.result).payload.items === 40, "streams");
  while (client.latencyMs === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  await client.close();
  assert(client.state === "closed", "closed");
  return "ok";
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Failed: ${what}`);
}

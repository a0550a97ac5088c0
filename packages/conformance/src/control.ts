import type { Router } from "@ws-kit/zod";
import { held, refusals, released, type Data } from "./auth.ts";
import { Said } from "./messages.ts";

/** What reaches an endpoint's connections from outside their handlers. */
export type Outside = Pick<Router<Data>, "publish" | "connections" | "drain">;

/** The fixture's HTTP side, served beside the sockets: `/control/<command>?…`. Undefined for other paths. */
export async function control(req: Request, outside: Outside): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(req.url);
  const param = (name: string) => searchParams.get(name) ?? "";
  switch (pathname) {
    case "/hello":
      return new Response(`hello by ${req.method}`);
    case "/where":
      return new Response(req.url);
    case "/control/publish":
      return Response.json(await outside.publish(param("room"), Said, { text: param("text") }));
    case "/control/send":
      return Response.json({ sent: outside.connections.send(param("id"), Said, { text: param("text") }) });
    case "/control/connections": {
      const tests = [...outside.connections].map(({ data }) => data.test);
      return Response.json({ count: tests.filter((test) => test === param("test")).length });
    }
    case "/control/drain":
      await outside.drain({ timeoutMs: 5_000, reconnectAfterMs: 1_234 });
      return Response.json({ left: outside.connections.size });
    case "/control/host":
      return Response.json({ host: new URL(req.url).host });
    case "/control/held":
      return Response.json({ held: held.has(param("test")) });
    case "/control/refusals":
      return Response.json({ refusals });
    case "/control/release":
      released.add(param("test"));
      return Response.json({});
    default:
      return undefined;
  }
}

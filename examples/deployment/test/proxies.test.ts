import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, wsClient } from "@ws-kit/client/zod";
import { expect, onTestFinished, test } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { type Program, withServer } from "../../../test/servers.ts";
import { Where } from "../messages.ts";
import { certificate, type Node, type Prepared, startNode, startProxy } from "./proxy.ts";

interface Proxy {
  readonly program: Program;
  readonly config: string;
  /** Whether the members of a room meet on one node. */
  readonly places: boolean;
  /** Whether it ends connections that are silent for as long as its configuration says. */
  readonly cuts: boolean;
  readonly prepare: (text: string, folder: string, port: number) => Promise<Prepared>;
}

const PROXIES: readonly Proxy[] = [
  {
    program: "nginx",
    config: "nginx.conf",
    places: true,
    cuts: true,
    async prepare(text, folder, port) {
      const { pem, key } = await certificate(folder);
      const server = text
        .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
        .replace("/etc/ssl/chat.pem", pem)
        .replace("/etc/ssl/chat.key", key);
      // Around what belongs into conf.d, as Debian's nginx.conf is.
      const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      );
      const main = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
        events {} http { access_log off; ${paths.join(" ")} ${server} }`;
      await writeFile(join(folder, "nginx.conf"), main);
      return { args: ["-c", join(folder, "nginx.conf"), "-p", folder] };
    },
  },
  {
    program: "caddy",
    config: "Caddyfile",
    places: false,
    cuts: false,
    async prepare(text, folder, port) {
      // A name that needs no certificate of the world's, and nothing outside of the folder.
      const site = text.replace("chat.example.com {", `https://localhost:${port} {\n\ttls internal`);
      const global = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n";
      await writeFile(join(folder, "Caddyfile"), global + site);
      return {
        args: ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")],
        env: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      };
    },
  },
  {
    program: "haproxy",
    config: "haproxy.cfg",
    places: true,
    cuts: true,
    async prepare(text, folder, port) {
      const { pem } = await certificate(folder);
      const config = text.replace("bind :443", `bind 127.0.0.1:${port}`).replace("/etc/ssl/chat.pem", pem);
      await writeFile(join(folder, "haproxy.cfg"), config);
      return { args: ["-db", "-f", join(folder, "haproxy.cfg")] };
    },
  },
];

/** A browser behind the proxy, that says it is somebody else. */
function visit(port: number, query: string, origin: string = `https://localhost:${port}`): Client {
  const headers = { Origin: origin, "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example" };
  class Visitor extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { rejectUnauthorized: false, headers } satisfies ClientOptions);
    }
  }
  const client = wsClient({
    url: `wss://localhost:${port}/ws${query}`,
    WebSocket: Visitor as never,
    reconnect: { initialDelayMs: 50 },
  });
  onTestFinished(() => client.close());
  return client;
}

for (const { program, config, places, cuts, prepare } of PROXIES) {
  withServer(program, config, (path) => {
    async function start(env: Readonly<Record<string, string>> = {}): Promise<{ nodes: Node[]; port: number }> {
      const nodes = await Promise.all(["a", "b"].map((name) => startNode(name, { HEARTBEAT_MS: "500", ...env })));
      return { nodes, port: await startProxy(path, config, nodes, prepare) };
    }

    test("tells who asks, and which host; a page from elsewhere is refused", async () => {
      const { port } = await start();
      const { payload } = await visit(port, "?room=7").request(Where);
      expect(payload).toMatchObject({ room: "7", address: "127.0.0.1", url: `https://localhost:${port}/ws?room=7` });
      const elsewhere = visit(port, "", "https://evil.example");
      const why = new Promise<string>((resolve) => elsewhere.onError((error) => resolve(error.message)));
      void elsewhere.connect().catch(() => {});
      expect(await why).toMatch(/403|Cannot connect/);
      expect(elsewhere.isConnected).toBe(false);
    });

    test.each([
      ["that the heartbeat fills", "500", false],
      ["that is longer", "30000", cuts],
    ])("a silence %s", { timeout: 60_000 }, async (_, HEARTBEAT_MS, isCut) => {
      const { port } = await start({ HEARTBEAT_MS });
      const client = visit(port, "?room=7");
      await client.connect();
      const states: string[] = [];
      client.onState((state) => void states.push(state));
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(states.includes("reconnecting")).toBe(isCut);
    });

    test("lets a node leave, whose clients go on at another one", { timeout: 60_000 }, async () => {
      const { nodes, port } = await start();
      const clients = Array.from({ length: 10 }, (_, n) => visit(port, `?room=${n}`));
      const whose = async (): Promise<string[]> =>
        Promise.all(clients.map(async (client) => (await client.request(Where)).payload.node));
      const first = await whose();
      expect(new Set(first)).toEqual(new Set(["a", "b"]));
      const again = visit(port, "?room=3");
      const { payload } = await again.request(Where);
      expect(places ? payload.node : "anywhere").toBe(places ? first[3] : "anywhere");

      const gone = nodes[0]?.leave();
      const failed: unknown[] = [];
      const asking = setInterval(() => void whose().catch((error: unknown) => failed.push(error)), 20);
      await gone;
      clearInterval(asking);
      expect(failed).toEqual([]);
      expect(new Set(await whose())).toEqual(new Set(["b"]));
    });
  });
}

import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetUser, Room, Said } from "@ws-kit/conformance/views/messages";
import { serve } from "@ws-kit/node";
import { createRouter } from "@ws-kit/zod";
import react from "@vitejs/plugin-react";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createServer, type ViteDevServer } from "vite";
import { launchBrowser } from "../../../test/browser.ts";

/** What the page says to write in a module that makes a client. */
const docs = readFileSync(join(import.meta.dirname, "../../../docs/frameworks.md"), "utf8");
const [CLOSING = ""] = /^ *if \(import\.meta\.hot\) \{[^]*?\n *\}/m.exec(docs) ?? [];

/** The application's files, as they are after so many edits. */
const FILES = {
  "index.html": () => `<!doctype html><div id="root"></div><script type="module" src="/main.tsx"></script>`,
  "main.tsx": () => `
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Root } from "./Root.tsx";

createRoot(document.querySelector("#root")!).render(<StrictMode><Root /></StrictMode>);`,
  "Root.tsx": (port: number, edit: number) => `
import { wsClient } from "@ws-kit/client/zod";
import { WsProvider } from "@ws-kit/react";
import { App } from "./App.tsx";

export function Root() {
  return (
    <WsProvider client={() => wsClient({ url: "ws://127.0.0.1:${port}/ws" })}>
      <p id="root-edit">${edit}</p>
      <App />
    </WsProvider>
  );
}`,
  "App.tsx": (_port: number, edit: number) => `
import { GetUser, Room, Said } from "@ws-kit/conformance/views/messages";
import { useConnection, useMessage, useRequest, useTopic } from "@ws-kit/react";
import { useState } from "react";

export function App() {
  const { state } = useConnection();
  const { data } = useRequest(GetUser, { id: "1" });
  const [texts, setTexts] = useState<string[]>([]);
  const room = useTopic(Room({ id: "1" }), { onGap: () => {} });
  useMessage(Said, ({ payload }) => setTexts((now) => [...now, payload.text]), room);
  return <><p id="app-edit">${edit}</p><p id="state">{state}</p><p id="user">{data?.name}</p><p id="texts">{texts.join(",")}</p></>;
}`,
  "client.ts": (port: number, edit: number) => `
import { wsClient } from "@ws-kit/client/zod";

export const client = wsClient({ url: "ws://127.0.0.1:${port}/ws" });
export const edit = ${edit};
${CLOSING}`,
} as const;

/** `Root.tsx` with a client that is the application's. */
const APPLICATIONS = `
import { WsProvider } from "@ws-kit/react";
import { App } from "./App.tsx";
import { client, edit } from "./client.ts";

export function Root() {
  return <WsProvider client={client}><p id="client-edit">{edit}</p><App /></WsProvider>;
}`;

let browser: Browser;
let page: Page;
let folder: string;
let vite: ViteDevServer | undefined;
let server: ReturnType<typeof serve>;
let opened: number;
const router = createRouter({ topics: [Room] })
  .topic(Room, { authorize: () => true })
  .rpc(GetUser, ({ payload }) => ({ name: `user ${payload.id}` }))
  .onOpen(() => void opened++);

/** Vite is told of it, and looks at no file by itself: under load it misses one now and then. */
async function write(file: string, text: string): Promise<void> {
  await writeFile(join(folder, file), text);
  vite?.watcher.emit("change", join(folder, file));
}

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

beforeEach(async () => {
  opened = 0;
  server = serve(router, { port: 0, path: "/ws", hostname: "127.0.0.1", allowedOrigins: "*" });
  await server.ready;
  folder = await mkdtemp(join(import.meta.dirname, "hot-"));
  for (const [file, text] of Object.entries(FILES)) await write(file, text(server.port, 0));
  vite = await createServer({
    root: folder,
    configFile: false,
    cacheDir: join(folder, ".vite"),
    logLevel: "error",
    plugins: [react()],
    server: { port: 0, host: "127.0.0.1", watch: { ignored: ["**"] } },
    resolve: { alias: { "@ws-kit/react": join(import.meta.dirname, "../src/index.ts") } },
  });
  await vite.listen();
  page = await browser.newPage();
}, 60_000);
afterEach(async () => {
  await page.close();
  await vite?.close();
  vite = undefined;
  await server.stop({ timeoutMs: 0 });
  await rm(folder, { recursive: true, force: true });
});

const shows = (id: string, text: string): Promise<void> =>
  vi.waitFor(async () => expect(await page.textContent(`#${id}`)).toBe(text), { timeout: 20_000 });

/** Edits a file ten times, and follows each edit with a message. */
async function edited(file: keyof typeof FILES, id: string): Promise<number> {
  await page.goto(vite?.resolvedUrls?.local[0] ?? "");
  await shows("state", "open");
  await shows("user", "user 1");
  // What Vite finds to be prepared it prepares once, and loads the page anew.
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => Object.assign(window, { isSame: true }));
  const before = opened;
  for (let edit = 1; edit <= 10; edit++) {
    await write(file, FILES[file](server.port, edit));
    await shows(id, String(edit));
    await vi.waitFor(async () => {
      await router.publish(Room({ id: "1" }), Said, { text: String(edit) });
      expect(await page.textContent("#texts")).toMatch(new RegExp(`\\b${edit}$`));
    });
  }
  await shows("state", "open");
  return opened - before;
}

test.each([
  ["a component below the provider", "App.tsx", "app-edit", 0],
  ["the component that has the provider", "Root.tsx", "root-edit", 0],
  ["the module that has an application's client, as the page shows one", "client.ts", "client-edit", 10],
] as const)(
  "ten edits of %s, in Vite's own server, leave one socket",
  { timeout: 90_000 },
  async (_, file, id, more) => {
    if (file === "client.ts") await write("Root.tsx", APPLICATIONS);
    expect(await edited(file, id)).toBe(more);
    expect(await page.evaluate(() => "isSame" in window)).toBe(true);
    await vi.waitFor(() => expect(router.connections.size).toBe(1));
  },
);

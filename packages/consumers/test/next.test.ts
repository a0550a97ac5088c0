import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import { freePort } from "../../../test/ports.ts";
import { whyLeftOut } from "../src/left-out.ts";
import { show } from "../src/page.ts";
import { copyInto, createProject, type Project } from "../src/project.ts";

const FILES = {
  "package.json": JSON.stringify({ private: true, type: "module" }),
  "next.config.js": `export default { outputFileTracingRoot: import.meta.dirname, turbopack: { root: import.meta.dirname } };`,
  // Made in a module that the server loads as well: nothing happens before somebody listens in a browser.
  "app/client.js": `
    import { wsClient } from "@ws-kit/client/zod";
    export const client = wsClient({ url: process.env.NEXT_PUBLIC_WS, autoConnect: false });`,
  "app/chat.js": `
    "use client";
    import { useEffect, useState } from "react";
    import { Add, Say } from "../messages.js";
    import { client } from "./client.js";
    export function Chat() {
      const [text, setText] = useState("waiting");
      useEffect(() => {
        const off = client.on(Say, ({ payload }) => { setText(payload.text); document.title = payload.text; });
        client.connect();
        client.request(Add, { a: 1, b: 2 }).then(({ payload }) => client.send(Say, { text: "sum " + payload.sum }));
        return off;
      }, []);
      return <p>{text}</p>;
    }`,
  "app/page.js": `
    import { Say } from "../messages.js";
    import { Chat } from "./chat.js";
    export default async function Page() {
      const checked = await Say["~standard"].validate({ type: "SAY", payload: { text: "from the server" } });
      return <main><h1>{Say.type}: {checked.value.payload.text}</h1><Chat /></main>;
    }`,
  "app/layout.js": `
    export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }`,
};

const why = whyLeftOut();

describe.skipIf(why)(`in an application of Next.js${why === undefined ? "" : `: ${why}`}`, () => {
  let project: Project;
  let browser: Browser;

  beforeAll(async () => {
    project = await createProject(inject("registry"));
    await copyInto(project, "project");
    await project.write(FILES);
    await project.run("npm install @ws-kit/zod@0 @ws-kit/client@0 @ws-kit/node@0 zod@4 next@16 react@19 react-dom@19");
    browser = await launchBrowser();
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await project?.[Symbol.asyncDispose]();
  });

  test("a server component has the definitions, a client component the client", { timeout: 600_000 }, async () => {
    const port = String(await freePort());
    const [, sockets = ""] = await project.start("node server.js", /^listening on (\d+)$/, {
      ORIGINS: `http://localhost:${port}`,
    });
    await project.run("npx next build", { NEXT_PUBLIC_WS: `ws://localhost:${sockets}/ws` });
    await project.start(`npx next start --port ${port}`, /Ready/);
    const rendered = await (await fetch(`http://localhost:${port}/`)).text();
    expect(rendered).toMatch(/SAY.*from the server/);
    expect(rendered).toContain("waiting");
    expect((await show(browser, `http://localhost:${port}/`)).title).toBe("sum 3");
  });
});

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { runInContext } from "node:vm";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import { freePort } from "../../../test/ports.ts";
import { whyLeftOut } from "../src/left-out.ts";
import { reactNative } from "../src/native.ts";
import { show } from "../src/page.ts";
import { copyInto, createProject, type Project } from "../src/project.ts";

const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin");

/** How each makes `out/NAME.js` of `page.js`, in production. */
const BUNDLERS = {
  esbuild: "npx esbuild page.js --bundle --minify --format=esm --outfile=out/esbuild.js",
  Bun: "bun build page.js --minify --target=browser --outfile=out/Bun.js",
  Rollup: "npx rollup page.js --plugin node-resolve --file out/Rollup.js --format es",
  webpack: "node webpack.js",
  Vite: "npx vite build --config vite.build.js",
};

/** No inline script, no eval, and nothing that turns a text into code (https://w3c.github.io/trusted-types/). */
const STRICT =
  "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types";

const FILES = {
  "package.json": JSON.stringify({ private: true, type: "module" }),
  "webpack.js": `
    import webpack from "webpack";
    webpack({ mode: "production", entry: "./page.js", output: { path: process.cwd() + "/out", filename: "webpack.js" } }, (error, stats) => {
      if (error || stats.hasErrors() || stats.hasWarnings()) throw error ?? new Error(stats.toString());
    });`,
  "vite.build.js": `
    export default {
      build: { outDir: "out", emptyOutDir: false, rollupOptions: { input: "page.js", output: { entryFileNames: "Vite.js" } } },
    };`,
  "index.html": `<!doctype html><script type="module" src="/page.js"></script>`,
  "vite.dev.js": `
    export default {
      server: { port: Number(process.env.VITE_PORT), strictPort: true, host: "localhost", proxy: { "/ws": { target: process.env.TARGET, ws: true, ...JSON.parse(process.env.PROXY) } } },
    };`,
  "vitest.config.js": `export default { test: { include: ["chat.vitest.js"] } };`,
  "jest.config.js": `export default { testEnvironment: "jsdom", transform: {} };`,
  "sw.js": `
    self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));`,
};

const why = whyLeftOut();

describe.skipIf(why)(`in a project that installs the packages${why === undefined ? "" : `: ${why}`}`, () => {
  let project: Project;
  let browser: Browser;

  beforeAll(async () => {
    project = await createProject(inject("registry"), [bun]);
    await copyInto(project, "project");
    await project.write(FILES);
    await mkdir(join(project.directory, "out"));
    await project.run(
      "npm install @ws-kit/zod@0 @ws-kit/client@0 @ws-kit/node@0 @ws-kit/testing@0 zod@4 esbuild@0 rollup@4 @rollup/plugin-node-resolve@16 webpack@5 vite@8 jest@30 jest-environment-jsdom@30 vitest@5 jsdom@31",
    );
    browser = await launchBrowser();
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await project?.[Symbol.asyncDispose]();
  });

  /** Starts the server. @returns its origin. */
  async function serve(env: Record<string, string> = {}): Promise<string> {
    const [, port] = await project.start("node server.js", /^listening on (\d+)$/, env);
    return `http://localhost:${port}`;
  }

  test.each(Object.entries(BUNDLERS))(
    "%s makes a page that works under a strict CSP with Trusted Types",
    { timeout: 180_000 },
    async (name, command) => {
      await project.run(command);
      await writeFile(
        join(project.directory, "out", `${name}.html`),
        `<!doctype html><script type="module" src="${name}.js"></script>`,
      );
      const origin = await serve({ HEADERS: JSON.stringify({ "content-security-policy": STRICT }) });
      const { title, complaints } = await show(browser, `${origin}/${name}.html`);
      expect(title).toBe("sum 3");
      // zod asks once whether it may generate code, and does without: its own setting, `jitless`, spares the question.
      expect(complaints.filter((text) => !/unsafe-eval|Trusted Type|TrustedScript/.test(text))).toEqual([]);
      const text = await readFile(join(project.directory, "out", `${name}.js`), "utf8");
      expect(text).toContain("correlationId");
      expect(text).not.toContain("maxPendingMessages");
      // The checks that development has; Rollup alone, and Bun, are not told that this is production.
      const leftIn = ["Rollup", "Bun"].includes(name);
      expect(leftIn || !text.includes("has no option")).toBe(true);
    },
  );

  test("a Web Worker has a client of its own", { timeout: 180_000 }, async () => {
    await project.run("npx esbuild worker.js --bundle --format=esm --outfile=out/worker.js");
    const page = `<!doctype html><script type="module">
      new Worker("/worker.js", { type: "module" }).onmessage = ({ data }) => { document.title = data; };
    </script>`;
    await project.write({ "out/worker.html": page });
    expect(await show(browser, `${await serve()}/worker.html`)).toEqual({ title: "sum 3", complaints: [] });
  });

  test("a page that a Service Worker controls works", { timeout: 180_000 }, async () => {
    await project.run("npx esbuild page.js --bundle --format=esm --outfile=out/page.js");
    await cp(join(project.directory, "sw.js"), join(project.directory, "out/sw.js"));
    const page = `<!doctype html><script type="module">
      await navigator.serviceWorker.register("/sw.js");
      if (!navigator.serviceWorker.controller)
        await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
      await import("/page.js");
    </script>`;
    await project.write({ "out/controlled.html": page });
    expect(await show(browser, `${await serve()}/controlled.html`)).toEqual({ title: "sum 3", complaints: [] });
  });

  describe("Vite's dev server, with a proxy", () => {
    /** What a page that Vite serves shows. */
    async function shown(proxy: object, letsIn = false): Promise<string> {
      const port = String(await freePort());
      const target = await serve(letsIn ? { ORIGINS: `http://localhost:${port}` } : {});
      const env = { TARGET: target, PROXY: JSON.stringify(proxy), VITE_PORT: port, NO_COLOR: "1" };
      // A mode of its own: from 8.4 on Vite does not start beside another server of the same project and mode.
      await project.start(`npx vite --config vite.dev.js --mode on-${port}`, /Local:/, env);
      return (await show(browser, `http://localhost:${port}`)).title;
    }

    test("leaves the page's host in place", { timeout: 180_000 }, async () => {
      expect(await shown({})).toBe("sum 3");
    });

    test("with changeOrigin and rewriteWsOrigin changes both", { timeout: 180_000 }, async () => {
      expect(await shown({ changeOrigin: true, rewriteWsOrigin: true })).toBe("sum 3");
    });

    test("with changeOrigin alone asks for an origin that the server lets in", { timeout: 180_000 }, async () => {
      expect(await shown({ changeOrigin: true }, true)).toBe("sum 3");
    });
  });

  test("React Native has what the client needs", { timeout: 60_000 }, async () => {
    await project.run("npx esbuild native.js --bundle --format=iife --target=es2020 --outfile=native.bundle.js");
    const code = await readFile(join(project.directory, "native.bundle.js"), "utf8");
    const origin = await serve();
    const told: unknown[][] = [];
    await new Promise<void>((resolve) => {
      const tell = (...what: unknown[]) => {
        told.push(what);
        if (what[0] === "end") resolve();
      };
      runInContext(code, reactNative({ tell, URL_OF_SERVER: `${origin.replace("http", "ws")}/ws` }));
    });
    expect(told).toEqual([
      ["said", "sum 3"],
      ["counted", 1],
      ["counted", 2],
      ["counted", 3],
      ["result", 3],
      ["aborted", "StateError"],
      ["state", "closed"],
      ["end"],
    ]);
  });

  test("jest with jsdom tests a page without a network", { timeout: 120_000 }, async () => {
    const printed = await project.run("npx jest --ci", { NODE_OPTIONS: "--experimental-vm-modules" });
    expect(printed).toContain("1 passed");
  });

  test("vitest with jsdom does the same", { timeout: 120_000 }, async () => {
    const jest = await readFile(join(project.directory, "chat.test.js"), "utf8");
    // No name by which jest finds it as well.
    await project.write({ "chat.vitest.js": jest.replace('"@jest/globals"', '"vitest"') });
    expect(await project.run("npx vitest run --environment jsdom", { NO_COLOR: "1" })).toMatch(/Tests +1 passed/);
  });
});

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createRouter } from "@ws-kit/zod";
import { afterEach, describe, expect, it, vi } from "vitest";
import { devtools, type DevtoolsOptions } from "../src/index.ts";

const DENO = join(createRequire(import.meta.url).resolve("deno/package.json"), "../deno");

afterEach(() => vi.unstubAllEnvs());

const look = {
  method: "POST",
  body: JSON.stringify({ view: "connections" }),
  headers: { "content-type": "application/json" },
};

async function asked(url: string, init: RequestInit = look, options: DevtoolsOptions = {}): Promise<number> {
  const response = await devtools(createRouter(), options)(new Request(url, init));
  return response.status;
}

const withHeaders = (more: Record<string, string>): RequestInit => ({ ...look, headers: { ...look.headers, ...more } });

describe("production", () => {
  it("is refused without a guard, naming it", () => {
    vi.stubEnv("NODE_ENV", "production");
    expect(() => devtools(createRouter())).toThrow(
      /NODE_ENV is production, or cannot be read, without the option guard/,
    );
  });

  it.each([
    ["node", [], "production", "refused"],
    ["node", [], "test", "served"],
    ["bun", ["run"], "production", "refused"],
    ["bun", ["run"], "test", "served"],
    ["deno", ["run", "--no-prompt", "--allow-read", "--allow-env"], "production", "refused"],
    ["deno", ["run", "--no-prompt", "--allow-read", "--allow-env"], "test", "served"],
    // It may not look what it is.
    ["deno", ["run", "--no-prompt", "--allow-read"], "test", "refused"],
  ])("is refused by a process of %s %j with NODE_ENV %s: %s", (runtime, args, mode, said) => {
    const program = runtime === "deno" ? DENO : runtime;
    const file = join(import.meta.dirname, "production.ts");
    const { stdout } = spawnSync(program, [...args, file], {
      env: { ...process.env, NODE_ENV: mode },
      encoding: "utf8",
    });
    expect(stdout).toBe(`${said}\n`);
  });

  it("is served with one that is asked about every request", async () => {
    vi.stubEnv("NODE_ENV", "production");
    const guard = (req: Request): boolean => req.headers.get("authorization") === "Bearer staff";
    const staff = withHeaders({ authorization: "Bearer staff" });
    expect(await asked("https://example.com/devtools/look", look, { guard })).toBe(403);
    expect(await asked("https://example.com/devtools/", { method: "GET" }, { guard })).toBe(403);
    expect(await asked("https://example.com/devtools/look", staff, { guard })).toBe(200);
    expect(await asked("https://example.com/devtools/look", staff, { guard: () => Promise.resolve(false) })).toBe(403);
  });
});

describe("a guard that does not say true or false", () => {
  const failure = new Error("no session store");

  it.each([
    [
      "throws",
      () => {
        throw failure;
      },
    ],
    ["rejects", () => Promise.reject(failure)],
  ])("lets nobody in where it %s, and is logged", async (_, guard) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await asked("http://localhost/devtools/look", look, { guard })).toBe(403);
    expect(await asked("http://localhost/devtools/", { method: "GET" }, { guard })).toBe(403);
    expect(logged.mock.lastCall?.[1]).toBe(failure);
    logged.mockRestore();
  });

  it.each([[new Response("Who?", { status: 401 })], ["no"], [{}], [1], [undefined], [Promise.resolve("false")]])(
    "lets nobody in for %o",
    async (said) => {
      const logged = vi.spyOn(console, "error").mockImplementation(() => {});
      expect(await asked("http://localhost/devtools/look", look, { guard: () => said as never })).toBe(403);
      expect(logged).toHaveBeenCalledWith(expect.stringContaining("says true or false"));
      logged.mockRestore();
    },
  );
});

describe("without a guard", () => {
  it.each(["localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:3000", "app.localhost:3000"])(
    "answers %s",
    async (host) => {
      expect(await asked(`http://${host}/devtools/look`)).toBe(200);
    },
  );

  it.each(["example.com", "192.168.1.7:3000", "localhost.example.com", "127.0.0.1.example.com", "notlocalhost"])(
    "does not answer %s, that a page may have had point here",
    async (host) => {
      expect(await asked(`http://${host}/devtools/look`)).toBe(403);
      expect(await asked(`http://${host}/devtools/`, { method: "GET" })).toBe(403);
    },
  );
});

describe("a page of elsewhere", () => {
  const url = "http://localhost:3000/devtools/look";

  it("may not ask, whatever the guard says", async () => {
    const guard = (): boolean => true;
    for (const origin of ["https://example.com", "http://localhost:5173", "null"]) {
      expect(await asked(url, withHeaders({ origin }), { guard })).toBe(403);
    }
    expect(await asked(url, withHeaders({ origin: "http://localhost:3000" }))).toBe(200);
  });

  it("may lead to the page, and load nothing of it", async () => {
    const page = "http://localhost:3000/devtools/page.js";
    const site = { "sec-fetch-site": "cross-site" };
    expect(await asked(page, { method: "GET", headers: { ...site, "sec-fetch-mode": "no-cors" } })).toBe(403);
    expect(await asked(page, { method: "GET", headers: { ...site, "sec-fetch-mode": "navigate" } })).toBe(200);
  });

  it("cannot send what needs no preflight", async () => {
    expect(await asked(url, { method: "POST", body: "{}", headers: { "content-type": "text/plain" } })).toBe(400);
  });
});

it("answers what is not for it as its option says", async () => {
  const tools = devtools(createRouter(), { path: "/ops/ws", fetch: () => new Response("mine") });
  expect(await (await tools(new Request("http://localhost/ops"))).text()).toBe("mine");
  expect(await (await tools(new Request("http://localhost/ops/wsx"))).text()).toBe("mine");
  const moved = await tools(new Request("http://localhost/ops/ws"));
  expect([moved.status, moved.headers.get("location")]).toEqual([302, "ws/"]);
  expect((await devtools(createRouter())(new Request("http://localhost/"))).status).toBe(404);
  expect(tools.handle(new Request("http://localhost/"))).toBeUndefined();
});

it("lets its page load and ask nothing but its own", async () => {
  const { headers } = await devtools(createRouter())(new Request("http://localhost/devtools/"));
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
  expect(headers.get("content-security-policy")).not.toContain("unsafe");
  expect(headers.get("x-frame-options")).toBe("DENY");
});

it.each([
  [{ path: "devtools" }, "path"],
  [{ maxFrames: 0 }, "maxFrames"],
  [{ gaurd: () => true }, "guard"],
])("refuses %o", (options, name) => {
  expect(() => devtools(createRouter(), options as never)).toThrow(name);
});

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { handlers } from "@ws-kit/client/parts";
import { wsClient } from "@ws-kit/client/zod";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { Confirm, Join, Leave, LogIn, Report, Said, Say } from "./messages.ts";
import { type Started, started } from "./started.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const rows = (page: Page, view: string) => page.locator(`#view-${view} .rows .line:visible`);

function served(runtime: "bun" | "node") {
  // For each try one of its own: what an earlier one did stays in the log.
  let server: Started;
  beforeEach(async () => {
    server = await started(runtime);
  });
  afterEach(() => server?.stop());

  async function opened(options: Parameters<Browser["newContext"]>[0] = {}) {
    const context: BrowserContext = await browser.newContext({ locale: "en-US", ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() !== "info") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`http://127.0.0.1:${server.port}/devtools`);
    await page.getByText("live").waitFor();
    return { page, complaints };
  }

  function client() {
    const made = wsClient({ url: server.url, use: [handlers()] });
    onTestFinished(() => made.close());
    return made;
  }

  return { opened, client };
}

describe.each(["bun", "node"] as const)("the page, served by %s", (runtime) => {
  const { opened, client } = served(runtime);

  it("shows connections, topics, frames, requests and errors as they come, secrets hidden", async () => {
    const { page, complaints } = await opened({ viewport: { width: 1280, height: 800 } });
    const bodies: string[] = [];
    page.on("response", async (response) => {
      if (response.url().endsWith("/look")) bodies.push(await response.text().catch(() => ""));
    });
    // Names that no id can have among its hexadecimal digits.
    const [grace, bob] = [client(), client()];
    await page.click("#tab-frames");
    await grace.request(LogIn, { name: "grace", password: "horse-battery" });
    await bob.request(Report, { rows: 20 });
    grace.send(Join, { room: "lobby" });
    grace.send(Say, { room: "lobby", text: "good morning" });
    await rows(page, "frames").filter({ hasText: "good morning" }).first().waitFor();
    await rows(page, "frames").filter({ hasText: "LOG_IN" }).first().click();
    await expect
      .poll(() => page.locator("#view-frames .detail pre").textContent())
      .toContain('"password": "[redacted]"');
    await screenshot(page, `devtools-frames-${runtime}`);

    await page.click("#tab-connections");
    await rows(page, "connections").filter({ hasText: "grace" }).click();
    const detail = page.locator("#view-connections .detail");
    await expect.poll(() => detail.textContent()).toContain('"apiToken": "[redacted]"');
    await detail.getByText("Its frames").click();
    await rows(page, "frames").filter({ hasText: "LOG_IN" }).first().waitFor();
    await expect.poll(() => rows(page, "frames").filter({ hasText: "REPORT" }).count()).toBe(0);

    await page.click("#tab-topics");
    await rows(page, "topics").filter({ hasText: "lobby" }).waitFor();

    await page.click("#tab-requests");
    const report = rows(page, "requests").filter({ hasText: "REPORT" });
    await report.click();
    await expect
      .poll(() => page.locator("#view-requests .detail").textContent())
      .toMatch(/Asked[\s\S]*Answered, \d+ ms later/);
    expect(await report.locator(".fall i:visible").first().boundingBox()).toMatchObject({ height: 12 });

    grace.handle(Confirm, () => ({ yes: true }));
    grace.send(Leave, { room: "lobby" });
    await rows(page, "requests").filter({ hasText: "CONFIRM" }).filter({ hasText: "to " }).click();
    await expect
      .poll(() => page.locator("#view-requests .detail").textContent())
      .toMatch(/the server's own request[\s\S]*Asked[\s\S]*Leave lobby\?[\s\S]*Answered, [\d.]+ ms later[\s\S]*true/);
    await screenshot(page, `devtools-requests-${runtime}`);

    grace.send(Say, { room: "lobby", text: "fail" });
    await page.click("#tab-errors");
    await rows(page, "errors").filter({ hasText: "The database is gone" }).first().waitFor();
    expect(bodies.join("\n")).toContain("good morning");
    expect(bodies.join("\n")).not.toMatch(/horse-battery|hidden-token/);
    expect(complaints).toEqual([]);
  });

  it("filters the log at the server, pauses it and goes on", async () => {
    const { page } = await opened();
    const grace = client();
    const room = "quiet room";
    // More is sent than would wait for a connection.
    await grace.connect();
    grace.send(Join, { room });
    await page.click("#tab-frames");
    grace.send(Say, { room, text: "needle" });
    for (let n = 0; n < 1_000; n++) grace.send(Say, { room, text: `hay ${n}` });
    await rows(page, "frames").filter({ hasText: "hay 999" }).first().waitFor();
    expect(await rows(page, "frames").count()).toBeLessThan(60);
    await page.getByLabel("Text", { exact: true }).fill("needle");
    await expect.poll(() => rows(page, "frames").count()).toBe(2);
    await page.getByLabel("Direction").selectOption("topic");
    await expect.poll(() => rows(page, "frames").allTextContents()).toEqual([expect.stringContaining(`${room} (1)`)]);

    await page.getByLabel("Text", { exact: true }).fill("");
    await page.getByRole("button", { name: "Pause" }).click();
    const heard = new Promise((resolve) => grace.on(Said, ({ payload }) => payload.text === "later" && resolve(true)));
    grace.send(Say, { room, text: "later" });
    await heard;
    await page.waitForTimeout(600);
    expect(await rows(page, "frames").filter({ hasText: "later" }).count()).toBe(0);
    await page.getByRole("button", { name: "Go on" }).click();
    await rows(page, "frames").filter({ hasText: "later" }).waitFor();
  });

  it("sends what a form says: to one client, to a topic, and as a client of its own", async () => {
    const { page, complaints } = await opened();
    const grace = client();
    await grace.request(LogIn, { name: "grace", password: "x" });
    await grace.request(Report, { rows: 0 });
    grace.send(Join, { room: "lobby" });
    const heard: unknown[] = [];
    grace.on(Said, ({ payload }) => heard.push(payload));

    await page.click("#tab-connections");
    await rows(page, "connections").filter({ hasText: "grace" }).click();
    await page.getByRole("button", { name: "Send to it" }).click();
    const form = page.locator("#view-send");
    // What topics carry is among them; answers to nothing are not.
    const options = form.getByLabel("Message").locator("option");
    await options.filter({ hasText: "NOTED" }).waitFor({ state: "attached" });
    const types = await options.allTextContents();
    expect(types).toContain("SAID");
    expect(types).not.toContain("REPORTED");
    await form.getByLabel("Message").selectOption("NOTED");
    const { width = 0 } = (await form.getByLabel("tone").boundingBox()) ?? {};
    expect(width).toBeLessThan(((await form.boundingBox())?.width ?? 0) - 1);
    await form.getByLabel("Message").selectOption("SAID");
    await form.getByLabel("room").fill("lobby");
    await form.getByLabel("text").fill("from the page");
    await form.getByLabel("mood (optional)").selectOption({ label: "loud" });
    await form.getByRole("button", { name: "Send", exact: true }).click();
    await expect.poll(() => heard).toEqual([{ room: "lobby", text: "from the page", mood: "loud" }]);

    await form.getByRole("checkbox", { name: "as JSON" }).check();
    await form.getByLabel("Payload").fill('{ "room": 7, "text": "x" }');
    await form.getByRole("button", { name: "Send", exact: true }).click();
    await page.locator("#view-send [role=status]").filter({ hasText: "room" }).waitFor();
    expect(heard).toHaveLength(1);

    await form.getByLabel("From").selectOption("topic");
    await form.getByRole("textbox", { name: "Topic" }).fill("lobby");
    await form.getByLabel("Payload").fill('{ "room": "lobby", "text": "to all" }');
    await form.getByRole("button", { name: "Send", exact: true }).click();
    await expect.poll(() => heard.at(-1)).toEqual({ room: "lobby", text: "to all" });

    await form.getByLabel("From").selectOption("own");
    await form.getByLabel("Message").selectOption("REPORT");
    await form.getByRole("checkbox", { name: "as JSON" }).uncheck();
    await form.getByLabel("rows").fill("3");
    await form.getByRole("button", { name: "Send", exact: true }).click();
    await page.locator("#view-send pre").filter({ hasText: "REPORTED" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("is used by the keyboard alone", async () => {
    const { page } = await opened();
    const grace = client();
    await grace.request(LogIn, { name: "grace", password: "x" });
    await page.locator("#tab-connections").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#tab-connections").getAttribute("aria-selected")).toBe("true");
    await rows(page, "connections").first().waitFor();
    await page.locator("#view-connections .scroll").focus();
    await page.keyboard.press("ArrowDown");
    await page.locator("#view-connections .detail").waitFor();
    const chosen = page.locator("#view-connections .line[aria-selected=true]");
    const active = () => page.locator("#view-connections .scroll").getAttribute("aria-activedescendant");
    await expect.poll(active).toBe(await chosen.getAttribute("id"));
  });
});

describe("the page", () => {
  const { opened, client } = served("bun");

  it.each(["light", "dark"] as const)("has no fault that a checker of accessibility finds: %s", async (colorScheme) => {
    const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    for (const width of [1_280, 390]) {
      const { page } = await opened({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      const grace = client();
      grace.send(Join, { room: "lobby" });
      grace.send(Say, { room: "lobby", text: "fail" });
      await grace.request(Report, { rows: 30 });
      await page.evaluate(source);
      for (const view of ["connections", "topics", "frames", "requests", "charts", "errors", "send"]) {
        await page.click(`#tab-${view}`);
        await page.waitForTimeout(400);
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        });
        expect(found, `${view} ${width}`).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await screenshot(page, `devtools-${view}-${colorScheme}-${width}`);
      }
    }
  });
});

import { readFile } from "node:fs/promises";
import type axe from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { launchBrowser, screenshot } from "../../../test/browser.ts";
import { startNetwork } from "./network.ts";
import { type ChatServer, startChat } from "./server.ts";

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let server: ChatServer;
const contexts: BrowserContext[] = [];
/** What the pages' scripts threw, or wrote to the console as an error. */
const pageErrors: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  server = await startChat();
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  await server.kill();
  if (pageErrors.length > 0) throw new Error(`In the page: ${pageErrors.splice(0).join("\n")}`);
});

async function openBrowser(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(10_000);
  contexts.push(context);
  return context;
}

async function openTab(context: BrowserContext, port = server.port): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => pageErrors.push(String(error)));
  page.on("console", (message) => {
    // The browser itself reports a refused connection, which a restarting server means.
    if (message.type() === "error" && !message.text().includes("ERR_")) pageErrors.push(message.text());
  });
  await page.goto(`http://localhost:${port}/`);
  return page;
}

async function logIn(page: Page, name: string): Promise<Page> {
  await page.getByLabel("Your name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByText("Online").waitFor({ state: "attached" });
  return page;
}

async function enter(page: Page, room: string): Promise<Page> {
  await page.getByRole("listitem").filter({ hasText: room }).click();
  await page.getByText("You joined").waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("article").filter({ hasText: text }).waitFor();
}

function field(page: Page) {
  return page.getByRole("textbox", { name: "Message" });
}

function messages(page: Page, text: string) {
  return page.getByRole("article").filter({ hasText: text });
}

/** Two tabs of one browser, logged in and in the room. */
async function twoTabs(): Promise<[Page, Page]> {
  const context = await openBrowser();
  const ada = await enter(await logIn(await openTab(context), "Ada"), "General");
  const bo = await enter(await logIn(await openTab(context), "Bo"), "General");
  return [ada, bo];
}

describe("a silent room", () => {
  test("is archived, unless one of those in it says no to the server's question", async () => {
    const quiet = await startChat(undefined, { ARCHIVE_AFTER_MS: "1500" });
    onTestFinished(() => quiet.kill());
    const context = await openBrowser();
    const join = async (name: string) => enter(await logIn(await openTab(context, quiet.port), name), "General");
    const [ada, bo] = [await join("Ada"), await join("Bo")];
    await say(ada, "Keep this");
    const question = (page: Page) =>
      page.getByRole("dialog").filter({ hasText: "General is being archived. Keep it?" });
    await question(ada).waitFor();
    await question(bo).waitFor();
    await screenshot(bo, "chat-question");
    await bo.getByRole("button", { name: "Keep it" }).click();
    // It need not be answered by anybody else.
    await question(ada).waitFor({ state: "hidden" });
    expect(await messages(ada, "Keep this").count()).toBe(1);

    // Again it is silent, and nobody wants it.
    for (const page of [ada, bo]) {
      await question(page).waitFor();
      await page.keyboard.press("Escape");
    }
    for (const page of [ada, bo]) {
      await page.getByText("What was said here is archived").waitFor();
      expect(await messages(page, "Keep this").count()).toBe(0);
    }
  });
});

describe("talking", () => {
  test("two tabs are two users who see each other's messages", async () => {
    const [ada, bo] = await twoTabs();
    await ada.getByText("Bo joined").waitFor();
    await say(ada, "Hello Bo");
    await messages(bo, "Hello Bo").waitFor();
    await say(bo, "Hello Ada");
    await messages(ada, "Hello Ada").waitFor();

    expect(await messages(ada, "Hello Bo").getAttribute("class")).toContain("own");
    expect(await messages(bo, "Hello Bo").getAttribute("class")).not.toContain("own");
    expect(await messages(bo, "Hello Bo").getByText("Ada").isVisible()).toBe(true);
    await ada.getByText("Anything and everything · 2 here").waitFor();
    await screenshot(bo, "chat-two-tabs");
  });

  test("what users write stays text, and addresses become links", async () => {
    const [ada, bo] = await twoTabs();
    const markup = `<img src=x onerror="document.title='hit'"> see https://example.com/a?b=1.`;
    await say(ada, markup);
    const message = messages(bo, "see https");
    await message.waitFor();
    expect(await message.locator("p").textContent()).toBe(markup);
    expect(await message.locator("img").count()).toBe(0);
    const link = message.getByRole("link");
    expect(await link.getAttribute("href")).toBe("https://example.com/a?b=1");
    expect(await link.getAttribute("rel")).toContain("noopener");
  });

  test("the typing indicator comes, and goes with the message", async () => {
    const [ada, bo] = await twoTabs();
    await field(bo).pressSequentially("Hm");
    await ada.getByText("Bo is typing…").waitFor();
    await field(bo).fill("");
    await ada.getByText("Bo is typing…").waitFor({ state: "detached" });
    await field(bo).pressSequentially("Done");
    await ada.getByText("Bo is typing…").waitFor();
    await bo.keyboard.press("Enter");
    await messages(ada, "Done").waitFor();
    expect(await ada.getByText("Bo is typing…").count()).toBe(0);
  });

  test("Enter sends, Shift and Enter make a new line, and nothing is not sent", async () => {
    const [ada, bo] = await twoTabs();
    await field(ada).press("Enter");
    await field(ada).pressSequentially("One");
    await field(ada).press("Shift+Enter");
    await field(ada).pressSequentially("Two");
    await field(ada).press("Enter");
    await messages(bo, "One").waitFor();
    expect(await messages(bo, "One").locator("p").textContent()).toBe("One\nTwo");
    expect(await bo.getByRole("article").count()).toBe(1);
    expect(await field(ada).inputValue()).toBe("");
  });

  test("who writes too fast waits a moment, and nothing is lost", async () => {
    const [ada, bo] = await twoTabs();
    for (let n = 1; n <= 12; n++) await say(ada, `Fast ${n}.`);
    await messages(bo, "Fast 12.").waitFor();
    expect(await bo.getByRole("article").count()).toBe(12);
  });

  test("a link is attached by its address, and only one of the web", async () => {
    const [ada, bo] = await twoTabs();
    await ada.getByRole("button", { name: "Attach a link" }).click();
    const address = ada.getByLabel("Address");
    await address.fill("javascript:alert(1)");
    await address.press("Enter");
    await ada.getByText("Enter an address that begins with").waitFor();
    await address.fill(`http://localhost:${server.port}/missing/plan.pdf?v=2`);
    await address.press("Enter");
    await ada.getByText("plan.pdf").waitFor();
    await ada.getByRole("button", { name: "Send" }).click();

    const link = bo.getByRole("link", { name: "plan.pdf" });
    await link.waitFor();
    expect(await link.getAttribute("href")).toBe(`http://localhost:${server.port}/missing/plan.pdf?v=2`);
    expect(await ada.getByRole("button", { name: "Remove the attachment" }).isVisible()).toBe(false);
  });

  test("messages in another room are counted until it is opened", async () => {
    const [ada, bo] = await twoTabs();
    await enter(bo, "Random");
    await say(ada, "One");
    await say(ada, "Two");
    await bo.getByLabel("2 unread").waitFor();
    expect(await bo.title()).toBe("(2) Random · WS-Kit Chat");
    await bo.getByRole("listitem").filter({ hasText: "General" }).click();
    await messages(bo, "Two").waitFor();
    expect(await bo.getByText("New", { exact: true }).count()).toBe(1);
    expect(await bo.getByLabel("2 unread").isVisible()).toBe(false);
    expect(await bo.title()).toBe("General · WS-Kit Chat");
  });
});

describe("who is here", () => {
  const people = (page: Page) => page.getByRole("list", { name: "People in this room" }).getByRole("listitem");

  test("each user once, with their devices, and those who are gone no longer", async () => {
    const [ada, bo] = await twoTabs();
    await expect.poll(() => people(bo).allTextContents()).toEqual(["AAda", "BYou"]);
    // As a tab that is duplicated: it has the session, and is the same user.
    const [second] = await Promise.all([
      ada.context().waitForEvent("page"),
      ada.evaluate(() => void open(location.href)),
    ]);
    await second.getByText("Online").waitFor({ state: "attached" });
    await expect.poll(() => people(bo).first().textContent()).toBe("AAda 2 devices");
    await expect.poll(() => people(second).allTextContents()).toEqual(["AYou 2 devices", "BBo"]);
    await bo.getByText("Anything and everything · 2 here").waitFor();
    await screenshot(bo, "chat-people");
    await second.close();
    await expect.poll(() => people(bo).first().textContent()).toBe("AAda");
    await ada.getByRole("button", { name: "Leave" }).click();
    // The tab that was closed could have been a reload: it is waited for.
    await expect.poll(() => people(bo).allTextContents(), { timeout: 10_000 }).toEqual(["BYou"]);
  });

  test("idle after five minutes without a touch, until the next one, and in a hidden tab", async () => {
    const [ada, bo] = await twoTabs();
    await expect.poll(() => people(bo).allTextContents()).toEqual(["AAda", "BYou"]);
    await ada.clock.install();
    await ada.mouse.move(10, 10);
    await ada.clock.fastForward(4 * 60_000);
    await ada.mouse.move(20, 20);
    await ada.clock.fastForward(4 * 60_000);
    expect(await people(bo).allTextContents()).toEqual(["AAda", "BYou"]);
    await ada.clock.fastForward(2 * 60_000);
    await expect.poll(() => people(bo).allTextContents()).toEqual(["BYou", "AAda idle"]);
    await ada.mouse.move(30, 30);
    await expect.poll(() => people(bo).allTextContents()).toEqual(["AAda", "BYou"]);
    await ada.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await expect.poll(() => people(bo).allTextContents()).toEqual(["BYou", "AAda idle"]);
  });
});

describe("coming and going", () => {
  test("a name that is taken is said at the field", async () => {
    const context = await openBrowser();
    await logIn(await openTab(context), "Ada");
    const second = await openTab(context);
    const name = second.getByLabel("Your name");
    await name.fill("ada");
    await name.press("Enter");
    await second.getByText("Somebody here is called Ada.").waitFor();
    expect(await name.getAttribute("aria-invalid")).toBe("true");
    await logIn(second, "Bo");
  });

  test("a reload is the same user in the same room, with what was said", async () => {
    const [ada, bo] = await twoTabs();
    await say(ada, "Before the reload");
    await ada.reload();
    await messages(ada, "Before the reload").waitFor();
    expect(await messages(ada, "Before the reload").getAttribute("class")).toContain("own");
    await say(bo, "Still there?");
    await messages(ada, "Still there?").waitFor();
  });

  test("leaving a room and logging out are seen by the others", async () => {
    const [ada, bo] = await twoTabs();
    await bo.getByRole("button", { name: "Leave" }).click();
    await ada.getByText("Bo left").waitFor();
    await bo.getByText("Choose a room").waitFor();
    await enter(bo, "General");
    await bo.getByRole("button", { name: "Log out" }).click();
    await bo.getByLabel("Your name").waitFor();
    await ada.getByText("Anything and everything · 1 here").waitFor();
    expect(await ada.getByText("Bo left").count()).toBe(2);
  });

  test("the keyboard alone is enough", async () => {
    const page = await openTab(await openBrowser());
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await page.getByText("Choose a room").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText("You joined").waitFor();
    expect(await page.title()).toBe("Random · WS-Kit Chat");
    await page.keyboard.type("By keyboard");
    await page.keyboard.press("Enter");
    await messages(page, "By keyboard").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "General" }).waitFor();
  });
});

describe("a lost connection", () => {
  test("the pages outlive a crash of the server, and talk on", async () => {
    const [ada, bo] = await twoTabs();
    await say(ada, "Before the crash");
    await messages(bo, "Before the crash").waitFor();
    await field(bo).fill("A draft");

    await server.kill();
    await ada.getByText("Connection lost.").waitFor();
    await bo.getByText("Connection lost.").waitFor();
    expect(await bo.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await screenshot(bo, "chat-connection-lost");

    server = await startChat(server.port);
    await Promise.all([ada, bo].map((page) => page.getByText("Online").waitFor({ state: "attached" })));
    expect(await ada.getByText("Connection lost.").isVisible()).toBe(false);
    expect(await field(bo).inputValue()).toBe("A draft");
    await ada.getByText("Anything and everything · 2 here").waitFor();

    await field(bo).press("Enter");
    await messages(ada, "A draft").waitFor();
    await say(ada, "Welcome back");
    await messages(bo, "Welcome back").waitFor();
    expect(await messages(ada, "Before the crash").getAttribute("class")).toContain("own");
    await screenshot(ada, "chat-after-restart");
  });

  test("what was said meanwhile is there when one is back, and nobody has seen one go", async () => {
    const network = await startNetwork(server.port);
    onTestFinished(() => network.close());
    const ada = await enter(await logIn(await openTab(await openBrowser()), "Ada"), "General");
    const bo = await enter(await logIn(await openTab(await openBrowser(), network.port), "Bo"), "General");
    await say(bo, "Going into a tunnel");

    network.cut();
    await bo.getByText("Connection lost.").waitFor();
    await say(ada, "Said meanwhile");
    await ada.waitForTimeout(5_000);
    expect(await messages(bo, "Said meanwhile").count()).toBe(0);
    network.mend();
    await messages(bo, "Said meanwhile").waitFor();
    expect(await messages(bo, "Going into a tunnel").count()).toBe(1);
    // Nobody has seen anybody go or come.
    expect(await ada.getByText("Bo left").count()).toBe(0);
    expect(await ada.getByText("Bo joined").count()).toBe(1);
    await say(bo, "Out again");
    await messages(ada, "Out again").waitFor();
  });
});

describe("looks", () => {
  test.each([
    ["desktop", "light", {}],
    ["desktop", "dark", {}],
    ["phone", "light", PHONE],
    ["phone", "dark", PHONE],
  ] as const)("on a %s, %s: nothing overflows, and axe finds nothing", async (device, colorScheme, options) => {
    const page = await openTab(await openBrowser({ ...options, colorScheme, reducedMotion: "reduce" }));
    const other = await enter(await logIn(await openTab(await openBrowser()), "Grace Hopper"), "General");
    const check = async (name: string) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await accessibilityProblems(page)).toEqual([]);
      await screenshot(page, `chat-${device}-${colorScheme}-${name}`);
    };
    await page.getByLabel("Your name").waitFor();
    await check("login");
    await logIn(page, "Ada Lovelace");
    await check("rooms");
    await enter(page, "General");
    await say(
      other,
      "Has anybody tried the new release? https://example.com/releases/2026/notes-for-the-curious-reader",
    );
    await say(page, "Yes, this morning.\nIt took ten minutes.");
    await say(other, "x".repeat(300));
    await messages(page, "xxx").waitFor();
    await field(other).pressSequentially("And");
    await page.getByText("Grace Hopper is typing…").waitFor();
    await check("room");
    await page.getByRole("button", { name: "Attach a link" }).click();
    await check("attach");
  });
});

/** Violations found by axe (https://github.com/dequelabs/axe-core), each with the elements concerned. */
async function accessibilityProblems(page: Page): Promise<string[]> {
  const source = await readFile(new URL(import.meta.resolve("axe-core")), "utf8");
  await page.evaluate(source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  });
}

import { expect, test, vi } from "vitest";
import { Room, Said, Tick } from "./messages.ts";
import type { World } from "./world.ts";

/**
 * What components show of a client, whatever framework they are of: each has a page of the same elements.
 *
 * @param keeps Whether a hidden component goes on.
 */
export function viewsSuite(world: World, { keeps = false }: { keeps?: boolean } = {}): void {
  const { expectShown } = world;

  test("state, latency, answers, reports and messages", async () => {
    const { page } = world;
    await expectShown("user", "user 1  false");
    await expectShown("import", /^1?2?3?4?5? 5 false some$/); // two reports may come within one render
    await expectShown("topic", "fresh");
    await page.click("#say");
    await expectShown("texts", /^room:1 hello$/);
    await expectShown("latency", "known");
    await page.click("#rename");
    await expectShown("renamed", "Ada  false");
    await page.click("#take");
    await expectShown("renamed", /Taken false/);
    expect(world.problems).toEqual([]);
  });

  test("a message calls its handler, and what does not change renders nothing", async () => {
    const { page, site } = world;
    await expectShown("user", "user 1  false");
    const before = await page.evaluate(() => ({ ...window.renders }));
    expect(Object.keys(before).toSorted()).toEqual(["status", "user"]);
    await vi.waitFor(() => expect([...site.router.connections].flatMap(({ topics }) => topics)).toContain("ticks"));
    for (let n = 1; n <= 50; n++) {
      await site.router.publish("ticks", Tick, { n: 1 });
      await expectShown("ticks", new RegExp(`^${n}$`));
    }
    expect(await page.evaluate(() => window.renders)).toEqual(before);
  });

  test("who is there, what they say of themselves, and that they have gone", async () => {
    const { browser, page, site } = world;
    await page.evaluate(() => window.setName("ada"));
    await expectShown("who", /^1 ada there$/);
    const other = await browser.newPage();
    await other.goto(site.url);
    await other.waitForFunction(() => document.querySelector("#state")?.textContent === "open true");
    await other.evaluate(() => window.setName("")); // looks, and is not there
    await vi.waitFor(async () => expect(await other.textContent("#who")).toBe("1 ada there"));
    await other.evaluate(() => window.setName("bob"));
    await expectShown("who", /^2 ada there,bob there$/);
    await page.click("#idle");
    await vi.waitFor(async () => expect(await other.textContent("#who")).toContain("ada idle"));
    await page.evaluate(() => window.setName("ann"));
    await vi.waitFor(async () => expect(await other.textContent("#who")).toContain("ann there"));
    await other.evaluate(() => window.setName(undefined));
    await expectShown("who", /^1 ann there$/);
    const renders = await page.evaluate(() => window.renders["who"]);
    await other.close();
    await site.router.publish("ticks", Tick, { n: 1 });
    expect(await page.evaluate(() => window.renders["who"])).toBe(renders);
    expect(world.problems).toEqual([]);
  });

  test("another question aborts the one under way, on the server as well, and so does unmounting", async () => {
    const { page, site } = world;
    await page.evaluate(() => window.setId("slow-1"));
    await vi.waitFor(() => expect(site.asked).toContain("slow-1"));
    await page.evaluate(() => window.setId("2"));
    await expectShown("user", "user 2  false");
    await vi.waitFor(() => expect(site.aborted).toContain("slow-1"));
    await page.evaluate(() => window.setId("slow-2"));
    await vi.waitFor(() => expect(site.asked).toContain("slow-2"));
    await page.evaluate(() => window.setId(""));
    await vi.waitFor(() => expect(site.aborted).toContain("slow-2"));
  });

  test("a stream that is turned off is not pending, and another question is asked anew", async () => {
    const { page } = world;
    await expectShown("import", / 5 false some$/);
    await page.evaluate(() => window.setRows(1_000));
    await expectShown("import", / true some$/);
    await page.evaluate(() => window.setRows(0));
    await expectShown("import", / false some$/);
    await page.evaluate(() => window.setRows(3));
    await expectShown("import", / 3 false some$/);
  });

  test("an error is shown, and gone after another answer; one may ask again", async () => {
    const { page, site } = world;
    await page.evaluate(() => window.setId("nobody"));
    await expectShown("user", /Nobody false/);
    await page.evaluate(() => window.setId("3"));
    await expectShown("user", "user 3  false");
    const asked = site.asked.filter((id) => id === "3").length;
    await page.click("#again");
    await vi.waitFor(() => expect(site.asked.filter((id) => id === "3").length).toBe(asked + 1));
  });

  test("what was published while the connection was lost comes once, and the state is told", async () => {
    const { page, site } = world;
    await expectShown("topic", "fresh");
    await page.click("#say");
    await expectShown("texts", "hello");
    for (const connection of site.router.connections) connection.close(1012, "Away");
    await site.router.publish(Room({ id: "1" }), Said, { text: "missed" });
    await expectShown("state", "open true");
    await expectShown("texts", /^room:1 hello,room:1 missed$/);
  });

  test("another topic takes the place of the first, and one that may not be followed says so", async () => {
    const { page, site } = world;
    await expectShown("topic", "fresh");
    await page.evaluate(() => window.setRoom("2"));
    await vi.waitFor(async () => {
      const [connection] = site.router.connections;
      expect(connection?.topics).toContain("room:2");
      expect(connection?.topics).not.toContain("room:1");
    });
    await page.evaluate(() => window.setRoom("closed"));
    await expectShown("topic", /Not allowed/);
  });

  test("ten new providers, one after the other, leave one socket", async () => {
    const { page, site } = world;
    for (let round = 1; round <= 10; round++) await page.evaluate((n) => window.setRound(n), round);
    await expectShown("user", "user 1  false");
    await vi.waitFor(() => expect(site.router.connections.size).toBe(1));
  });

  test("what is shown and hidden two hundred times leaves no listener, no topic and no socket, and renders nothing else", async () => {
    const { page, site } = world;
    await expectShown("user", "user 1  false");
    await expectShown("import", / 5 false some$/);
    const topics = (): (readonly string[])[] => [...site.router.connections].map((one) => [...one.topics].toSorted());
    const seen = () => page.evaluate(() => ({ live: { ...window.live }, renders: { ...window.renders } }));
    await vi.waitFor(() => expect(topics()).toEqual([["room:1", "ticks"]]));
    const without = await seen();
    await page.evaluate(() => window.setToggled(true));
    await expectShown("toggled", "user toggled fresh");
    const once = await seen();
    expect(once.live).not.toEqual(without.live);
    await page.evaluate(async () => {
      for (let round = 0; round < 200; round++) {
        window.setToggled(false);
        await new Promise((resolve) => setTimeout(resolve, round % 4));
        window.setToggled(true);
        await new Promise((resolve) => setTimeout(resolve, round % 3));
      }
    });
    await expectShown("toggled", "user toggled fresh");
    expect(await seen()).toEqual(once);
    await vi.waitFor(() => expect(topics()).toEqual([["room:1", "room:toggled", "ticks"]]));
    await page.evaluate(() => window.setToggled(false));
    await vi.waitFor(async () => expect(await seen()).toEqual(keeps ? once : without));
    await page.evaluate(() => window.setToggled(undefined));
    await vi.waitFor(async () => expect(await seen()).toEqual(without));
    await vi.waitFor(() => expect(topics()).toEqual([["room:1", "ticks"]]));
    expect(world.problems).toEqual([]);
  });
}

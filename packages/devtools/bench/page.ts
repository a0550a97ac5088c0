/**
 * What the page's main thread does while 1,000 clients send 5,000 messages a second: `node packages/devtools/bench/page.ts`. A
 * server and the clients are processes of their own (Bun); it stops by itself after a minute. Beside nothing else.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser } from "../../../test/browser.ts";
import { started } from "../test/started.ts";

const CLIENTS = 1_000;
const MESSAGES_PER_SECOND = 5_000;
const VIEWS = ["frames", "connections", "topics", "requests", "charts", "errors"] as const;
const VIEW_MS = 6_000;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly args: { readonly name?: string; readonly data?: object };
}

const server = await started("bun");
const load = spawn(
  "bun",
  [join(import.meta.dirname, "load.ts"), server.url, String(CLIENTS), String(MESSAGES_PER_SECOND)],
  {
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const browser = await launchBrowser();
try {
  await once(load.stdout, "data");
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1_280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.port}/devtools`);
  await page.getByText("live").waitFor();
  await page.waitForTimeout(2_000);
  const heap = await heapOf(page);
  const cpu = cpus();
  console.log(`${cpu.length} × ${cpu[0]?.model}, Chromium ${browser.version()}, ${CLIENTS} connections`);
  console.log(
    "view         in/s    tasks    p50 ms  p95 ms  p99 ms  max ms  p95 of those over 1 ms  over 50 ms  heap MB",
  );
  let most = 0;
  for (const view of VIEWS) {
    await page.click(`#tab-${view}`);
    await page.waitForTimeout(1_000);
    await browser.startTracing(page, {
      categories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel", "__metadata"],
    });
    const heaps: number[] = [];
    for (let passed = 0; passed < VIEW_MS; passed += 500) {
      await page.waitForTimeout(500);
      heaps.push(await heap());
    }
    const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] };
    const tasks = tasksOf(traceEvents);
    const highest = Math.max(...heaps);
    most = Math.max(most, highest);
    const rate = await page.locator("header .figure b").first().textContent();
    const long = tasks.filter((ms) => ms > 1);
    const row = [
      view.padEnd(12),
      String(rate).padEnd(7),
      String(tasks.length).padEnd(8),
      ...[0.5, 0.95, 0.99, 1].map((part) => share(tasks, part).toFixed(2).padEnd(7)),
      share(long, 0.95).toFixed(2).padEnd(23),
      String(tasks.filter((ms) => ms > 50).length).padEnd(11),
      (highest / 1e6).toFixed(1),
    ];
    console.log(row.join(" "));
  }
  console.log(`most of the heap that was used: ${(most / 1e6).toFixed(1)} MB`);
} finally {
  await browser.close();
  load.kill();
  await server.stop();
}

/** Bytes of JavaScript's heap in use, garbage that was not collected yet included. */
async function heapOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
  };
}

/** Milliseconds of each task of the page's main thread: of the renderer that ran most of them. */
function tasksOf(events: readonly TraceEvent[]): number[] {
  const names = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const threads = new Map<string, number[]>();
  for (const { name, ph, pid, tid, dur = 0 } of events) {
    const thread = `${pid}:${tid}`;
    if (ph !== "X" || !name.endsWith("RunTask") || !names.has(thread)) continue;
    const tasks = threads.get(thread) ?? [];
    threads.set(thread, tasks);
    tasks.push(dur / 1_000);
  }
  const [busiest = []] = [...threads.values()].toSorted((a, b) => b.length - a.length);
  return busiest.toSorted((a, b) => a - b);
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { serve } from "@ws-kit/node";
import type { Router } from "@ws-kit/zod";
import { expect, onTestFinished, test } from "vitest";
import { samplesOf } from "./samples.ts";

const docs = join(import.meta.dirname, "..");
const programs = join(docs, "../examples/patterns/src");

/** What the client of each page prints, in whatever order it comes. */
const PRINTED: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  pool: ["{ devices: 1 }", "Ada reads: Your order has shipped", /userId: 'ada', devices: 1/],
  "selective-delivery": ["Mo reads Spam", "{ readers: 1 }"],
  "rate-limits": ["Slow down", "No questions left today"],
  heartbeat: [/^[\d.]+ ms there and back$/],
  negotiation: ["Both know [ 'images' ]", "{ text: 'Look', image: 'cat.png' }"],
  versions: ["The old page reads { text: 'Hello' }", /The new page reads .*\*\*Hello\*\*.*by: 'bob'/],
  modules: ["The lobby hears Hello", "For admins", "{ online: 2 }", "{ connections: 1 }"],
};

const pages = globSync("patterns/*.md", { cwd: docs }).toSorted();

test("each pattern has a page that shows its program", () => {
  const shown = pages.map((page) => /^<<< .*\/([\w-]+\.ts)$/m.exec(readFileSync(join(docs, page), "utf8"))?.[1]);
  const patterns = globSync("*.ts", { cwd: programs }).filter((file) => file !== "visitor.ts");
  expect(new Set(shown)).toEqual(new Set(patterns));
  expect(Object.keys(PRINTED).toSorted()).toEqual(pages.map((page) => basename(page, ".md")));
});

test.each(pages)("the client of %s does what it says", { timeout: 30_000 }, async (page) => {
  const markdown = readFileSync(join(docs, page), "utf8");
  const [client] = samplesOf(markdown).filter(({ code }) => code.includes("wsClient("));
  const [, program = ""] = /from "\.\/([\w-]+\.ts)"/.exec(client?.code ?? "") ?? [];
  const { router } = (await import(join(programs, program))) as { router: Router };
  const server = serve(router, { port: 0 });
  await server.ready;
  const folder = await mkdtemp(join(docs, ".pattern-"));
  const file = join(folder, "client.ts");
  await writeFile(
    file,
    (client?.code ?? "")
      .replaceAll("ws://localhost:3000/", server.url.href.replace("http", "ws"))
      .replaceAll(`"./${program}"`, JSON.stringify(join(programs, program))),
  );
  const child = spawn(process.execPath, ["--no-warnings", file], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    const exited = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill();
    await Promise.all([exited, server.stop({ timeoutMs: 0 }), rm(folder, { recursive: true })]);
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const missing = (): unknown[] =>
    (PRINTED[basename(page, ".md")] ?? []).filter(
      (text) => !printed.split("\n").some((line) => (typeof text === "string" ? line === text : text.test(line))),
    );
  await expect.poll(missing, { timeout: 15_000 }).toEqual([]);
  expect(printed).not.toContain("should not");
});

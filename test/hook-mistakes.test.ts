import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");

const IMPORTS = `import { message, rpc, topic } from "@ws-kit/client/zod";
import { useCall, useMessage, useRequest, useStream, useTopic } from "../src/index.ts";
`;

/** What is wrong, and what the compiler's first line of it says. */
const MISTAKES: readonly [code: string, reason: string][] = [
  [`useRequest(rpc.fromServer("X", undefined, "Y"));`, "This rpc is asked by servers alone"],
  [`useCall(rpc.fromServer("X", undefined, "Y"));`, "This rpc is asked by servers alone"],
  [`useStream(rpc("X", undefined, "Y"));`, "This rpc declares no progress: ask it with useRequest()"],
  [`useMessage(message.fromClient("SAY"), () => {});`, "This message is sent by clients alone"],
  [
    `useTopic(topic("room:{id}", [], { history: {} })({ id: 1 }));`,
    "A topic with a history can have a gap: give onGap along",
  ],
  [`useTopic(topic("room:{id}", [])({ id: 1 }), { onGap: () => {} });`, "Only a topic with a history can have a gap"],
];

// The reasons stand in the parameters' own types: behind an alias, which each package could share, the compiler prints the alias.
test.each(["react", "vue", "svelte", "solid"])("the hooks of %s say first why they refuse", async (name) => {
  const directory = await mkdtemp(join(root, "packages", name, ".types-"));
  try {
    const code = IMPORTS + MISTAKES.map(([line]) => `${line}\n`).join("");
    await writeFile(join(directory, "mistakes.ts"), code);
    await writeFile(
      join(directory, "tsconfig.json"),
      JSON.stringify({ extends: "../tsconfig.json", include: ["mistakes.ts"] }),
    );
    const printed = await run(join(root, "node_modules/.bin/tsc"), ["-p", directory]).catch(
      (error: { stdout: string }) => error,
    );
    const lines = printed.stdout.split("\n").filter((line) => line.includes("mistakes.ts("));
    expect(lines).toHaveLength(MISTAKES.length);
    for (const [at, [, reason]] of MISTAKES.entries()) expect(lines[at]).toContain(reason);
  } finally {
    await rm(directory, { recursive: true });
  }
});

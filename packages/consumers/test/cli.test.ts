import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { whyLeftOut } from "../src/left-out.ts";
import { createProject, type Project } from "../src/project.ts";

const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "../bin");
const why = whyLeftOut();

const MESSAGES = `
import { contract, message, rpc, z } from "@ws-kit/zod";
import { fingerprint } from "./fingerprint.ts";

enum By { User = "user", Bot = "bot" }
const Said = message.fromServer("SAID", { by: z.enum(By) });
const Import = rpc("IMPORT", { file: z.string() }, "IMPORTED", { rows: z.number() });
export const Chat = contract({ Said, Import }, { name: "Chat", fingerprint });
`;

describe.skipIf(why)(`the command line, as it is installed${why === undefined ? "" : `: ${why}`}`, () => {
  let project: Project;
  let node: string;

  beforeAll(async () => {
    project = await createProject(inject("registry"));
    await project.write({
      "package.json": JSON.stringify({ private: true, type: "module" }),
      "messages.ts": MESSAGES,
      "tsconfig.json": "{}",
    });
    await project.run("npm install @ws-kit/zod zod node-20@npm:node@20 node-24@npm:node@24");
    node = join(project.directory, "node_modules/node-20/bin");
  }, 600_000);
  afterAll(() => project?.[Symbol.asyncDispose]());

  test("works where it is not, on the oldest Node", { timeout: 300_000 }, async () => {
    const path = { PATH: `${node}:${process.env["PATH"]}` };
    await project.run("npx -y @ws-kit/cli fingerprint messages.ts --out fingerprint.ts", path);
    await project.run("npx -y @ws-kit/cli fingerprint messages.ts --check", path);
    await project.run("npx -y @ws-kit/cli export messages.ts --out contract.json", path);
    expect(await project.run("npx -y @ws-kit/cli diff contract.json messages.ts", path)).toBe("nothing has changed\n");
  });

  test.each([
    ["Node 20", "node-20"],
    ["Node 24", "node-24"],
    ["Bun", "bun"],
  ])("judges a change on %s", { timeout: 300_000 }, async (_name, runtime) => {
    await project.run("npm install --save-dev @ws-kit/cli");
    const isBun = runtime === "bun";
    const PATH = `${isBun ? bun : join(project.directory, `node_modules/${runtime}/bin`)}:${process.env["PATH"]}`;
    await project.write({ "changed.ts": MESSAGES.replace("file: z.string()", "file: z.string().max(9)") });
    const command = `${isBun ? "bunx --bun" : "npx"} ws-kit diff contract.json changed.ts`;
    const { message } = await project.run(command, { PATH }).then(
      () => ({ message: "It did not fail" }),
      (error: Error) => error,
    );
    expect(message).toContain("breaking  Import.payload.file has the maxLength 9 now\n");
  });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";
import { install, type Layout, type Project } from "../src/installed.ts";

/** What an application exports, so that declarations of it have to name our types. */
const PROGRAM = `import { createRouter, message, rpc, topic, z, type InferPayload, type RpcContext } from "@ws-kit/zod";
import { message as vMessage, v } from "@ws-kit/valibot";
import { isServerError, wsClient } from "@ws-kit/client/zod";
import { streams } from "@ws-kit/client/streams";
export const Ping = message("PING");
export const Join = message("JOIN", { roomId: z.string(), at: z.string().transform(Number) }, { meta: { trace: z.string() } });
export const Said = message.fromServer("SAID", { text: z.string() });
export const Seen = vMessage("SEEN", { id: v.string() });
export const Import = rpc("IMPORT", { file: z.string() }, "IMPORTED", { rows: z.number() }, {
  progress: { done: z.number() }, errors: { NOT_FOUND: { file: z.string() } } });
export const router = createRouter<{ userId: string }>();
export const connections = router.connections;
export const callbacks = router.websocket;
export const handled = router.messages();
export const client = wsClient({ url: "ws://localhost" });
export const stream = client.stream(Import, { file: "a" });
export const answer = client.request(Import, { file: "a" });
export const narrowed = (error: unknown) => (isServerError(error, Import) ? error : undefined);
export const first = [...router.connections][0];
export const handler = router.onOpen((ctx) => ctx.topics.list());
export const answered = (ctx: RpcContext<typeof Import>) => ctx.reply({ rows: 1 });
export const Room = topic("room:{id}", [Said], { history: {} });
export const whole = wsClient({ url: "ws://localhost", use: [streams()] });
export const reported = whole.stream(Import, { file: "a" });
export const payload = {} as InferPayload<typeof Join>;
`;

let declarations: Declarations;
beforeAll(async () => {
  declarations = await emitDeclarations();
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

describe.each(["strict", "flat"] satisfies Layout[])("installed %s", (layout) => {
  let project: Project;
  beforeAll(async () => {
    project = await install(declarations, layout);
    await writeFile(join(project.directory, "program.ts"), PROGRAM);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it.each([
    ["typescript-5.5", "nodenext", true, "es2022"],
    ["typescript-5.9", "bundler", false, "es2025"],
    ["typescript", "nodenext", false, "es2023"],
    ["typescript-7", "bundler", true, "es2022"],
  ])(
    "%s writes declarations of a page's program: %s, exact %s, %s",
    { timeout: 120_000 },
    async (typescript, resolution, exact, lib) => {
      const library = typescript === "typescript-5.5" || lib !== "es2025" ? lib : "es2024";
      const printed = await declarations.compileAt(project.directory, typescript, ["program.ts"], {
        target: "es2022",
        lib: [library, "dom", "dom.iterable", "esnext.disposable"],
        module: resolution === "bundler" ? "esnext" : resolution,
        moduleResolution: resolution,
        strict: true,
        exactOptionalPropertyTypes: exact,
        skipLibCheck: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: "out",
        types: [],
      });
      expect(printed).toBe("");
    },
  );
});

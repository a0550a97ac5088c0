import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";
import { openEditor } from "../src/editor.ts";

/** What an editor shows is asked for at each `/*?*\/`. */
const PROGRAM = `import { z, message, rpc, createRouter } from "@ws-kit/zod";
import { v, message as valibotMessage } from "@ws-kit/valibot";
import { message as standardMessage } from "@ws-kit/core";
import { type } from "arktype";
const Join = message("JOIN", { room: z.string(), seats: z.number().optional(), at: z.coerce.date() });
const Event = message("EVENT", z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  z.object({ kind: z.literal("size"), width: z.number() }),
]));
const Valibot = valibotMessage("VALIBOT", { room: v.string(), seats: v.optional(v.number()) });
const Ark = standardMessage("ARK", type({ room: "string", "seats?": "number" }));
const Import = rpc("IMPORT", { file: z.string() }, "IMPORTED", { rows: z.number() }, {
  progress: { done: z.number() }, errors: { NOT_FOUND: { file: z.string() } } });
interface AppData { userId: string; roles: string[] }
createRouter<AppData>()
  .on(Join, (ctx) => { ctx./*?*/payload; ctx.payload./*?*/seats; ctx./*?*/data; ctx./*?*/meta; })
  .on(Event, (ctx) => { ctx./*?*/payload; })
  .on(Valibot, (ctx) => { ctx./*?*/payload; })
  .on(Ark, (ctx) => { ctx./*?*/payload; })
  .rpc(Import, (ctx) => { ctx./*?*/payload; ctx./*?*/reply({ rows: 1 }); ctx./*?*/progress({ done: 1 }); });
/*?*/Join;
/*?*/Import;
`;

let declarations: Declarations;
beforeAll(async () => {
  declarations = await emitDeclarations();
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

it("editors show the plain types", { timeout: 60_000 }, async () => {
  const { service, file, marks } = openEditor(declarations, "hover.ts", PROGRAM);
  expect(service.getSemanticDiagnostics(file).map(({ messageText }) => messageText)).toEqual([]);
  const shown = marks("?").map((at) => ts.displayPartsToString(service.getQuickInfoAtPosition(file, at)?.displayParts));
  await expect(`${shown.join("\n\n")}\n`).toMatchFileSnapshot("./hover.txt");
});

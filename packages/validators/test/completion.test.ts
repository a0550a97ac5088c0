import { ERROR_CODES } from "@ws-kit/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { emitDeclarations, type Declarations } from "../src/declarations.ts";
import { openEditor } from "../src/editor.ts";

/** What an editor offers is asked for at each mark. */
const PROGRAM = `import { z, message, rpc, createRouter, topic } from "@ws-kit/zod";
import { v, rpc as valibotRpc } from "@ws-kit/valibot";
import { rpc as standardRpc } from "@ws-kit/core";
import { type } from "arktype";
const ofZod = rpc("A", { a: z.string() }, "B", { b: z.string() }, { errors: { /*code*/ } });
const ofMessage = rpc("A", { a: z.string() }, message("B"), { errors: { /*code*/ } });
const ofValibot = valibotRpc("A", { a: v.string() }, "B", { b: v.string() }, { errors: { /*code*/ } });
const ofStandard = standardRpc("A", type({ a: "string" }), "B", type({ b: "string" }), { errors: { /*code*/ } });
const Ask = rpc("A", {}, "B", {}, { errors: { NOT_FOUND: { id: z.string() }, /*another*/ } });
rpc("A", {}, "B", {}, { /*rpc*/ });
message("A", {}, { /*message*/ });
topic("a", [], { /*topic*/ });
Ask./*definition*/;
const router = createRouter({ /*options*/ }).rpc(Ask, (ctx) => { ctx./*ctx*/; ctx.error("/*code*/"); });
`;

let declarations: Declarations;
let offered: (mark: string) => string[][];
beforeAll(async () => {
  declarations = await emitDeclarations();
  const editor = openEditor(declarations, "completion.ts", PROGRAM);
  offered = (mark) => editor.marks(mark).map((at) => editor.offered(at));
}, 120_000);
afterAll(() => declarations[Symbol.asyncDispose]());

it("editors offer the codes of errors, those that are declared left out", { timeout: 60_000 }, () => {
  const codes = Object.keys(ERROR_CODES).toSorted();
  expect(offered("code")).toEqual(Array.from({ length: 5 }, () => codes));
  expect(offered("another")).toEqual([codes.filter((code) => code !== "NOT_FOUND")]);
});

it.each([
  ["rpc", ["errors", "idempotent", "meta", "progress", "stream"]],
  ["message", ["by", "meta", "overflow"]],
  ["topic", ["ephemeral", "history", "presence"]],
  ["definition", ["errors", "from", "idempotent", "kind", "meta", "payload", "progress", "response", "stream", "type"]],
])("editors offer what a %s has, and nothing of its inside", { timeout: 60_000 }, (mark, names) => {
  expect(offered(mark)).toEqual([names]);
});

it("editors offer what a handler and a router are given", { timeout: 60_000 }, () => {
  expect(offered("ctx")[0]).toEqual(expect.arrayContaining(["data", "error", "payload", "progress", "reply", "send"]));
  expect(offered("options")[0]).toEqual(expect.arrayContaining(["authenticate", "contract", "limits", "topics"]));
  for (const name of [...offered("ctx"), ...offered("options")].flat()) expect(name).toMatch(/^[a-z]\w*$/i);
});

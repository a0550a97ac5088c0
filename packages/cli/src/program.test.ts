import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "./program.ts";

const fixtures = join(import.meta.dirname, "../test/fixtures/");

/** What a call has written, with the fixtures by their names alone. */
async function call(args: readonly string[]) {
  const said = { code: 0, out: "", error: "" };
  const plain = (text: string): string => text.replaceAll(fixtures, "");
  said.code = await run(
    args.map((arg) => (/^[\w./]+\.(?:ts|js|json)$/.test(arg) ? fixtures + arg : arg)),
    { out: (text) => void (said.out += plain(text)), error: (text) => void (said.error += plain(text)) },
  );
  return said;
}

test.each([
  [["export", "nowhere.ts"], "ws-kit: No such file: nowhere.ts\n"],
  [["export", "none.ts"], "ws-kit: none.ts exports no contract, as contract({ … }) of WS-Kit makes one\n"],
  [["export", "chat.ts", "--export", "Game"], "ws-kit: chat.ts exports no Game: its contracts are Chat\n"],
  [["export", "several.ts"], "ws-kit: several.ts exports several contracts: choose by --export Chat or Game\n"],
  [
    ["export", "several.ts", "--export", "other"],
    "ws-kit: other of several.ts is not a contract: its contracts are Chat, Game\n",
  ],
  [["export", "broken.ts"], "ws-kit: broken.ts cannot be loaded: not today\n"],
  [
    ["export", "chat.ts", "--format", "yaml"],
    "error: option '--format <format>' argument 'yaml' is invalid. Allowed choices are json, asyncapi.",
  ],
  [
    ["export", "unsaid.ts"],
    "ws-kit: Move of the contract is not JSON Schema: a schema of hand does not say what it is as JSON Schema\n",
  ],
  [["export", "chat.ts", "--out", "no/where.json"], "ws-kit: no/where.json cannot be written: ENOENT"],
  [["export"], "error: missing required argument 'entry'"],
  [["exprot", "chat.ts"], "error: unknown command 'exprot'\n(Did you mean export?)"],
  [
    ["fingerprint", "chat.ts", "--check", "--out", "x.ts"],
    "error: option '--out <file>' cannot be used with option '--check'",
  ],
  [["diff", "nowhere.json", "chat.ts"], "ws-kit: No such file: nowhere.json\n"],
  [
    ["diff", "../../package.json", "chat.ts"],
    'package.json is no contract as "ws-kit export" writes it: it has no messages and topics\n',
  ],
  [["diff", "chat.ts"], "error: missing required argument 'new'"],
  [[], "Usage: ws-kit"],
])("%j is wrong use", async (args, told) => {
  const { code, out, error } = await call(args);
  expect([code, out, error]).toEqual([2, "", expect.stringContaining(told)]);
});

test.each(["--help", "help", "export --help", "fingerprint --help", "diff --help"])(
  "%s is told on standard output",
  async (args) => {
    expect(await call(args.split(" "))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: ws-kit/),
      error: "",
    });
  },
);

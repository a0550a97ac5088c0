import { describe, expect, it } from "vitest";
import { checkOptions, nearest } from "./options.ts";

const KINDS = {
  port: "number|string",
  authenticate: "function",
  allowedOrigins: "any",
  heartbeat: "object",
  path: "string",
  mode: '"fast"|"safe"',
};

describe("checkOptions", () => {
  it.each([
    [{ prot: 3000 }, 'serve() has no option "prot": did you mean port?'],
    [{ Path: "/ws" }, 'serve() has no option "Path": did you mean path?'],
    [{ auth: () => {} }, 'serve() has no option "auth": did you mean authenticate?'],
    [{ authentcate: () => {} }, "did you mean authenticate?"],
    [{ allowedOrigin: [] }, "did you mean allowedOrigins?"],
    [{ heartBeat: {} }, "did you mean heartbeat?"],
    [
      { cors: true },
      'serve() has no option "cors": there are port, authenticate, allowedOrigins, heartbeat, path, mode',
    ],
    [{ constructor: 1 }, 'serve() has no option "constructor"'],
    [{ authenticate: "swordfish" }, "serve(): authenticate is a function, not a string"],
    [{ heartbeat: [] }, "serve(): heartbeat is an object, not an array"],
    [{ path: null }, "serve(): path is a string, not null"],
    [{ port: Number.NaN }, "serve(): port is a number or a string, not NaN"],
    [{ mode: "swordfish" }, 'serve(): mode is "fast" or "safe", not something else'],
    [{ port: true }, "serve(): port is a number or a string, not a boolean"],
    [3000, "serve() takes an object with options, not a number"],
    ["ws://localhost", "serve() takes an object with options, not a string"],
    [null, "serve() takes an object with options, not null"],
    [[], "serve() takes an object with options, not an array"],
  ])("refuses %o", (given, message) => {
    expect(() => checkOptions("serve()", given, KINDS)).toThrow(TypeError);
    expect(() => checkOptions("serve()", given, KINDS)).toThrow(message);
    expect(() => checkOptions("serve()", given, KINDS)).not.toThrow("swordfish");
  });

  it.each([
    [undefined],
    [{}],
    [{ port: 1, allowedOrigins: null, mode: "safe" }],
    [{ prot: undefined, path: undefined }],
  ])("takes %o", (given) => {
    expect(() => checkOptions("serve()", given, KINDS)).not.toThrow();
  });
});

describe("nearest", () => {
  it.each([
    ["prot", "port"],
    ["por", "port"],
    ["hostname", "hostname"],
    ["hostNam", "hostname"],
    ["zzzz", undefined],
    ["x", undefined],
    ["", undefined],
  ])("%j stands for %s", (name, meant) => {
    expect(nearest(name, ["port", "path", "hostname"])).toBe(meant);
  });
});

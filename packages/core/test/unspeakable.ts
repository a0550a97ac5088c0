import { WsKitError } from "../src/message/errors.ts";

/** Something that may be thrown, made anew for each use. */
export interface Thrown {
  readonly name: string;
  readonly value: unknown;
}

const fails = (): never => {
  throw new Error("not even looked at");
};

/** A value for every way of being hard to handle that a thrown or returned value has. */
export function unspeakable(): Thrown[] {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const revokedFunction = Proxy.revocable(() => {}, {});
  revokedFunction.revoke();
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const trap = { get: fails, getPrototypeOf: fails, has: fails, ownKeys: fails };
  // By a name that is not written out: nobody awaits these by mistake.
  const then = ["th", "en"].join("");
  return Object.entries({
    undefined: undefined,
    null: null,
    false: false,
    zero: 0,
    NaN: Number.NaN,
    bigint: 10n,
    "an empty string": "",
    "half of a surrogate pair": "\ud800",
    symbol: Symbol("thrown"),
    function: () => {},
    array: [],
    "a date that is none": new Date(Number.NaN),
    response: new Response("no", { status: 401 }),
    "no prototype": Object.create(null) as unknown,
    "a prototype without toString": Object.create(Object.create(null) as object) as unknown,
    "toString and valueOf that are no functions": { toString: 1, valueOf: 1 },
    "toString that throws": { toString: fails },
    "toString that returns an object": { toString: () => ({}), valueOf: () => ({}) },
    "toPrimitive that throws": { [Symbol.toPrimitive]: fails },
    "groups of a pattern": /(?<word>\w+)/.exec("hi")?.groups,
    "a getter then that throws": Object.defineProperty({}, then, { get: fails }),
    "then that throws": { [then]: fails },
    "a cycle": cycle,
    "a proxy whose traps throw": new Proxy({}, trap),
    "a proxy of an error whose traps throw": new Proxy(new Error("inner"), trap),
    "a revoked proxy": revoked.proxy,
    "a revoked proxy of a function": revokedFunction.proxy,
    "an error without a message": new Error(),
    "an error whose message is a getter that throws": Object.defineProperty(new Error("x"), "message", { get: fails }),
    "an error whose message is an object": Object.assign(new Error("x"), { message: Object.create(null) as string }),
    "an error whose name and stack throw": Object.defineProperties(new Error("x"), {
      name: { get: fails },
      stack: { get: fails },
    }),
    "an error with a cycle of causes": (() => {
      const error = new Error("x");
      error.cause = error;
      return error;
    })(),
    "a kit error whose details are a cycle": new WsKitError("ABORTED", "cycle", cycle),
    "a kit error whose details are a bigint": new WsKitError("ABORTED", "bigint", 10n),
    "a kit error whose details throw": new WsKitError("ABORTED", "trap", new Proxy({}, trap)),
    "a kit error whose message is a bigint": Object.assign(new WsKitError("ABORTED", "x"), { message: 10n }),
    "a kit error whose message is a symbol": Object.assign(new WsKitError("ABORTED", "x"), { message: Symbol("no") }),
    "a kit error of no known code": new WsKitError("NO_SUCH" as never, "code"),
    "a kit error whose code is an object": Object.assign(new WsKitError("ABORTED", "x"), {
      code: Object.create(null) as never,
    }),
    "a kit error whose code throws": Object.defineProperty(new WsKitError("ABORTED", "x"), "code", { get: fails }),
  }).map(([name, value]) => ({ name, value }));
}

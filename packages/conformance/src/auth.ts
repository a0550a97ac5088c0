import { bearerToken, type AuthenticatedData, type MaybePromise, type Peer } from "@ws-kit/core";

/** What the fixture keeps for each connection; most of it is the query of its URL. */
export interface Data {
  /** Connections with the same value see each other's journal. */
  test: string;
  /** Any value: follow the journal from the start. */
  watch?: string;
  role?: string;
  /** How `onOpen` and `onClose` behave. */
  open?: string;
  close?: string;
  /** By what `onResume` closes the connection. */
  resume?: string;
  token?: string;
  nested?: { list: number[] };
  by?: string;
  /** Of a token that says it: see `tokens.ts`. */
  user?: string;
  until?: number;
  denied?: string;
  asked?: { target: string; headers: string[] };
}

const SHARED: Data = { test: "shared", nested: { list: [1] } };

let banned: Response | undefined;

/** Made once, given each time. */
function constant(): Response {
  return (banned ??= new Response("You are banned", { status: 403 }));
}

class User {
  test = "an instance";
}

/** What types would refuse, and JavaScript does not. */
const WRONG: Readonly<Record<string, () => unknown>> = {
  "returned-error": () => new Error("bad token"),
  "async-returned-error": () => Promise.resolve(new Error("bad token")),
  list: () => [],
  date: () => new Date(),
  instance: () => new User(),
  string: () => "ada",
  number: () => 1,
  true: () => true,
};

/** Upgrades that `auth=hold` keeps waiting, by test, and those that may go on. */
export const held: Set<string> = new Set();
export const released: Set<string> = new Set();

/** What an extension of the endpoint `decided` was told of refused upgrades. */
export const refusals: { status: number; cause: string; path: string }[] = [];

/** Every way in which `authenticate` can end; `auth` in the query picks one. */
export function authenticate(
  req: Request,
  peer: Omit<Peer, "request">,
): MaybePromise<AuthenticatedData<Data> | Response | undefined | null | false> {
  const query = Object.fromEntries(new URL(req.url).searchParams);
  const data: AuthenticatedData<Data> = { test: "none", ...query };
  const wrong = WRONG[query["auth"] ?? ""];
  if (wrong !== undefined) return wrong() as Data;
  switch (query["auth"]) {
    case "undefined":
      return undefined;
    case "null":
      return null;
    case "false":
      return false;
    case "async-null":
      return Promise.resolve(null);
    case "response":
      throw new Response("Pay first", { status: 402, headers: { "x-reason": "unpaid" } });
    case "async-response":
      return Promise.reject(new Response("Not from here", { status: 451 }));
    case "error":
      throw new Error("the secret cause");
    case "async-error":
      return Promise.reject(new Error("the secret cause"));
    case "returned-response":
      return new Response("Pay first", { status: 402 });
    case "async-returned-response":
      return Promise.resolve(new Response("Pay first", { status: 402 }));
    case "constant":
      throw constant();
    case "headers":
      peer.headers.append("set-cookie", "a=1");
      peer.headers.append("set-cookie", "b=2; Path=/");
      peer.headers.set("x-token", query["auth"]);
      return data;
    case "controls":
      peer.headers.set("x-own", "a\u0001b");
      return data;
    case "controls-refused":
      return new Response("Pay first", { status: 402, headers: { "x-own": "a\u007fb" } });
    case "peer":
      return { ...data, by: peer.remoteAddress ?? "nobody" };
    case "never":
      return new Promise(() => {});
    case "async":
      return Promise.resolve({ ...data, role: "late" });
    case "hold":
      return hold(data);
    case "token":
      return { ...data, token: bearerToken(req) ?? "none" };
    case "shared":
      return SHARED;
    case undefined:
    default:
      return data;
  }
}

async function hold(data: Data): Promise<Data> {
  held.add(data.test);
  // Polls, for where one request may not settle another one's promise.
  while (!released.has(data.test)) await new Promise((resolve) => setTimeout(resolve, 5));
  return data;
}

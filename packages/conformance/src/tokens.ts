import type { AuthenticatedData, MaybePromise, RouterOptions } from "@ws-kit/core";
import { bearerToken } from "@ws-kit/core";
import type { Data } from "./auth.ts";

/** What a token of the endpoint `leased` says, and how `authenticate` takes it. */
export interface Token {
  readonly user?: string;
  /** For how long it is valid. */
  readonly ms?: number;
  /** A topic that its owner may not follow. */
  readonly denied?: string;
  readonly how?: "refuse" | "response" | "throw" | "never" | "async";
}

export function tokenOf(token: Token): string {
  return btoa(JSON.stringify(token));
}

/** Milliseconds in which a new token may still come. */
export const GRACE_MS = 2_000;

/** Options of a router whose connections end with their tokens. */
export const LEASED: RouterOptions<Data> = {
  expiresAt: (data) => data.until,
  identify: (data) => data.user,
  authorizeTopic: (topic, { data }) => topic !== data.denied,
  limits: { expiryGraceMs: GRACE_MS, authTimeoutMs: 300 },
};

/** @param now The server's wall clock. */
export function createAuthenticate(now: () => number) {
  return (req: Request): MaybePromise<AuthenticatedData<Data> | Response | null> => {
    const { pathname, search, searchParams } = new URL(req.url);
    const { how, ms = 60_000, user = "ada", denied } = JSON.parse(atob(bearerToken(req) ?? "")) as Token;
    if (how === "refuse") return null;
    if (how === "response") return new Response("You are banned", { status: 403 });
    if (how === "throw") throw new Error("the secret cause");
    if (how === "never") return new Promise(() => {});
    const [test, watch] = [searchParams.get("test"), searchParams.get("watch")];
    const data = {
      // A later token has no query.
      ...(test !== null && { test }),
      ...(watch !== null && { watch }),
      user,
      until: now() + ms,
      denied,
      asked: { target: pathname + (search && "?…"), headers: [...req.headers.keys()] },
    } as AuthenticatedData<Data>;
    return how === "async" ? Promise.resolve(data) : data;
  };
}

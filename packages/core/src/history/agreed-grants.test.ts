import { describe, expect, it } from "vitest";
import { deferred } from "../base/within.ts";
import type { EngineLog } from "../ports/engine-log.ts";
import type { Revocation } from "../ports/revocation.ts";
import { AgreedGrants } from "./agreed-grants.ts";

const HISTORY = { size: 1, maxBytes: 1, ttlMs: 1, visible: "granted", grantMs: 1_000 } as const;
const GRANT = { topic: "room:7", user: "ada", epoch: "e", begin: 3, by: "one", mark: undefined };
const VOID = { topic: "room:7", user: "ada", mark: "m", until: 2_000 };

/** An engine's part of it: what it keeps, and when it answers. */
function engine() {
  const kept: Revocation[] = [];
  const faults = { asked: undefined as Promise<unknown> | undefined };
  let [asks, tellings] = [0, 0];
  let key: Uint8Array | undefined;
  const log = {
    secret: async (proposed: Uint8Array) => (key ??= proposed),
    revoke: async (given: readonly Revocation[]) => {
      tellings++;
      kept.push(...given);
    },
    revocations: async () => {
      asks++;
      const found = [...kept];
      await faults.asked;
      return found;
    },
  } as unknown as EngineLog;
  return { kept, faults, log, asks: () => asks, tellings: () => tellings };
}

describe("what nodes agree on for their grants", () => {
  it("is asked for again where the link went down before the answer came", async () => {
    const { faults, kept, log } = engine();
    const [here, there] = [new AgreedGrants(() => 0), new AgreedGrants(() => 0)];
    const given = await (await there.agree(log)).give(GRANT, 0);
    const slow = deferred<undefined>();
    faults.asked = slow.promise;
    const asked = here.agree(log);
    here.away();
    kept.push(VOID);
    slow.resolve(undefined);
    await asked;
    expect(here.grants).toBeUndefined();
    const grants = await here.agree(log);
    expect(here.grants).toBe(grants);
    expect(await grants.proofOf(given, "room:7", "ada", HISTORY, 0)).toBeUndefined();
  });

  it("takes what is revoked at once together, and what comes meanwhile as well", async () => {
    const { kept, log, tellings } = engine();
    const here = new AgreedGrants(() => 0);
    await here.agree(log);
    for (let i = 0; i < 100; i++) here.revoke({ ...VOID, user: String(i), mark: String(i) }, log);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(kept.map(({ mark }) => mark)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
    expect(tellings()).toBe(2);
  });

  it.each([
    [1_000, 2],
    [1_001, 1],
  ])("of %i that are void, are read %i times in two looks", async (count, times) => {
    const { asks, kept, log } = engine();
    kept.push(...Array.from({ length: count }, (_, i) => ({ ...VOID, user: String(i), mark: String(i) })));
    const here = new AgreedGrants(() => 0);
    await here.agree(log);
    await here.agree(log);
    expect(asks()).toBe(times);
    here.away();
    await here.agree(log);
    expect(asks()).toBe(times + 1);
  });

  it("is asked for once by all who need it at the same time", async () => {
    const { asks, log } = engine();
    const here = new AgreedGrants(() => 0);
    const all = await Promise.all(Array.from({ length: 1_000 }, () => here.agree(log)));
    expect(new Set(all).size).toBe(1);
    expect(asks()).toBe(1);
  });
});

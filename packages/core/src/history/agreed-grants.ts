import type { EngineLog } from "../ports/engine-log.ts";
import type { Revocation } from "../ports/revocation.ts";
import { Grants } from "./grants.ts";
import { Revocations } from "./revocations.ts";

/** So many are read whenever the key is, in case another node has told nobody but the engine. */
const FEW = 1_000;

/** What all nodes have to agree on for their grants, kept by their engine: the key that signs them, and which are void. */
export class AgreedGrants {
  private readonly revocations = new Revocations();
  private key: Uint8Array = crypto.getRandomValues(new Uint8Array(32));
  private signed: Grants | undefined = undefined;
  /** How many the engine has told to be void; undefined until it has been told those of this node as well. */
  private told: number | undefined = undefined;
  private readonly now: () => number;

  /** @param now Milliseconds since the epoch. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Undefined where the engine has to be asked first. */
  get grants(): Grants | undefined {
    return this.told === undefined ? undefined : this.signed;
  }

  /** What others revoke meanwhile is not heard. */
  away(): void {
    this.told = undefined;
  }

  /** Whoever has emptied the engine has taken the key as well: it gets this node's back, unless it has another one by now. */
  async agree(log: EngineLog): Promise<Grants> {
    const isKnown = this.told !== undefined && this.told > FEW;
    const [key] = await Promise.all([log.secret(this.key), isKnown ? undefined : this.exchange(log)]);
    if (this.signed !== undefined && key.join() === this.key.join()) return this.signed;
    this.key = key;
    return (this.signed = new Grants(() => key, this.revocations));
  }

  /** The engine hears of it at once or, where that fails, when it is next asked. */
  revoke(revocation: Revocation, log: EngineLog | undefined): void {
    const held = this.revocations.revoke(revocation, this.now());
    log?.revoke([held]).catch(() => this.away());
  }

  private async exchange(log: EngineLog): Promise<void> {
    const kept = await log.revocations();
    for (const revocation of kept) this.revocations.learn(revocation, this.now());
    const untold = this.revocations.beyond(kept);
    if (untold.length > 0) await log.revoke(untold);
    this.told = kept.length;
  }
}

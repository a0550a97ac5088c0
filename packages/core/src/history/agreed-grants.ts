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
  /** Those that the engine is being told, and that it is told next. */
  private telling: Revocation[] = [];
  private agreeing: Promise<Grants> | undefined = undefined;
  /** How often it went away. */
  private turn = 0;
  private readonly now: () => number;

  /** @param now Milliseconds since the epoch. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Undefined where the engine has to be asked first. */
  get grants(): Grants | undefined {
    return this.told === undefined ? undefined : this.signed;
  }

  /** As `Recorded.markOf`. */
  markOf(topic: string, user: string): string | undefined {
    return this.revocations.markOf(topic, user);
  }

  /** What others revoke meanwhile is not heard. */
  away(): void {
    this.turn++;
    this.told = undefined;
    this.agreeing = undefined;
    // What of it has not arrived is found missing when it is asked again.
    this.telling = [];
  }

  /** Whoever asks meanwhile shares the answer: all come back at once. */
  agree(log: EngineLog): Promise<Grants> {
    if (this.agreeing !== undefined) return this.agreeing;
    const agreeing = this.ask(log).finally(() => {
      if (this.agreeing === agreeing) this.agreeing = undefined;
    });
    return (this.agreeing = agreeing);
  }

  /** The engine hears of it at once or, where that fails, when it is next asked. */
  revoke(revocation: Revocation, log: EngineLog | undefined): void {
    const held = this.revocations.revoke(revocation, this.now());
    if (log === undefined) return;
    this.telling.push(held);
    // What comes while it is being told goes together.
    if (this.telling.length === 1) void this.tell(log);
  }

  private async tell(log: EngineLog): Promise<void> {
    const { telling } = this;
    try {
      for (let told = 0; telling.length > 0; telling.splice(0, told)) {
        told = telling.length;
        await log.revoke([...telling]);
      }
    } catch {
      if (telling === this.telling) this.away();
    }
  }

  /** Whoever has emptied the engine has taken the key as well: it gets this node's back, unless it has another one by now. */
  private async ask(log: EngineLog): Promise<Grants> {
    const { turn } = this;
    const isKnown = this.told !== undefined && this.told > FEW;
    const [key, told] = await Promise.all([log.secret(this.key), isKnown ? this.told : this.exchange(log)]);
    // It went away before it had answered: that is no news of how it stands since.
    if (turn === this.turn) this.told = told;
    if (this.signed !== undefined && key.join() === this.key.join()) return this.signed;
    const signed = new Grants(() => key, this.revocations);
    if (turn === this.turn) Object.assign(this, { key, signed });
    return signed;
  }

  /** @returns how many the engine knows. */
  private async exchange(log: EngineLog): Promise<number> {
    const kept = await log.revocations();
    for (const revocation of kept) this.revocations.learn(revocation, this.now());
    const untold = this.revocations.beyond(kept);
    if (untold.length > 0) await log.revoke(untold);
    return kept.length;
  }
}

import type { Clock } from "../base/clock.ts";
import { pause } from "../base/within.ts";
import type { EngineLog } from "../ports/engine-log.ts";
import type { AgreedGrants } from "./agreed-grants.ts";
import type { Grants } from "./grants.ts";
import { inTime } from "./in-time.ts";

/** Milliseconds until an engine that has not answered is asked again; each time twice as many, up to the most. */
const AGAIN_MS = 50;
const MAX_AGAIN_MS = 1_000;

export interface AwaitedGrantsOptions {
  readonly clock: Clock;
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number;
  readonly whenUp: () => Promise<EngineLog>;
}

/** What proves who may see which recorded topics, on all nodes, for who has to wait until they agree on it. */
export class AwaitedGrants {
  private pursued: Promise<Grants> | undefined = undefined;
  private readonly agreed: AgreedGrants;
  private readonly options: AwaitedGrantsOptions;

  constructor(agreed: AgreedGrants, options: AwaitedGrantsOptions) {
    this.agreed = agreed;
    this.options = options;
  }

  /** @throws WsKitError UNAVAILABLE where the engine is away. */
  async soon(): Promise<Grants> {
    return this.agreed.grants ?? this.inTime(this.options.whenUp().then((log) => this.agreed.agree(log)));
  }

  /** The same, however long the engine is away: never rejects. */
  async atLast(): Promise<Grants> {
    return this.agreed.grants ?? (this.pursued ??= this.pursue());
  }

  private async pursue(): Promise<Grants> {
    for (let ms = AGAIN_MS; ; ms = Math.min(ms * 2, MAX_AGAIN_MS)) {
      const log = await this.options.whenUp();
      const grants = await this.inTime(this.agreed.agree(log)).catch(() => undefined);
      if (grants === undefined) {
        await pause(this.options.clock, ms);
        continue;
      }
      this.pursued = undefined;
      return grants;
    }
  }

  private inTime<T>(doing: Promise<T>): Promise<T> {
    return inTime(this.options.clock, this.options.timeoutMs, doing);
  }
}

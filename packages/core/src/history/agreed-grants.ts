import type { EngineLog } from "../ports/engine-log.ts";
import { Grants } from "./grants.ts";

/** The key by which all nodes sign grants, kept by their engine. */
export class AgreedGrants {
  grants: Grants | undefined = undefined;
  private key: Uint8Array = crypto.getRandomValues(new Uint8Array(32));

  /** Whoever has emptied the engine has taken the key as well: it gets this node's back, unless it has another one by now. */
  async agree(log: EngineLog): Promise<Grants> {
    const key = await log.secret(this.key);
    if (this.grants !== undefined && key.join() === this.key.join()) return this.grants;
    this.key = key;
    return (this.grants = new Grants(() => key));
  }
}

/** How many upgrades a second are taken: a bucket that holds what one second may take, and one upgrade at the least. */
export class UpgradeRate {
  private readonly perSecond: number;
  private readonly most: number;
  private left: number;
  private at = 0;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.most = perSecond > 0 ? Math.max(1, perSecond) : 0;
    this.left = this.most;
  }

  takes(now: number): boolean {
    this.left = Math.min(this.most, this.left + ((now - this.at) / 1_000) * this.perSecond);
    this.at = now;
    if (!(this.left >= 1)) return this.perSecond === Infinity;
    this.left -= 1;
    return true;
  }
}

export function checkLimit(name: string, value: unknown): void {
  if (value === undefined || (typeof value === "number" && value >= 0)) return;
  throw new RangeError(`${name} must be a number from 0 up, not ${JSON.stringify(value)}`);
}

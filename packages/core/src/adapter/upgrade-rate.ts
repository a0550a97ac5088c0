/** How many upgrades a second are taken: a bucket that holds what one second may take. */
export class UpgradeRate {
  private readonly perSecond: number;
  private left: number;
  private at = 0;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.left = perSecond;
  }

  takes(now: number): boolean {
    this.left = Math.min(this.perSecond, this.left + ((now - this.at) / 1_000) * this.perSecond);
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

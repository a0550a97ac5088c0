/** 128 random bits, as figures: a text would take three times the memory of a connection that is quiet. */
export interface Secret {
  readonly high: number;
  readonly middle: number;
  readonly low: number;
}

export function newSecret(): Secret {
  const [a = 0, b = 0, c = 0, d = 0] = crypto.getRandomValues(new Uint32Array(4));
  // 48, 48 and 32 of them.
  return { high: a * 65_536 + (b >>> 16), middle: (b & 65_535) * 2 ** 32 + c, low: d };
}

function hex(figure: number, digits: number): string {
  return figure.toString(16).padStart(digits, "0");
}

/** What travels: the place where a connection is kept, and its secret. */
export function idOf(place: number, { high, middle, low }: Secret): string {
  return `${place.toString(36)}_${hex(high, 12)}${hex(middle, 12)}${hex(low, 8)}`;
}

const ID = /^([0-9a-z]{1,8})_([0-9a-f]{12})([0-9a-f]{12})([0-9a-f]{8})$/;

/** Undefined for what is no id. */
export function readId(id: string): { readonly place: number; readonly secret: Secret } | undefined {
  const [, place, ...figures] = ID.exec(id) ?? [];
  if (place === undefined) return undefined;
  const [high = 0, middle = 0, low = 0] = figures.map((text) => Number.parseInt(text, 16));
  return { place: Number.parseInt(place, 36), secret: { high, middle, low } };
}

export function isSame(one: Secret, other: Secret): boolean {
  return one.high === other.high && one.middle === other.middle && one.low === other.low;
}

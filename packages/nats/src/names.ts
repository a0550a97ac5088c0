/** A name that no other epoch has: 64 random bits. */
export function freshEpoch(): string {
  return crypto.randomUUID().slice(0, 18).replaceAll("-", "");
}

/** Topics have dots, spaces and wildcards in them. */
export function token(topic: string): string {
  return Buffer.from(topic).toString("base64url");
}

/**
 * A UUID (RFC 9562 §5.4) in one piece: what Node gives is the rope of twenty parts that it was put together from, and would be
 * kept as that.
 */
export function ownId(): string {
  return JSON.parse(JSON.stringify(crypto.randomUUID())) as string;
}

import {
  readingOf,
  type Appended,
  type Entry,
  type Packet,
  type Position,
  type Reading,
  type ReadLimits,
  type Retention,
  type Revocation,
  type TopicLog,
} from "@ws-kit/core/adapter";

/** Milliseconds for which the id of a message is remembered. */
const DEDUPE_MS = 120_000;

/** Milliseconds after it was last used for which a topic that keeps nothing any more still knows how far it came. */
const REMEMBERED_MS = 86_400_000;

/** Milliseconds between two looks for what is over, and for which the time of a topic's last use is not written anew. */
const SWEEP_MS = 1_000;

const TABLES = [
  "CREATE TABLE IF NOT EXISTS ws_kit_secret (secret BLOB NOT NULL)",
  "CREATE TABLE IF NOT EXISTS ws_kit_revoked (topic TEXT NOT NULL, user TEXT NOT NULL, mark TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (topic, user)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS ws_kit_topics (topic TEXT PRIMARY KEY, epoch TEXT NOT NULL, top INTEGER NOT NULL, bytes INTEGER NOT NULL, used INTEGER NOT NULL, ttl INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS ws_kit_messages (topic TEXT NOT NULL, offset INTEGER NOT NULL, packet BLOB NOT NULL, bytes INTEGER NOT NULL, sender TEXT, PRIMARY KEY (topic, offset)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS ws_kit_ids (topic TEXT NOT NULL, id TEXT NOT NULL, offset INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (topic, id)) WITHOUT ROWID",
];

interface Topic extends Record<string, SqlStorageValue> {
  epoch: string;
  top: number;
  bytes: number;
  used: number;
}

/**
 * Keeps recorded topics in an object's own SQLite, where they outlive its sleep, its eviction and its deploys. The runtime's
 * output gate lets nothing leave before it is stored.
 */
export class SqlLog implements TopicLog {
  private readonly storage: DurableObjectStorage;
  private swept = 0;
  private opened: SqlStorage | undefined = undefined;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
  }

  secret(): Uint8Array {
    const [found] = this.sql.exec<{ secret: ArrayBuffer }>("SELECT secret FROM ws_kit_secret");
    if (found !== undefined) return new Uint8Array(found.secret);
    const secret = crypto.getRandomValues(new Uint8Array(32));
    this.sql.exec("INSERT INTO ws_kit_secret VALUES (?)", secret.buffer);
    return secret;
  }

  revoke({ topic, user, mark, until }: Revocation): void {
    this.sql.exec("DELETE FROM ws_kit_revoked WHERE until <= ?", Date.now());
    this.sql.exec("INSERT OR REPLACE INTO ws_kit_revoked VALUES (?, ?, ?, ?)", topic, user, mark, until);
  }

  revocations(): Revocation[] {
    type Row = Record<"topic" | "user" | "mark", string> & { until: number };
    const rows = this.sql.exec<Row>(
      "SELECT topic, user, mark, until FROM ws_kit_revoked WHERE until > ? ORDER BY until",
      Date.now(),
    );
    return rows.toArray();
  }

  append(topic: string, packet: Packet, retention: Retention, from?: string, id?: string): Appended {
    const now = Date.now();
    const { epoch, top, bytes } = this.topic(topic, retention, now);
    const offset = top + 1;
    if (id !== undefined) {
      this.sql.exec("DELETE FROM ws_kit_ids WHERE until <= ?", now);
      const [known] = this.sql.exec<{ offset: number }>(
        "SELECT offset FROM ws_kit_ids WHERE topic = ? AND id = ?",
        topic,
        id,
      );
      if (known !== undefined) return { position: { epoch, offset: known.offset }, duplicate: true };
    }
    const kept = typeof packet === "string" ? packet : packet.slice().buffer;
    this.sql.exec(
      "INSERT INTO ws_kit_messages VALUES (?, ?, ?, ?, ?)",
      topic,
      offset,
      kept,
      packet.length,
      from ?? null,
    );
    const left = this.trimmed(topic, offset, bytes + packet.length, retention);
    this.sql.exec("UPDATE ws_kit_topics SET top = ?, bytes = ?, used = ? WHERE topic = ?", offset, left, now, topic);
    // Last: what could not be kept may be tried again.
    if (id !== undefined) {
      this.sql.exec("INSERT INTO ws_kit_ids VALUES (?, ?, ?, ?)", topic, id, offset, now + DEDUPE_MS);
    }
    return { position: { epoch, offset }, duplicate: false };
  }

  read(topic: string, after: Position | undefined, retention: Retention, limits: ReadLimits): Reading {
    const { epoch, top } = this.topic(topic, retention, Date.now());
    const position = { epoch, offset: top };
    const wanted = after?.epoch === epoch && after.offset < top && top - after.offset <= limits.messages;
    return readingOf(position, wanted ? this.entries(topic, after.offset) : [], after, limits);
  }

  private entries(topic: string, offset: number): Entry[] {
    type Row = { offset: number; packet: string | ArrayBuffer; sender: string | null };
    const rows = this.sql.exec<Row>(
      "SELECT offset, packet, sender FROM ws_kit_messages WHERE topic = ? AND offset > ? ORDER BY offset",
      topic,
      offset,
    );
    return Array.from(rows, (row) => ({
      offset: row.offset,
      packet: typeof row.packet === "string" ? row.packet : new Uint8Array(row.packet),
      from: row.sender ?? undefined,
    }));
  }

  /** Drops what is over. @returns the bytes that are left. */
  private trimmed(topic: string, top: number, bytes: number, { size, maxBytes }: Retention): number {
    let left = bytes - this.drop(topic, top - size);
    while (left > maxBytes) {
      const [first] = this.sql.exec<{ offset: number }>(
        "SELECT MIN(offset) AS offset FROM ws_kit_messages WHERE topic = ?",
        topic,
      );
      left -= this.drop(topic, first?.offset ?? top);
    }
    return left;
  }

  /** Drops messages up to an offset. @returns their bytes. */
  private drop(topic: string, upTo: number): number {
    const gone = this.sql.exec<{ bytes: number }>(
      "DELETE FROM ws_kit_messages WHERE topic = ? AND offset <= ? RETURNING bytes",
      topic,
      upTo,
    );
    return [...gone].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private topic(topic: string, { ttlMs }: Retention, now: number): Topic {
    if (now - this.swept > SWEEP_MS) this.sweep(now);
    const [found] = this.sql.exec<Topic>("SELECT epoch, top, bytes, used FROM ws_kit_topics WHERE topic = ?", topic);
    if (found !== undefined) {
      if (now - found.used > SWEEP_MS) this.sql.exec("UPDATE ws_kit_topics SET used = ? WHERE topic = ?", now, topic);
      return found;
    }
    const epoch = crypto.randomUUID().slice(0, 13).replace("-", "");
    this.sql.exec("INSERT INTO ws_kit_topics VALUES (?, ?, 0, 0, ?, ?)", topic, epoch, now, Math.min(ttlMs, 2 ** 50));
    return { epoch, top: 0, bytes: 0, used: now };
  }

  /** Forgets what is over: an object that sleeps keeps it until it is used again. */
  private sweep(now: number): void {
    this.swept = now;
    const over = this.sql.exec<{ topic: string }>(
      "SELECT topic FROM ws_kit_topics WHERE bytes > 0 AND used + ttl < ?",
      now,
    );
    for (const { topic } of over.toArray()) {
      this.sql.exec("DELETE FROM ws_kit_messages WHERE topic = ?", topic);
      this.sql.exec("UPDATE ws_kit_topics SET bytes = 0 WHERE topic = ?", topic);
    }
    this.sql.exec("DELETE FROM ws_kit_topics WHERE bytes = 0 AND used < ?", now - REMEMBERED_MS);
  }

  /** @throws Error for an object that has no SQLite. */
  private get sql(): SqlStorage {
    if (this.opened !== undefined) return this.opened;
    let sql: SqlStorage;
    try {
      ({ sql } = this.storage);
      for (const table of TABLES) sql.exec(table);
    } catch (cause) {
      throw new Error("A topic with a history needs SQLite: list the object's class under new_sqlite_classes", {
        cause,
      });
    }
    return (this.opened = sql);
  }
}

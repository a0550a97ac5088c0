import type { IncomingMessage } from "node:http";
import { isHost, type UpgradeRequest } from "@ws-kit/core/adapter";
import { schemeOf, targetOf, toRequest } from "./http.ts";

/** A request as Node read it. The web standard's view of it, and its URL, are made for whoever reads them. */
export class NodeUpgradeRequest implements UpgradeRequest {
  readonly headers: SentHeaders;
  readonly method: string;
  private readonly message: IncomingMessage;
  /** Not yet in the spelling of the URL standard. */
  private readonly target: string;
  private made: Request | undefined;

  /** @throws TypeError for a `Host` or target that makes no URL. */
  constructor(message: IncomingMessage) {
    this.message = message;
    this.headers = new SentHeaders(message.rawHeaders);
    const host = this.headers.get("host") ?? "";
    if (host !== "" && !isHost(host)) throw new TypeError("Not a Host");
    this.target = `${schemeOf(message)}://${host === "" ? "localhost" : host}${targetOf(message)}`;
    if (!URL.canParse(this.target)) throw new TypeError("Not a URL");
    this.method = message.method ?? "GET";
  }

  get url(): string {
    return new URL(this.target).href;
  }

  toRequest(): Request {
    return (this.made ??= toRequest(this.message));
  }
}

/** Header lines as they came, name and value in turn. */
class SentHeaders {
  private readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** @param name In lower case. */
  get(name: string): string | null {
    let found: string | null = null;
    for (let i = 0; i < this.lines.length; i += 2) {
      const given = this.lines[i] as string;
      if (given.length !== name.length || (given !== name && given.toLowerCase() !== name)) continue;
      const value = this.lines[i + 1] as string;
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }
}

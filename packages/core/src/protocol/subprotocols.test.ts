import { expect, test } from "vitest";
import { tokenFromProtocols, tokenProtocols } from "./subprotocols.ts";

test.each(["abc", "a.b-c_d", "Bearer x/y+z==", "šüñ 😀 (a, b)", "~".repeat(500)])(
  "carries %j through a header",
  (token) => {
    const offered = tokenProtocols(token);
    expect(tokenFromProtocols(offered.join(", "))).toBe(token);
    for (const protocol of offered) expect(protocol).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
  },
);

test.each([null, undefined, "", "chat, v2", "ws-kit.token.%%%", "ws-kit.token.%ff"])(
  "finds no token in %j",
  (header) => {
    expect(tokenFromProtocols(header)).toBeUndefined();
  },
);

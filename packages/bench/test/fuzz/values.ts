/** What the compiler makes of `enum Role { Guest, Admin = 9 }`: the names of the members stand in it, too, by their numbers. */
export const Role = { Guest: 0, Admin: 9, 0: "Guest", 9: "Admin" } as const;

/** `enum Mixed { One = 1, Two = "two", Minus = -1 }` */
export const Mixed = { One: 1, Two: "two", Minus: -1, 1: "One", "-1": "Minus" } as const;

const UUID = "0b6f5d1c-7a57-4f0e-9c4e-52ab01234567";
export const FORMATTED: readonly string[] = [
  "a@b.co",
  "a@b",
  UUID,
  UUID.toUpperCase(),
  "2026-01-31",
  "2026-01-32",
  "2026-01-31T10:00:00Z",
  "10:00",
  "https://example.com",
  "127.0.0.1",
  "::1",
  "10.0.0.0/8",
  "::/0",
  "aGk=",
  "aGk",
  "+4915112345678",
  "P1D",
  "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  "example.com",
  "ff",
  "00:11:22:33:44:55",
  "cjld2cjxh0000qzrmn831i7rn",
  "9m4e2mr0ui3e8a215n4g",
  "0o0t9hkGxgFLtd3lmJ4TSTeY0Vb",
  "V1StGXR8_Z5jdHi6B-myT",
];

export const WORDS: readonly string[] = [
  "",
  "a",
  "ab",
  "abc",
  "😀",
  "😀b",
  "x".repeat(12),
  "__proto__",
  "null",
  "\u2028",
  " a ",
  "A",
  "5",
  "true",
];

export const NUMBERS: readonly number[] = [0, 1, 3, 9, 9.5, 10, -1, 42, 2 ** 31, -(2 ** 53) - 2];

import { expect, it } from "vitest";
import { peek } from "./peek.ts";

it.each([
  ['{"type":"SAVE","meta":{"correlationId":"c1"},"payload":', { type: "SAVE", correlationId: "c1" }],
  ['{"meta":{"a":{"correlationId":"no"},"correlationId":"c1"},"type":"SAVE"}', { type: "SAVE", correlationId: "c1" }],
  [
    ' {\n "type" : "SA\\u0056E" , "meta" : { "n" : [1, "x"], "correlationId" : "a\\"b" } }',
    { type: "SAVE", correlationId: 'a"b' },
  ],
  ['{"type":"SAVE","payload":{"correlationId":"no","meta":{"correlationId":"no"},"type":"NO"}}', { type: "SAVE" }],
  ['{"payload":["type","SAVE",{"meta":1}],"type":"SAVE"}', { type: "SAVE" }],
  ['[{"type":"NO","meta":{"correlationId":"no"}}]', {}],
  ['["type","NO"]', {}],
  ['{"type":["NO"],"meta":["correlationId","no"]}', {}],
  ['{"type":5,"meta":{"correlationId":7}}', {}],
  ['{"type":"SA', {}],
  ['{"type":"SAVE","meta":{"correlationId":"c', { type: "SAVE" }],
  ["", {}],
  ["}}}]", {}],
  [`{"payload":"${"x".repeat(5_000)}","type":"SAVE"}`, {}],
])("finds type and correlation id of %s", (text, found) => {
  expect(peek(text)).toEqual(found);
});

it.each([
  '"'.repeat(10_000),
  `{"${"\\".repeat(10_000)}`,
  " ".repeat(10_000),
  "{".repeat(10_000),
  '{"a":'.repeat(3_000),
])("looks at no more than a beginning", (text) => {
  expect(peek(text + text + text)).toEqual({});
});

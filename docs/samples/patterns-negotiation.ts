export * from "../../examples/patterns/src/negotiation.ts";

export * from "../../examples/patterns/src/versions.ts";

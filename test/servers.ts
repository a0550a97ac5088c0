// For tests of examples, whose manifests name nothing that is not published.
export { findProgram } from "@ws-kit/conformance/engines/find";
export type { Program } from "@ws-kit/conformance/engines/setup";
export { withServer } from "@ws-kit/conformance/engines/suites";

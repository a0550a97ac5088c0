export { panel } from "./panel/panel.ts";
export type { Panel, PanelClient, PanelObservation, PanelOptions } from "./panel/panel.ts";

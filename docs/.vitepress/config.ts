import { defineConfig, type DefaultTheme } from "vitepress";
import { apiPages } from "./api-pages.ts";
import { packages, siteLinks } from "./links.ts";
import { summaryOf, writeLlms } from "./llms.ts";

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: "Start",
    items: [
      { text: "Getting started", link: "/getting-started" },
      { text: "Core concepts", link: "/concepts" },
      { text: "Questions", link: "/questions" },
      { text: "From Socket.IO and others", link: "/migrating" },
    ],
  },
  {
    text: "Guide",
    items: [
      { text: "The server", link: "/server" },
      { text: "The client", link: "/client" },
      { text: "Frameworks", link: "/frameworks" },
      { text: "Requests of the server", link: "/asking" },
      { text: "Streams", link: "/streams" },
      { text: "Validators", link: "/validators" },
      { text: "Types", link: "/types" },
      { text: "Contracts", link: "/contracts" },
      { text: "Who may connect", link: "/auth" },
      { text: "Users", link: "/users" },
      { text: "Rate limits", link: "/rate-limits" },
      { text: "Telemetry", link: "/telemetry" },
      { text: "Who is here", link: "/presence" },
      { text: "Devtools", link: "/devtools" },
      { text: "Extensions", link: "/extensions" },
    ],
  },
  {
    text: "Patterns",
    items: [
      { text: "All of them", link: "/patterns" },
      { text: "A pool of connections", link: "/patterns/pool" },
      { text: "Some of a room", link: "/patterns/selective-delivery" },
      { text: "Limits by cost", link: "/patterns/rate-limits" },
      { text: "A heartbeat in two layers", link: "/patterns/heartbeat" },
      { text: "What both ends can do", link: "/patterns/negotiation" },
      { text: "Versions side by side", link: "/patterns/versions" },
      { text: "Modular routers", link: "/patterns/modules" },
    ],
  },
  {
    text: "Run it",
    items: [
      { text: "Adapters", link: "/adapters" },
      { text: "More than one process", link: "/scaling" },
      { text: "Deployment", link: "/deployment" },
      { text: "Behind a proxy", link: "/deployment/proxies" },
      { text: "On a platform", link: "/deployment/platforms" },
      { text: "What survives what", link: "/what-survives" },
      { text: "Performance", link: "/performance" },
    ],
  },
  {
    text: "Packages",
    collapsed: true,
    items: packages.map((name) => ({
      text: name === "create-ws-kit" ? name : `@ws-kit/${name}`,
      link: `/packages/${name}`,
    })),
  },
  {
    text: "Reference",
    items: [
      { text: "The wire protocol", link: "/protocol" },
      { text: "Architecture", link: "/architecture" },
    ],
  },
  { text: "API", collapsed: true, items: apiPages() },
];

/** A font that comes late stays out of the page, rather than to move what is being read. */
const stillFonts = {
  name: "still-fonts",
  enforce: "pre",
  transform: (code: string, id: string) =>
    id.endsWith("fonts.css") ? code.replaceAll("font-display: swap", "font-display: optional") : undefined,
} as const;

export default defineConfig({
  title: "WS-Kit",
  description: "Type-safe WebSockets for TypeScript: one definition of a message, checked on both ends.",
  lang: "en",
  head: [["link", { rel: "icon", type: "image/svg+xml", href: "/icon.svg" }]],
  cleanUrls: true,
  // What a search engine and a shared link show of a page; the front page has the site's own.
  transformPageData: async ({ relativePath, description }) => {
    if (description !== "" || relativePath === "index.md" || relativePath.startsWith("api/")) return {};
    return { description: await summaryOf(relativePath) };
  },
  srcExclude: ["samples/**", "test/**", "parts/**"],
  buildEnd: (site) => writeLlms(sidebar, site.outDir, site.site.title, site.site.description),
  vite: { plugins: [stillFonts] },
  markdown: {
    config: siteLinks,
    // What the default ones show of comments and strings is too pale to be read by everybody.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        miniSearch: {
          // What explains to users comes before the reference, which names everything several times, and the project itself. The browser gets it as text.
          searchOptions: { boostDocument: (id: string) => (/^\/(api\/|architecture)/.test(id) ? 0.2 : 1) },
        },
      },
    },
    nav: [
      { text: "Getting started", link: "/getting-started" },
      { text: "Server", link: "/server" },
      { text: "Client", link: "/client" },
      { text: "Performance", link: "/performance" },
    ],
    sidebar,
    outline: [2, 3],
    docFooter: { prev: "Before", next: "Next" },
  },
});
